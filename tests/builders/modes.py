"""Figures that tell in which mode somebody's books are: no two modes have one in common."""

from bot.domain.users import Mode, User

_WORTHS = {Mode.PAPER: 101_340_000_000, Mode.LIVE: 7_771_300_000}
_CASH = {Mode.PAPER: 94_998_500_000, Mode.LIVE: 3_313_700_000}
MARKS = {Mode.PAPER: ("101.34", "94.9985"), Mode.LIVE: ("7.7713", "3.3137")}
"""How those are written on screens, by mode."""


def worth_of(user: User) -> int:
    """The worth of a wallet of the person's mode, in lamports."""
    return _WORTHS[user.mode]


def cash_of(user: User) -> int:
    """What is free in it."""
    return _CASH[user.mode]
