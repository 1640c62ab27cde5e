"""Second factors: which there are, how a PIN has to look, and how wrong tries are counted."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Refusal

MOST_TRIES = 5
"""So many wrong tries in a row, over all sessions and factors, and nothing more is evaluated."""
LOCK_SECONDS = (900, 3_600, 14_400, 86_400)
"""For how long, at the first such lock, the second, and so on; the last holds for all after it."""
FRESH_SECONDS = 600
"""For how long a session counts as proved after a factor was given in it."""
RECOVERY_CODES = 10
_PIN = re.compile(r"[0-9]{6,12}", re.ASCII)
_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_RUNS = ("01234567890123456789", "98765432109876543210")


class Factor(StrEnum):
    """Something a person proves besides having their chat.

    RECOVERY stands in for one that was lost; an authenticator is WAITING until it has shown that
    it has the secret, and the one before it counts until then.
    """

    PIN = "pin"
    TOTP = "totp"
    RECOVERY = "recovery"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorState:
    """Which factors a person has, and until when no try of theirs is looked at."""

    pin_set_at: datetime | None = None
    totp_set_at: datetime | None = None
    codes_left: int = 0
    locked_until: datetime | None = None

    @property
    def has_any(self) -> bool:
        """Tell whether there is one to be asked for; recovery codes alone are none."""
        return self.pin_set_at is not None or self.totp_set_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCode:
    """A code that was right and is used up: of which version, its time step, and since when set."""

    version: int
    step: int
    set_at: datetime


def checked_pin(text: str) -> str:
    """Give a PIN that may be set: 6 to 12 digits, neither one digit only nor a run of them.

    Raises `Refusal` (`bad_pin`, `weak_pin`).
    """
    if not _PIN.fullmatch(text):
        raise Refusal("bad_pin")
    if len(set(text)) < len(text) // 3 or any(text in run for run in _RUNS):
        raise Refusal("weak_pin")
    return text


def is_code(text: str) -> bool:
    """Tell whether a text has the form of an authenticator's code."""
    return _CODE.fullmatch(text) is not None


def could_be_factor(text: str) -> bool:
    """Tell whether a text could be a PIN or a code that somebody typed into a chat."""
    return _PIN.fullmatch(text.replace(" ", "")) is not None


def lock_seconds(locks_before: int) -> int:
    """Give how long the next lock holds after so many."""
    return LOCK_SECONDS[min(locks_before, len(LOCK_SECONDS) - 1)]
