"""How far a token's price moves in a candle, for stops that keep that distance."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from bot.domain.candles import Interval
from bot.domain.resting_plans import Exit, Trailing
from bot.engine.trailing import average_true_range
from bot.ports.candles import CandleShelf
from bot.ports.clock import Clock

_CANDLES_READ = 40  # some may be missing: a token without a tick has no candle


class TrueRanges:
    """Average true ranges of candles, for the exits that ask for them."""

    def __init__(self, *, shelf: CandleShelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock

    async def of(self, token_id: int, exits: Sequence[Exit]) -> Mapping[Interval, Decimal]:
        """Give the ranges in SOL by interval; without those of which too few candles are kept.

        Needs no permission: it is behind the placing of exits, which requires one.
        """
        wanted = {
            one.atr_interval
            for one in exits
            if isinstance(one, Trailing) and one.atr_times is not None
        }
        found = {}
        for interval in sorted(wanted):
            now = self._clock.now()
            since = now - interval.length * _CANDLES_READ
            candles = await self._shelf.window(token_id, interval, since, now)
            mean = average_true_range(candles)
            if mean is not None:
                found[interval] = mean
        return found
