"""Several bots of one installation: their numbers in what Telegram numbers for each by itself."""

from typing import Final

MAIN_BOT: Final = 0
MOST_BOTS: Final = 1_000
_BITS = 48
_PLAIN = (1 << _BITS) - 1


def numbered(bot: int, number: int) -> int:
    """Give the number of an update or a message of a bot as it is kept: unique among all bots.

    Those of the main bot stay as they are, and so does what no bot of ours can have numbered.
    """
    return bot << _BITS | number if 0 <= number <= _PLAIN else number


def bot_of(number: int) -> int:
    """Give the bot that a kept number is of."""
    bot = number >> _BITS
    return bot if 0 < bot < MOST_BOTS else MAIN_BOT


def plain(number: int) -> int:
    """Give a kept number as Telegram knows it."""
    return number & _PLAIN if bot_of(number) else number
