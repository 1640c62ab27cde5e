"""Live wallets of earlier demos: the sandbox's chain begins anew each time, their books do not."""

from collections.abc import Sequence

import httpx

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import open_pool
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.migrate import migrate
from bot.bootstrap.outside import open_database
from bot.bootstrap.settings import Settings
from bot.cli.sandbox_leftovers import Leftovers, end_leftovers
from bot.cli.sandbox_process import Sandbox
from bot.ports.live_orders import LiveBalances


async def put_back(settings: Settings, sandbox: Sandbox) -> Leftovers | None:
    """Give every live wallet on the chain what its books say, before anybody compares the two.

    Gives what was under way on the chain before and ended with it; None at the first start.
    """
    if not (settings.data_dir / "postgres").is_dir():
        return None
    wallets, leftovers = await _booked(settings)
    async with httpx.AsyncClient() as client:
        for wallet in wallets:
            body = {
                "address": wallet.address,
                "lamports": wallet.lamports,
                "tokens": dict(wallet.tokens),
            }
            answer = await client.post(f"{sandbox.page_url}sandbox/chain/restore", json=body)
            answer.raise_for_status()
    return leftovers


async def _booked(settings: Settings) -> tuple[Sequence[LiveBalances], Leftovers]:
    async with open_database(settings) as dsn:
        await migrate(dsn)
        async with open_pool(dsn) as pool:
            leftovers = await end_leftovers(pool, SystemClock().now())
            wallets = await PostgresLiveAccounts(pool, lambda _queued: None).balances()
            return wallets, leftovers
