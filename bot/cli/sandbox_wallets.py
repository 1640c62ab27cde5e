"""Live wallets of earlier demos: the sandbox's chain begins anew each time, their books do not."""

from collections.abc import Sequence

import httpx

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.languages import PostgresLanguages
from bot.adapters.database.live_accounts import PostgresLiveAccounts
from bot.adapters.database.migrate import migrate
from bot.bootstrap.news import Newsroom
from bot.bootstrap.outside import open_database
from bot.bootstrap.settings import Settings
from bot.cli.sandbox_leftovers import LeftoverNews, Leftovers, end_leftovers
from bot.cli.sandbox_process import Sandbox
from bot.domain.languages import Language
from bot.ports.live_orders import LiveBalances
from bot.telegram.cleanup_news import CleanupNews
from bot.telegram.withdrawal_news import WithdrawalNews


async def put_back(settings: Settings, sandbox: Sandbox) -> Leftovers | None:
    """Give every live wallet on the chain what its books say, before anybody compares the two.

    Gives what was under way on the chain before and ended with it; None at the first start.
    """
    if not (settings.data_dir / "postgres").is_dir():
        return None
    wallets, people, leftovers = await _booked(settings)
    async with httpx.AsyncClient() as client:
        for user_id in people:
            # Only a chat that the bot has talked in before can be written to; 404: moved away.
            await client.post(f"{sandbox.page_url}sandbox/people/{user_id}/remember", json={})
        for wallet in wallets:
            body = {
                "address": wallet.address,
                "lamports": wallet.lamports,
                "tokens": dict(wallet.tokens),
            }
            answer = await client.post(f"{sandbox.page_url}sandbox/chain/restore", json=body)
            answer.raise_for_status()
    return leftovers


async def _booked(
    settings: Settings,
) -> tuple[Sequence[LiveBalances], Sequence[int], Leftovers]:
    async with open_database(settings) as dsn:
        await migrate(dsn)
        async with open_pool(dsn) as pool:
            leftovers = await end_leftovers(pool, SystemClock().now(), await _news(pool))
            wallets = await PostgresLiveAccounts(pool, lambda _queued: None).balances()
            people = [row["user_id"] for row in await pool.fetch("SELECT user_id FROM users")]
            return wallets, people, leftovers


async def _news(pool: Pool) -> LeftoverNews:
    others = await PostgresLanguages(pool).others()
    newsroom = Newsroom(
        clock=SystemClock(),
        bot_name="",
        language_of=lambda user_id: others.get(user_id, Language.ENGLISH),
    )
    return LeftoverNews(withdrawn=newsroom(WithdrawalNews), cleaned=newsroom(CleanupNews))
