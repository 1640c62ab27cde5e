"""What a position's side is called."""

from bot.domain.positions import Side
from bot.words.speech import later, say

_NAMES = {Side.LONG: later("long"), Side.SHORT: later("short")}


def side_name(side: Side) -> str:
    """Give a side as people call it; what they type is always long and short."""
    return say(_NAMES[side])
