"""The chat application: aiogram's dispatcher with one handler per kind of update."""

from collections.abc import Mapping

from aiogram import Bot, Dispatcher
from aiogram.dispatcher.event.bases import UNHANDLED
from aiogram.types import CallbackQuery, Message, TelegramObject
from structlog.contextvars import bound_contextvars

from bot.ports.clock import Clock
from bot.ports.mail import Inbox, StoredUpdate
from bot.services.catalogue import Services
from bot.telegram import action_table, command_table
from bot.telegram.callbacks import Chance
from bot.telegram.cleaning import SECRET_REMOVED
from bot.telegram.door import Door
from bot.telegram.messages import MessageDoor
from bot.telegram.middlewares.hear import HearMiddleware, unheard
from bot.telegram.middlewares.identify import IdentifyMiddleware
from bot.telegram.presses import PressDoor

_HEARD: Mapping[str, type[TelegramObject]] = {
    "message": Message,
    "edited_message": Message,
    "callback_query": CallbackQuery,
}


class Application:
    """Answers stored updates; whatever it does with one, the update is closed in the inbox.

    `bot` is only the context that aiogram's types ask for: nothing is sent through it, since
    replies leave by the outbox.
    """

    def __init__(
        self,
        *,
        services: Services,
        inbox: Inbox,
        clock: Clock,
        chance: Chance,
        bot: Bot,
        bot_name: str,
    ) -> None:
        self._inbox = inbox
        self._bot = bot
        door = Door(
            services=services,
            inbox=inbox,
            clock=clock,
            chance=chance,
            bot_name=bot_name,
            commands=command_table.by_name(),
            actions=action_table.by_name(),
        )
        self._dispatcher = self._build(door)

    async def handle(self, stored: StoredUpdate) -> None:
        """Answer one update.

        Raises `Unavailable` where something outside failed, and `pydantic.ValidationError`
        for an update that is not one; the update is then still open.
        """
        with bound_contextvars(update_id=stored.update_id):
            answer: object = UNHANDLED
            for kind, model in _HEARD.items():
                if kind in stored.raw:
                    answer = await self._answer(kind, model, stored)
                    break
            if answer is UNHANDLED:
                await self._inbox.close(stored.update_id, failure="")

    async def _answer(self, kind: str, model: type[TelegramObject], stored: StoredUpdate) -> object:
        # Straight to the router's handlers of this kind: what aiogram does for every update
        # before that (errors, contexts, the wrapper around the event) nothing here needs.
        event = model.model_validate(stored.raw[kind], context={"bot": self._bot})
        return await self._dispatcher.propagate_event(kind, event, stored=stored)

    def _build(self, door: Door) -> Dispatcher:
        dispatcher = Dispatcher(disable_fsm=True)
        identify = IdentifyMiddleware(door.services.access)
        for observer in (dispatcher.message, dispatcher.callback_query):
            observer.outer_middleware(HearMiddleware(self._inbox))
            observer.outer_middleware(identify)
        dispatcher.message.register(MessageDoor(door).hear)
        dispatcher.callback_query.register(PressDoor(door).press)
        dispatcher.edited_message.register(self._refuse_edit)
        return dispatcher

    async def _refuse_edit(self, edited_message: Message, stored: StoredUpdate) -> None:
        text = edited_message.text or edited_message.caption or ""
        is_meant = text.startswith("/") or SECRET_REMOVED in text
        notices = unheard(edited_message, "edited") if is_meant else ()
        await self._inbox.close(stored.update_id, failure="", notices=notices)
