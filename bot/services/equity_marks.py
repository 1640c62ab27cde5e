"""The marks that losses are measured from: each season's peak, and the equity of each morning."""

import asyncio
from datetime import UTC, date

from bot.ports.clock import Clock
from bot.ports.risk import EquityMark, MarkedWallet, RiskBook
from bot.services.worths import Worths

_WALLETS_AT_ONCE = 200
_RISE_BPS = 10  # a peak is written again once it has risen by a thousandth


class EquityMarks:
    """Weighs the wallets that have something open; asked by the clock, every minute.

    A wallet without positions keeps its equity, so it needs no mark: its day is marked within a
    minute of its first order.
    """

    def __init__(self, *, book: RiskBook, worths: Worths, clock: Clock) -> None:
        self._book = book
        self._worths = worths
        self._clock = clock

    async def mark(self) -> None:
        """Write the peaks that rose and the days that began since the last time."""
        today = self._clock.now().astimezone(UTC).date()
        after = 0
        while wallets := await self._book.wallets_at_risk(after, _WALLETS_AT_ONCE):
            after = wallets[-1].user_id
            marks = [mark for one in wallets if (mark := self._mark(one, today)) is not None]
            if marks:
                await self._book.mark(marks)
            await asyncio.sleep(0)

    def _mark(self, wallet: MarkedWallet, today: date) -> EquityMark | None:
        worths = [self._worths.worth(position) for position in wallet.positions]
        if any(worth is None for worth in worths):
            return None
        rent = sum(position.rent_lamports for position in wallet.positions)
        equity = wallet.free_lamports + rent + sum(worth or 0 for worth in worths)
        is_new_day = wallet.day_on is None or wallet.day_on < today
        peak = wallet.peak_lamports or wallet.grant_lamports
        has_risen = (equity - peak) * 10_000 > peak * _RISE_BPS
        if not (is_new_day or has_risen):
            return None
        return EquityMark(
            user_id=wallet.user_id,
            season=wallet.season,
            peak_lamports=max(peak, equity),
            day_on=today,
            day_lamports=equity if is_new_day else None,
        )
