"""The chat application: aiogram's dispatcher with one handler per kind of update."""

from collections.abc import Mapping, Sequence
from typing import cast

from bot.domain.users import PersonSeen, User
from bot.ports.clock import Clock
from bot.ports.mail import Inbox, StoredUpdate
from bot.services.catalogue import Services
from bot.telegram import action_table, command_table
from bot.telegram.callbacks import Chance
from bot.telegram.chat_bots import ChatBots
from bot.telegram.cleaning import SECRET_REMOVED
from bot.telegram.dispatching import Dispatcher, TelegramObject
from bot.telegram.door import Door
from bot.telegram.heard import (
    CallbackQuery,
    Message,
    OwnPlace,
    Person,
    PreCheckoutQuery,
    SubscriptionUpdated,
)
from bot.telegram.hearing import is_somebody, reason_not_heard, unheard, unheard_press
from bot.telegram.messages import MessageDoor
from bot.telegram.payments import PaymentDoor
from bot.telegram.presses import PressDoor
from bot.telegram.reachability import Reachability
from bot.telegram.secret_pocket import PASSWORD_REMOVED, SecretPocket
from bot.telegram.throttle import Throttle
from bot.telegram.turn import Action, Command
from bot.words.speech import speaking

_Kind = Message | CallbackQuery | OwnPlace | PreCheckoutQuery | SubscriptionUpdated
_HEARD: Mapping[str, type[_Kind]] = {
    "message": Message,
    "edited_message": Message,
    "callback_query": CallbackQuery,
    "my_chat_member": OwnPlace,
    "pre_checkout_query": PreCheckoutQuery,
    "subscription": SubscriptionUpdated,
}


