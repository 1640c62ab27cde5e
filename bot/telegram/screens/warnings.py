"""What is said of a token whose price is disputed."""

from bot.domain.instruments import Token
from bot.domain.price_trust import Suspicion
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures
from bot.telegram.screens.pool_names import venue_name
from bot.telegram.screens.receipts import closed_rows


def disputed(token: Token, suspicion: Suspicion, keys: Keys) -> Screen:
    """Tell a holder that a token's price is not believed, and what still works."""
    return Screen(
        text=lines(
            Text("⚠️ The price of ", named(token.symbol, 16), " is disputed."),
            Text(contradiction(suspicion), "."),
            "Until they agree I open nothing in it and liquidate nobody. "
            "You can close, at what the pool itself pays.",
        ),
        rows=closed_rows(keys),
    )


def agreed(token: Token, keys: Keys) -> Screen:
    """Tell a holder that a token's prices agree again."""
    text = Text("✅ The prices of ", named(token.symbol, 16), " agree again. All works as before.")
    return Screen(text=lines(text), rows=closed_rows(keys))


def contradiction(suspicion: Suspicion) -> str:
    """Say who contradicts whom, and by how much."""
    one, other = venue_name(suspicion.one), venue_name(suspicion.other)
    return f"{_capital(one)} and {other} are {figures.percent(suspicion.gap)} apart"


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
