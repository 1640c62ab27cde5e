"""What was under way when an earlier demo's chain ended: with it, it can land nowhere any more.

For the demo alone, whose chain begins anew at each start. On a real chain nothing but two nodes
past its last valid height proves that a transaction is dead, however long it has been unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.database.cleanups import PostgresCleanups
from bot.adapters.database.connection import Pool
from bot.adapters.database.live_orders import PostgresLiveOrders
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.domain.cleanups import CleanupState
from bot.domain.instruments import Token
from bot.domain.live_orders import UNPROVEN, AttemptState
from bot.domain.withdrawals import WithdrawalState
from bot.services.cleanups import CleanupNotices
from bot.services.withdrawal_means import WithdrawalNotices

_REASON = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftoverNews:
    """Who words what the owners are told; of an order the bot tells them, at its deadline."""

    withdrawn: WithdrawalNotices
    cleaned: CleanupNotices


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
            "The chain of the last demo is gone, and what was under way on it has expired:\n"
            f"  live orders: {self.orders} (each ends by its deadline, its funds free again), "
            f"withdrawals: {self.withdrawals}, cleanups: {self.cleanups}.\n"
            "  Their owners are told in the chat."
        )


async def end_leftovers(pool: Pool, now: datetime, news: LeftoverNews) -> Leftovers:
    """End what no node of the new chain can ever prove, and call final what was booked.

    Wallets get what the books say, so what had landed and was not booked is gone as well. A
    withdrawal is not paid anew: the signer asks for nodes past the last payment, and a chain that
    began anew has none.
    """
    tokens = {token.token_id: token for token, _ in await PostgresShelf(pool).all_tokens()}
    payments = PostgresWithdrawals(pool, _tell_nobody)
    return Leftovers(
        orders=await _orders(PostgresLiveOrders(pool, _tell_nobody), now),
        withdrawals=await _withdrawals(payments, now, news.withdrawn, tokens),
        cleanups=await _cleanups(PostgresCleanups(pool, _tell_nobody), now, news.cleaned),
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


async def _withdrawals(
    book: PostgresWithdrawals, now: datetime, news: WithdrawalNotices, tokens: Mapping[int, Token]
) -> int:
    ended = 0
    for place in await book.open():
        found = await book.read(place)
        if found is not None and found.last is not None and found.last.state in UNPROVEN:
            await book.move(found.last, AttemptState.EXPIRED, now)
            token = None if found.token_id is None else tokens[found.token_id]
            told = news.ended(found, token, _REASON)
            ended += await book.end(place, WithdrawalState.FAILED, _REASON, now, told)
    for payment in await book.confirmed():
        await book.move(payment, AttemptState.FINALIZED, now)
    return ended


async def _cleanups(book: PostgresCleanups, now: datetime, news: CleanupNotices) -> int:
    ended = 0
    for cleanup in await book.open():
        if cleanup.raw is not None:
            told = news.ended(cleanup)
            ended += await book.end(cleanup, CleanupState.EXPIRED, _REASON, now, told)
    return ended


def _tell_nobody(_queued: object) -> None:
    """Hand nothing over: the bot that starts next sends what waits in the outbox."""
