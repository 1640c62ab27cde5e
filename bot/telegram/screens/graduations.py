"""What is said of a token that moved to another pool."""

from bot.domain.graduations import Graduation
from bot.domain.instruments import Token
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, lines, named
from bot.telegram.rich_text import marked
from bot.telegram.screens.pool_names import pool_name
from bot.telegram.screens.receipts import closed_rows
from bot.words.speech import say


def moved(token: Token, graduation: Graduation, keys: Keys) -> Screen:
    """Tell a holder where a token trades now, and that the position goes on as it was."""
    old, new = pool_name(graduation.from_kind), pool_name(graduation.to_kind)
    name = named(token.symbol, 16)
    text = marked(
        "🎓 {token} moved: {old} is over, it trades in {new} now.", token=name, old=old, new=new
    )
    if graduation.from_kind is graduation.to_kind:
        text = marked("🎓 {token} moved to another pool of {new}.", token=name, new=new)
    return Screen(
        text=lines(
            text,
            say("Your position goes on as it was; prices and orders follow the new pool."),
        ),
        rows=closed_rows(keys),
    )
