"""One line of a token in a list: its price and how it changed, without asking the chain."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.instruments import Token
from bot.services.price_board import PriceBoard


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """A token as the board has it; price and age None before the first reading.

    Changes are fractions, None where the history is too short.
    """

    token: Token
    price: Decimal | None
    age_seconds: float | None
    change_1h: Decimal | None
    change_24h: Decimal | None


def token_line(board: PriceBoard, token_id: int, now: datetime) -> TokenLine | None:
    """Give a token's line; None where it is not tracked."""
    token, seen = board.tokens.get(token_id), board.columns.glimpse(token_id)
    if token is None:
        return None
    metrics = board.metrics.get(token_id)
    return TokenLine(
        token=token,
        price=seen.price if seen else None,
        age_seconds=max((now - seen.received_at).total_seconds(), 0.0) if seen else None,
        change_1h=metrics.change_1h if metrics else None,
        change_24h=metrics.change_24h if metrics else None,
    )
