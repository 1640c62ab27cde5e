"""What is said of a token that moved to another pool."""

from bot.domain.graduations import Graduation
from bot.domain.instruments import Token
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens.pool_names import pool_name
from bot.telegram.screens.receipts import closed_rows


def moved(token: Token, graduation: Graduation, keys: Keys) -> Screen:
    """Tell a holder where a token trades now, and that the position goes on as it was."""
    old, new = pool_name(graduation.from_kind), pool_name(graduation.to_kind)
    text = Text("🎓 ", named(token.symbol, 16), f" moved: {old} is over, it trades in {new} now.")
    if graduation.from_kind is graduation.to_kind:
        text = Text("🎓 ", named(token.symbol, 16), f" moved to another pool of {new}.")
    return Screen(
        text=lines(text, "Your position goes on as it was; prices and orders follow the new pool."),
        rows=closed_rows(keys),
    )