class Application:
    """Answers stored updates; whatever it does with one, the update is closed in the inbox."""

    def __init__(
        self,
        *,
        services: Services,
        inbox: Inbox,
        clock: Clock,
        chance: Chance,
        bot_name: str,
        more_bots: Sequence[str] = (),
        chat_bots: ChatBots | None = None,
        commands: Sequence[Command] = command_table.TABLE,
        actions: Sequence[Action] = action_table.TABLE,
        throttle: Throttle | None = None,
        pocket: SecretPocket | None = None,
        reachability: Reachability | None = None,
    ) -> None:
        self._pocket = SecretPocket() if pocket is None else pocket
        self._inbox = inbox
        self._reachability = reachability
        self._chat_bots = chat_bots
        self._access = services.access
        self._languages = services.languages
        self._modes = services.modes
        self._leaderboards = services.leaderboards
        self._groups = services.rooms.groups
        door = Door(
            services=services,
            inbox=inbox,
            clock=clock,
            chance=chance,
            bot_names=(bot_name, *more_bots),
            commands=command_table.by_name(commands),
            actions=action_table.by_name(actions),
            throttle=throttle,
            pocket=self._pocket,
        )
        self._messages = MessageDoor(door)
        self._presses = PressDoor(door)
        self._payments = PaymentDoor(services.premium, inbox)
        self._dispatcher = Dispatcher(disable_fsm=True)
        self._dispatcher.message.register(self._hear)
        self._dispatcher.edited_message.register(self._refuse_edit)
        self._dispatcher.callback_query.register(self._press)
        self._dispatcher.my_chat_member.register(self._note_place)
        self._dispatcher.pre_checkout_query.register(self._check_out)
        self._dispatcher.subscription.register(self._payments.renewal)
        self._heard_by = dict(self._dispatcher.observers)

    async def handle(self, stored: StoredUpdate) -> None:
        """Answer one update.

        Raises `Unavailable` where something outside failed, and `pydantic.ValidationError`
        for an update that is not one; the update is then still open.
        """
        if self._chat_bots is not None:
            self._chat_bots.note(stored)
        for kind, model in _HEARD.items():
            if kind in stored.raw:
                # To the observer of its kind, past what aiogram does for every update before that:
                # it is a twentieth of an order's time, and there are no routers below to ask.
                # An event is whatever the handler takes, whichever models it is made of.
                event = cast("TelegramObject", model.model_validate(stored.raw[kind]))
                await self._heard_by[kind].trigger(event, stored=stored)
                self._pocket.drop(stored.update_id)
                return
        await self._inbox.close(stored.update_id, failure="")

    async def _hear(self, message: Message, stored: StoredUpdate) -> None:
        if await self._is_about_chat(message):
            await self._inbox.close(stored.update_id, failure="")
            return
        payer = message.payer
        if payer is not None and is_somebody(payer.id):
            with speaking(self._languages.heard(await self._identified(payer))):
                await self._payments.hear(message, payer.id, stored)
            return
        reason, sender = reason_not_heard(message), message.from_user
        if reason is not None or sender is None:
            with speaking(self._languages.of(stored.lane)):
                notices = unheard(message, reason or "anonymous")
            await self._inbox.close(stored.update_id, failure="", notices=notices)
            return
        user = await self._identified(sender)
        with speaking(self._languages.heard(user)):
            await self._messages.hear(message, user, stored)

    async def _is_about_chat(self, message: Message) -> bool:
        """Tell whether this is Telegram's own word: the group has another id, or somebody left."""
        here = message.chat.id
        if message.migrate_to_chat_id is not None and message.migrate_to_chat_id < 0:
            await self._groups.moved(here, message.migrate_to_chat_id)
            return True
        if message.migrate_from_chat_id is not None and message.migrate_from_chat_id < 0:
            await self._groups.moved(message.migrate_from_chat_id, here)
            return True
        if message.left is not None:
            await self._leaderboards.gone(message.left.id, here)
        return False

    async def _note_place(self, change: OwnPlace, stored: StoredUpdate) -> None:
        """Send nothing more where the bot was removed or blocked, and go on where it is back."""
        here = change.chat.id
        if self._chat_bots is not None and not await self._chat_bots.is_served_by(here, stored):
            # Whoever blocks one bot may still be served by another.
            await self._inbox.close(stored.update_id, failure="")
            return
        if self._reachability is not None and change.is_gone:
            await self._reachability.left(here, f"the bot is {change.new_chat_member.status}")
        elif self._reachability is not None:
            await self._reachability.back(here)
        if not change.chat.is_private:
            await self._groups.seated(here, is_gone=change.is_gone)
        await self._inbox.close(stored.update_id, failure="")

    async def _press(self, callback: CallbackQuery, stored: StoredUpdate) -> None:
        sender = callback.from_user
        if not callback.is_somebodys_own or not is_somebody(sender.id):
            with speaking(self._languages.of(stored.lane)):
                notices = unheard_press(callback)
            await self._inbox.close(stored.update_id, failure="", notices=notices)
            return
        user = await self._identified(sender)
        with speaking(self._languages.heard(user)):
            await self._presses.press(callback, user, stored)

    async def _check_out(self, query: PreCheckoutQuery, stored: StoredUpdate) -> None:
        user = await self._identified(query.from_user)
        with speaking(self._languages.heard(user)):
            await self._payments.check_out(query, user, stored)

    async def _refuse_edit(self, message: Message, stored: StoredUpdate) -> None:
        is_meant = message.words.startswith("/") or _holds_secret(message.words)
        with speaking(self._languages.of(stored.lane)):
            notices = unheard(message, "edited") if is_meant else ()
        await self._inbox.close(stored.update_id, failure="", notices=notices)

    async def _identified(self, sender: Person) -> User:
        # After hearing, so that nobody's id is ever stored.
        person = PersonSeen(
            user_id=sender.id,
            first_name=sender.first_name,
            username=sender.username,
            language=sender.language_code,
        )
        return self._modes.heard(await self._access.identify(person))


def _holds_secret(words: str) -> bool:
    return SECRET_REMOVED in words or PASSWORD_REMOVED in words
