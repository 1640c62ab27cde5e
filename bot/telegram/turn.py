"""What a handler is given, one message or one press, and the table rows that name handlers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum, StrEnum, auto

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode, Permission, User
from bot.domain.values import value
from bot.services.catalogue import Services
from bot.services.live import Live
from bot.telegram.arguments import Argument, Arguments
from bot.telegram.callbacks import Keys, Press, action_named
from bot.telegram.layout import (
    INSTEAD,
    Button,
    Rows,
    Screen,
    private_row,
    to_edit,
    to_keyboard,
    to_send,
    to_toast,
    to_whisper,
    to_whispered_edit,
)
from bot.telegram.rich_text import Text
from bot.words.speech import say


class Place(StrEnum):
    """Where a command or button may be used; private figures stay between a person and the bot.

    WHISPERED may be asked for anywhere, and the answer reaches the asking person alone. In a
    group, its own settings may say less: which commands, by whom, in which topic.
    """

    ANYWHERE = "anywhere"
    PRIVATE = "private chat"
    GROUP = "group"
    WHISPERED = "anywhere, answered to you alone"


class Voice(Enum):
    """Who reads the answer to what was asked: ALOUD is everybody who reads the chat.

    A WHISPER is an ephemeral message in the group. Where Telegram would not take one, what is said
    APART goes into the private chat, and the group hears no more than that.
    """

    ALOUD = auto()
    WHISPER = auto()
    APART = auto()


@value
class Pressed:
    """The press that a turn answers: its window waits for a word from us.

    `on_picture` tells that the button stands below a picture.
    """

    callback_id: str
    on_picture: bool = False


@value
class Turn:
    """One message or press of one known person, and the ways to answer it.

    `keys` cuts fresh buttons for this chat and `news_keys()` those of a second message, sent to
    the person alone (a keyboard acts once, so no two share a nonce). `message_id` is
    the message that was heard or holds the pressed button, `thread_id` its topic, and
    `ephemeral_id` names it where only this person and the bot see it. What is not said aloud
    has a button that `opens` a screen of the private chat. `replied_to` is whose
    message this one answers, `secret` what was typed with it and cut out of what is stored.
    """

    services: Services
    user: User
    request: Request
    chat_id: int
    is_private: bool
    keys: Keys
    news_keys: Callable[[], Keys]
    commands: "Mapping[str, Command]"
    actions: "Mapping[str, Action]"
    text: str = ""
    message_id: int = 0
    thread_id: int | None = None
    voice: Voice = Voice.ALOUD
    ephemeral_id: int | None = None
    opens: str = "start"
    replied_to: int | None = None
    secret: str = field(default="", repr=False)
    pressed: Pressed | None = None

    def live(self) -> Live:
        """Give what trades real money; raises `Refusal` (`live_off`) where it is not offered."""
        if self.services.live is None:
            raise Refusal("live_off")
        return self.services.live

    @property
    def mode(self) -> Mode:
        """Give whose money is meant: what is shown and done is of this mode and no other."""
        return self.user.mode

    def on_paper(self) -> "Turn":
        """Give this turn as one on paper.

        So is all that others read: nobody's live figures and no live buttons go into a group.
        """
        if self.mode is Mode.PAPER:
            return self
        user, news_keys = replace(self.user, mode=Mode.PAPER), self.news_keys
        return replace(
            self,
            user=user,
            request=replace(self.request, user=user),
            keys=replace(self.keys, mode=Mode.PAPER),
            news_keys=lambda: replace(news_keys(), mode=Mode.PAPER),
        )

    async def show(self, screen: Screen, toast: str = "") -> None:
        """Answer with a screen: in place of the pressed one, or as a new message."""
        await self.services.talk.answer(self.request, self.with_screen(screen, toast))

    async def say(self, text: Text) -> None:
        """Answer with words: a window over the pressed button, or a new message."""
        await self.services.talk.answer(self.request, self.said(text))

    def said(self, text: Text) -> tuple[Notice, ...]:
        """Give the notices that answer with words."""
        if self.pressed is None:
            return self.with_screen(Screen(text=text))
        return (self._toast(text.render()[0], is_alert=True),)

    async def note(self, words: str) -> None:
        """Answer a press with a short word over the chat; the message stays as it is."""
        await self.services.talk.answer(self.request, (self._toast(words),))

    def toasted(self, words: str) -> tuple[Notice, ...]:
        """Give the short word over the chat that answers a press; the message stays as it is."""
        return (self._toast(words),)

    async def ask(self, screen: Screen) -> None:
        """Put a question as a new message, which alone can open the keyboard."""
        if self.voice is not Voice.ALOUD:
            await self.show(screen)
            return
        question = self._new(screen, reply_to=self._reply_to())
        await self.finish((self._toast(""), question) if self.pressed else (question,))

    async def finish(self, notices: Sequence[Notice] = ()) -> None:
        """Close the update with these notices, or in silence."""
        await self.services.talk.answer(self.request, notices)

    def with_screen(self, screen: Screen, toast: str = "") -> tuple[Notice, ...]:
        """Give the notices that show a screen here."""
        if self.voice is Voice.WHISPER:
            return self._whispered(screen, toast)
        if self.voice is Voice.APART:
            return (self._said_apart(), to_send(screen, self.user.user_id))
        if self.pressed is None:
            return (self._new(screen, reply_to=self._reply_to()),)
        if self.pressed.on_picture != (screen.picture is not None):
            return (self._toast(toast), self._new(screen))
        edit = to_edit(screen, self.chat_id, self.message_id)
        return (self._toast(toast), edit)

    def beside(self, screen: Screen, rows: Rows, toast: str) -> tuple[Notice, ...]:
        """Give the notices that send news to the person, and put fresh buttons on the old one."""
        news = to_send(screen, self.user.user_id)
        if self.pressed is None:
            return (news,)
        buttons = self._edited(to_keyboard(rows, self.chat_id, self.message_id))
        where = (
            toast if self.is_private else say("{toast} · receipt in our private chat", toast=toast)
        )
        return (self._toast(where), buttons, news)

    def _whispered(self, screen: Screen, toast: str) -> tuple[Notice, ...]:
        rows = (*self._usable_here(screen.rows), private_row(self.keys, self.opens))
        here = replace(screen, rows=rows, ask="")
        if self.pressed is None:
            return (self._new_whisper(here),)
        is_same_kind = self.pressed.on_picture == (screen.picture is not None)
        if self.ephemeral_id is not None and is_same_kind:
            edit = to_edit(here, self.chat_id, self.message_id)
            return (self._toast(toast), self._edited(edit))
        return (self._toast(toast), self._new_whisper(here))

    def _new_whisper(self, screen: Screen) -> Notice:
        whisper = to_whisper(
            screen,
            self.chat_id,
            self.user.user_id,
            callback_id=self.pressed.callback_id if self.pressed else "",
            answers_id=self.ephemeral_id,
            thread_id=self.thread_id,
        )
        if self.pressed is not None or self.ephemeral_id is not None:
            return whisper
        return replace(
            whisper, payload={**whisper.payload, INSTEAD: dict(self._said_apart().payload)}
        )

    def _said_apart(self) -> Notice:
        screen = Screen(
            text=Text(say("That is for you alone. It is in our private chat.")),
            rows=(private_row(self.keys, self.opens),),
        )
        return self._new(screen, reply_to=self._reply_to())

    def _usable_here(self, rows: Rows) -> Rows:
        """Leave out the buttons that act in the private chat only."""
        kept = (tuple(filter(self._is_usable_here, row)) for row in rows)
        return tuple(row for row in kept if row)

    def _is_usable_here(self, button: Button) -> bool:
        row = self.actions.get(action_named(button.data))
        return bool(button.url) or (row is not None and row.place is not Place.PRIVATE)

    def _edited(self, edit: Notice) -> Notice:
        if self.ephemeral_id is None:
            return edit
        return to_whispered_edit(edit, self.user.user_id, self.ephemeral_id)

    def _new(self, screen: Screen, *, reply_to: int | None = None) -> Notice:
        return to_send(screen, self.chat_id, reply_to=reply_to, thread_id=self.thread_id)

    def _reply_to(self) -> int | None:
        """Answer to the message itself in a group, where many talk at once."""
        return None if self.is_private or self.pressed is not None else self.message_id

    def _toast(self, text: str, *, is_alert: bool = False) -> Notice:
        callback_id = self.pressed.callback_id if self.pressed else ""
        return to_toast(self.chat_id, callback_id, text, is_alert=is_alert)


CommandHandler = Callable[[Turn, Arguments], Awaitable[None]]
PressHandler = Callable[[Turn, Press], Awaitable[None]]


@value
class Command:
    """One row of the command table; `is_guided` means that it may come without arguments.

    `in_group` is what it demands in a group, where that is more than in the private chat. Commands
    of one `shelf` share a page of help. `cost` is how many plain ones it is worth to the throttle.
    """

    name: str
    handler: CommandHandler
    permission: Permission
    place: Place
    help_line: str
    long_help: str
    example: str
    aliases: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    is_guided: bool = False
    is_dangerous: bool = False
    is_listed: bool = True
    shelf: str = ""
    in_group: Permission | None = None
    cost: int = 1

    @property
    def usage(self) -> str:
        """Give the command as it is typed, `[...]` for what may be left out."""
        return " ".join((f"/{self.name}", *(argument.usage for argument in self.arguments)))


@value
class Action:
    """One row of the button table; an expired money button runs `when_stale` instead.

    `of` is the command whose switch in a group's settings it goes with, where that has another
    name. A button cut in one mode is refused in the other, unless what it does `is_of_any_mode`:
    it then looks the same in both, or is shown in that of now. The rest is as in a `Command`.
    """

    name: str
    handler: PressHandler
    permission: Permission
    place: Place = Place.PRIVATE
    is_money: bool = False
    when_stale: PressHandler | None = None
    in_group: Permission | None = None
    cost: int = 1
    of: str = ""
    is_of_any_mode: bool = False


def of_any_mode(rows: Sequence[Action]) -> tuple[Action, ...]:
    """Give rows of buttons that mean the same whatever mode somebody is in."""
    return tuple(replace(row, is_of_any_mode=True) for row in rows)
