"""What the gate sees beyond a desk: what positions are worth now, and which stops stand."""

from collections.abc import Callable

from bot.domain.pools.reading import Curve
from bot.domain.positions import Position, Side
from bot.domain.risk import TradingStop
from bot.engine.marks import mark_position
from bot.services.price_board import PriceBoard

_MOST_KEPT = 20_000
StopOf = Callable[[int, int], TradingStop | None]
_Weighed = tuple[int, bool, int, int]  # token, long or short, units, what stands behind them


class Worths:
    """Implements `bot.engine.exposure.Surroundings` over the price board.

    A position is weighed again only after it or its pool has changed: a pool that stands as it
    stood keeps its curve, see `bot.adapters.solana.reading_memory`.
    """

    def __init__(self, *, board: PriceBoard, stop_of: StopOf) -> None:
        self._board = board
        self._stop_of = stop_of
        self._kept: dict[_Weighed, tuple[Curve, int]] = {}

    def worth(self, position: Position) -> int | None:
        """Give what closing a position would bring back, in lamports; None where unpriced."""
        priced = self._board.priced(position.token_id)
        if priced is None:
            return None
        is_long = position.side is Side.LONG
        weighed = (position.token_id, is_long, position.token_units, position.collateral_lamports)
        kept = self._kept.get(weighed)
        if kept is not None and kept[0] is priced.best.curve:
            return kept[1]
        worth = mark_position(position, priced.best, 0.0).equity_lamports
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[weighed] = (priced.best.curve, worth)
        return worth

    def decimals(self, token_id: int) -> int:
        """Give a token's decimals."""
        return self._board.tokens[token_id].decimals

    def stop(self, user_id: int, token_id: int) -> TradingStop | None:
        """Give the emergency stop that holds back an entry, if any."""
        return self._stop_of(user_id, token_id)
