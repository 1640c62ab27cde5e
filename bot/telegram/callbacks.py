"""What a button carries: a typed, owned, expiring note of at most 64 bytes, read with distrust."""

import re
from datetime import datetime
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.users import Mode
from bot.domain.values import value

MOST_BYTES = 64
MONEY_MINUTES = 15
NAVIGATION_MINUTES = 24 * 60
_CLOCK_SLACK_MINUTES = 2

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MINUTE_DIGITS, _RANDOM_LETTERS = 5, 5
# Whole numbers as they are written here: Python would take signs, spaces and underscores too.
_FORM = re.compile(
    r"([kl]):([a-z]{1,6}):([0-9]{1,16}):([0-9]{1,9}):([a-z0-9]{0,18}):([0-9a-z]{5}[a-z]{5})",
    re.ASCII,
)
# The first letter is the mode: no byte longer, and what was cut before there was live is paper.
_LETTER_OF = {Mode.PAPER: "k", Mode.LIVE: "l"}
_MODE_OF = {letter: mode for mode, letter in _LETTER_OF.items()}


class Chance(Protocol):
    """A source of chance, such as `random.SystemRandom` or a seeded `random.Random`."""

    def randrange(self, stop: int, /) -> int:
        """Draw a whole number below `stop`."""


@value
class Press:
    """A button's note: what to do, whose button it is, on what, how, and which keyboard.

    `target` is a token id, a position's number or a page; `argument` a preset in lamports or
    percent; `nonce` is shared by the buttons of one keyboard, which therefore acts once. `mode`
    is the one that its screen was shown in: it never acts in the other.
    """

    action: str
    owner: int
    target: int = 0
    argument: str = ""
    nonce: str
    mode: Mode = Mode.PAPER

    def pack(self) -> str:
        """Give the note as a button carries it."""
        keys = Keys(owner=self.owner, nonce=self.nonce, bot_name="", mode=self.mode)
        return keys.data(self.action, self.target, self.argument)

    def age_minutes(self, now: datetime) -> int:
        """Give how old the keyboard is; negative if it comes from the future."""
        return _minutes(now) - int(self.nonce[:_MINUTE_DIGITS], 36)

    def is_stale(self, now: datetime, *, is_money: bool) -> bool:
        """Tell whether the button has expired: 15 minutes for money, a day for the rest."""
        return self.age_minutes(now) > (MONEY_MINUTES if is_money else NAVIGATION_MINUTES)


@value
class Keys:
    """Cuts the buttons of one keyboard: its owner, its nonce, and where private links lead.

    `mode` is whose money its screen is about: the screen says so and every button carries it.
    """

    owner: int
    nonce: str
    bot_name: str
    is_private: bool = True
    mode: Mode = Mode.PAPER

    def data(self, action: str, target: int = 0, argument: str = "") -> str:
        """Give the packed note of one button."""
        letter = _LETTER_OF[self.mode]
        note = f"{letter}:{action}:{self.owner}:{target}:{argument}:{self.nonce}"
        if not _FORM.fullmatch(note) or len(note) > MOST_BYTES:
            raise ValueError(f"a button cannot carry {note!r}")
        return note

    def private_link(self, payload: str) -> str:
        """Give the address that opens the private chat with the bot at a screen."""
        return f"https://t.me/{self.bot_name}?start={payload}"


def action_named(data: str | None) -> str:
    """Give the action that a note seems to name, before it is read with care; may be empty."""
    return (data or "").partition(":")[2].partition(":")[0]


def new_nonce(now: datetime, chance: Chance) -> str:
    """Give a keyboard's nonce: the minute in base 36 and five random letters."""
    minute = _base36(_minutes(now)).rjust(_MINUTE_DIGITS, "0")
    drawn, letters = chance.randrange(len(_LETTERS) ** _RANDOM_LETTERS), ""
    for _ in range(_RANDOM_LETTERS):
        drawn, place = divmod(drawn, len(_LETTERS))
        letters += _LETTERS[place]
    return minute[-_MINUTE_DIGITS:] + letters


def read_press(data: str | None, now: datetime) -> Press:
    """Read what came with a press; raises nothing but `Refusal` (`bad_button`)."""
    read = _FORM.fullmatch(data) if data is not None and len(data) <= MOST_BYTES else None
    if read is None:
        raise Refusal("bad_button")
    letter, action, owner, target, argument, nonce = read.groups()
    press = Press(
        action=action,
        owner=int(owner),
        target=int(target),
        argument=argument,
        nonce=nonce,
        mode=_MODE_OF[letter],
    )
    if press.age_minutes(now) < -_CLOCK_SLACK_MINUTES:
        raise Refusal("bad_button")
    return press


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, remainder = divmod(number, 36)
        digits = _DIGITS[remainder] + digits
    return digits or "0"
