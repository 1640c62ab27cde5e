"""A warm parent that forks processes which carry a proved withdrawal out, to be killed.

Run as `python -m tests.chaos.withdrawal_child`: it is asked and answers as `live_child` is.
"""

import asyncio
import os
from dataclasses import replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import open_pool
from bot.adapters.database.withdrawal_addresses import PostgresAddressList
from bot.adapters.database.withdrawals import PostgresWithdrawals
from bot.adapters.solana.destinations import SolanaDestinations
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings
from bot.adapters.venues.jupiter.client import JupiterClient
from bot.adapters.venues.jupiter.venue import JupiterVenue
from bot.domain.withdrawals import Payment
from bot.ports.withdrawals import Kept
from bot.services.withdrawal_means import WithdrawalMeans
from bot.services.withdrawal_payments import WithdrawalPayments
from bot.telegram.withdrawal_news import WithdrawalNews
from tests.builders.rpc_pools import seeded_chance
from tests.builders.swap_worlds import QUICK
from tests.builders.withdrawal_scenes import AT_ONCE, worth_of
from tests.chaos import live_child
from tests.chaos.live_child import Order

_ROUND_SECONDS = 0.02


class CommitsBehindSending(PostgresWithdrawals):
    """The negative control: what a bot does that keeps its payments once they are out."""

    def __init__(self, means: WithdrawalMeans) -> None:
        assert isinstance(means.book, PostgresWithdrawals)
        super().__init__(means.book._pool, lambda _queued: None)
        self._chain = means.live.chain

    async def commit(self, payment: Payment) -> tuple[Kept, str]:
        await self._chain.send(payment.raw)
        return await super().commit(payment)


async def carry_out(order: Order) -> None:
    """Go round until the newest withdrawal is at its end."""
    clock = SystemClock()
    configs = [EndpointConfig.from_url(url) for url in order.rpc_urls]
    async with (
        open_pool(order.dsn, size=4) as database,
        RpcPool(
            configs,
            clock=clock,
            chance=seeded_chance(),
            settings=RpcSettings(request_timeout_seconds=2.0),
        ) as rpc,
        JupiterClient(replace(QUICK, base_url=order.jupiter), clock) as client,
    ):
        live = await live_child._means(order, database, rpc, JupiterVenue(client, clock))
        means = WithdrawalMeans(
            live=live,
            book=PostgresWithdrawals(database, lambda _queued: None),
            addresses=PostgresAddressList(database, lambda _queued: None),
            looks=SolanaDestinations(rpc),
            notices=WithdrawalNews(clock=clock, chance=seeded_chance(), bot_name="kit"),
            rules=AT_ONCE,
            worth=worth_of,
            draw=lambda: str(os.getpid()),
        )
        if order.sends_first:
            means = replace(means, book=CommitsBehindSending(means))
        payments = WithdrawalPayments(means)
        while await means.book.open():
            await payments.carry_on()
            await asyncio.sleep(_ROUND_SECONDS)


if __name__ == "__main__":
    live_child.carry_out = carry_out  # type: ignore[assignment]
    live_child.serve()
