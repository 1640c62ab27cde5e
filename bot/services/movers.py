"""What rose and what fell most among the tokens that are tracked."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.users import Permission, User
from bot.ports.clock import Clock
from bot.services.price_board import PriceBoard
from bot.services.token_columns import Glimpse
from bot.services.token_lines import TokenLine, token_line

LEAST_LIQUIDITY_LAMPORTS: int = 5 * LAMPORTS_PER_SOL
_OLDEST_SECONDS = 300.0
_MOST_A_SIDE = 5
_MONEY = frozenset({SOL_MINT, USDC_MINT})


class Span(StrEnum):
    """Over what time a change is counted."""

    HOUR = "1h"
    DAY = "24h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """The tokens that moved most over a span, the largest change first; `compared` of them."""

    span: Span
    gainers: tuple[TokenLine, ...]
    losers: tuple[TokenLine, ...]
    compared: int


class Movers:
    """The use case of looking at what moved."""

    def __init__(self, *, board: PriceBoard, clock: Clock) -> None:
        self._board = board
        self._clock = clock

    async def movers(self, user: User, span: Span) -> Movement:
        """Give what moved most; tokens of old prices or next to no liquidity are left out."""
        user.require(Permission.VIEW_MARKET)
        changes = sorted(self._changes(span), key=lambda pair: pair[0], reverse=True)
        rising = [line for change, line in changes if change > 0]
        falling = [line for change, line in reversed(changes) if change < 0]
        return Movement(
            span=span,
            gainers=tuple(rising[:_MOST_A_SIDE]),
            losers=tuple(falling[:_MOST_A_SIDE]),
            compared=len(changes),
        )

    def _changes(self, span: Span) -> Iterable[tuple[Decimal, TokenLine]]:
        now = self._clock.now()
        for token_id in list(self._board.tokens):
            line = token_line(self._board, token_id, now)
            seen = self._board.columns.glimpse(token_id)
            if line is None or seen is None or not _is_alive(line, seen):
                continue
            change = line.change_1h if span is Span.HOUR else line.change_24h
            if change is not None:
                yield change, line


def _is_alive(line: TokenLine, seen: Glimpse) -> bool:
    if line.token.mint in _MONEY or seen.is_halted:
        return False
    if line.age_seconds is None or line.age_seconds > _OLDEST_SECONDS:
        return False
    return seen.liquidity_lamports >= LEAST_LIQUIDITY_LAMPORTS
