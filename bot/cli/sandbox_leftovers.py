"""What was under way when an earlier demo's chain ended: with it, it can land nowhere any more.

For the demo alone, whose chain begins anew at each start. On a real chain nothing but two nodes
past its last valid height proves that a transaction is dead, however long it has been unknown.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.adapters.database.cleanups import PostgresCleanups
from bot.adapters.database.connection import Pool
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.domain.cleanups import CleanupState
from bot.domain.live_orders import UNPROVEN, AttemptState
from bot.domain.withdrawals import WithdrawalState

_REASON = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """How many transactions ended with their chain."""

    orders: int
    withdrawals: int
    cleanups: int

    @property
    def words(self) -> str:
        """Say so, to whoever starts the demo; empty where there were none."""
        if not self.orders + self.withdrawals + self.cleanups:
            return ""
        return (
            "the chain of the last demo is gone, and what was under way on it has expired: "
            f"{self.orders} live orders (each ends by its deadline, its funds free again), "
            f"{self.withdrawals} withdrawals, {self.cleanups} cleanups"
        )


async def end_leftovers(pool: Pool, now: datetime) -> Leftovers:
    """End what no node of the new chain can ever prove, and call final what was booked.

    Wallets get what the books say, so what had landed and was not booked is gone as well.
    """
    return Leftovers(
        orders=await _orders(PostgresLiveOrders(pool, _tell_nobody), now),
        withdrawals=await _withdrawals(PostgresWithdrawals(pool, _tell_nobody), now),
        cleanups=await _cleanups(PostgresCleanups(pool, _tell_nobody), now),
    )


async def _orders(book: PostgresLiveOrders, now: datetime) -> int:
    ended = 0
    for place in await book.held():
        attempt = (await book.read(place)).last
        if attempt is not None and attempt.is_unproven:
            ended += await book.move(attempt, AttemptState.EXPIRED, now)
    for attempt in await book.confirmed():
        await book.move(attempt, AttemptState.FINALIZED, now)
    return ended


async def _withdrawals(book: PostgresWithdrawals, now: datetime) -> int:
    ended = 0
    for place in await book.open():
        found = await book.read(place)
        if found is not None and found.last is not None and found.last.state in UNPROVEN:
            await book.move(found.last, AttemptState.EXPIRED, now)
            ended += await book.end(place, WithdrawalState.FAILED, _REASON, now, ())
    for payment in await book.confirmed():
        await book.move(payment, AttemptState.FINALIZED, now)
    return ended


async def _cleanups(book: PostgresCleanups, now: datetime) -> int:
    ended = 0
    for cleanup in await book.open():
        if cleanup.raw is not None:
            ended += await book.end(cleanup, CleanupState.EXPIRED, _REASON, now, ())
    return ended


def _tell_nobody(_queued: object) -> None:
    return None
