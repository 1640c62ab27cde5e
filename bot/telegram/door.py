"""What the chat door is built from, and how it makes a turn of a message or a press."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil

from bot.domain.bot_numbers import MAIN_BOT, bot_of
from bot.domain.requests import Request
from bot.domain.users import User
from bot.domain.values import value
from bot.observability.journeys import THROTTLED, note_result
from bot.ports.clock import Clock
from bot.ports.mail import Inbox, StoredUpdate
from bot.services.catalogue import Services
from bot.telegram.callbacks import Chance, Keys, new_nonce
from bot.telegram.screens.phrases import fill
from bot.telegram.secret_pocket import SecretPocket
from bot.telegram.texts import TOO_FAST, TOO_HEAVY
from bot.telegram.throttle import Throttle, Verdict
from bot.telegram.turn import Action, Command, Pressed, Turn, Voice
from bot.words.speech import translated


@value
class Chat:
    """Where something was said or pressed, in which message, and in which topic of a forum.

    An ephemeral message has an id of its own kind; only one person and the bot see it.
    """

    chat_id: int
    is_private: bool
    message_id: int = 0
    thread_id: int | None = None
    is_channel: bool = False
    replied_to: int | None = None
    ephemeral_id: int | None = None


@value
class Door:
    """Everything that turns are made of."""

    services: Services
    inbox: Inbox
    clock: Clock
    chance: Chance
    bot_names: tuple[str, ...]
    commands: Mapping[str, Command]
    actions: Mapping[str, Action]
    pocket: SecretPocket
    throttle: Throttle | None = None

    def bot_name(self, update_id: int | None) -> str:
        """Give the name of the bot that an update came by, the main one's where it is gone."""
        bot = MAIN_BOT if update_id is None else bot_of(update_id)
        return self.bot_names[bot if bot < len(self.bot_names) else MAIN_BOT]

    async def admits(self, turn: Turn, row: Command | Action | None) -> bool:
        """Tell whether a turn may go on; one that floods is told so once and then closed silently.

        A button pressed then stops spinning, within bounds; nothing is said or done.

        What no row stands for, a forged button or an unknown command, costs as much as a plain one.
        """
        if self.throttle is None:
            return True
        cost = row.cost if row is not None else 1
        verdict, wait = await self.throttle.asked(turn.user, turn.chat_id, cost)
        match verdict:
            case Verdict.ADMITTED:
                return True
            case Verdict.HEAVY:
                note_result(THROTTLED)
                await turn.say(fill(translated(TOO_HEAVY), {"seconds": ceil(wait)}))
            case Verdict.TOLD:
                note_result(THROTTLED)
                await turn.say(fill(translated(TOO_FAST), {}))
            case Verdict.SILENT:
                note_result(THROTTLED)
                is_freed = turn.pressed is not None and await self.throttle.freed(turn.user)
                await turn.finish(turn.toasted("") if is_freed else ())
        return False

    def turn(
        self,
        user: User,
        chat: Chat,
        stored: StoredUpdate,
        *,
        request_id: str = "",
        text: str = "",
        source_at: datetime | None = None,
        pressed: Pressed | None = None,
    ) -> Turn:
        """Make a turn; its request is the update's own unless another id is given."""
        return Turn(
            services=self.services,
            user=user,
            request=Request(
                user=user,
                request_id=request_id or f"tg:{stored.update_id}",
                received_at=stored.received_at,
                update_id=stored.update_id,
                source_at=source_at,
            ),
            chat_id=chat.chat_id,
            is_private=chat.is_private,
            keys=self._keys(user, stored, is_private=chat.is_private),
            news_keys=lambda: self._keys(user, stored, is_private=True),
            commands=self.commands,
            actions=self.actions,
            text=text,
            message_id=chat.message_id,
            thread_id=chat.thread_id,
            voice=Voice.ALOUD if chat.ephemeral_id is None else Voice.WHISPER,
            ephemeral_id=chat.ephemeral_id,
            replied_to=chat.replied_to,
            secret=self.pocket.of(stored.update_id),
            pressed=pressed,
        )

    def _keys(self, user: User, stored: StoredUpdate, *, is_private: bool) -> Keys:
        return Keys(
            owner=user.user_id,
            nonce=new_nonce(self.clock.now(), self.chance),
            bot_name=self.bot_name(stored.update_id),
            is_private=is_private,
            mode=user.mode,
        )
