"""What is said of a token whose price is disputed."""

from bot.domain.instruments import Token
from bot.domain.price_trust import Suspicion
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.pool_names import venue_name
from bot.telegram.screens.receipts import closed_rows
from bot.words.speech import say


def disputed(token: Token, suspicion: Suspicion, keys: Keys) -> Screen:
    """Tell a holder that a token's price is not believed, and what still works."""
    return Screen(
        text=lines(
            marked("⚠️ The price of {token} is disputed.", token=named(token.symbol, 16)),
            Text(contradiction(suspicion), "."),
            say(
                "Until they agree I open nothing in it and liquidate nobody. "
                "You can close, at what the pool itself pays."
            ),
        ),
        rows=closed_rows(keys),
    )


def agreed(token: Token, keys: Keys) -> Screen:
    """Tell a holder that a token's prices agree again."""
    text = marked(
        "✅ The prices of {token} agree again. All works as before.",
        token=named(token.symbol, 16),
    )
    return Screen(text=lines(text), rows=closed_rows(keys))


def contradiction(suspicion: Suspicion) -> str:
    """Say who contradicts whom, and by how much."""
    one, other = venue_name(suspicion.one), venue_name(suspicion.other)
    return say(
        "{one} and {other} are {gap} apart",
        one=_capital(one),
        other=other,
        gap=figures.percent(suspicion.gap),
    )


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
