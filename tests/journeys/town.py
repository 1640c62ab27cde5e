"""A town to travel through: a sandbox world, the whole bot on real PostgreSQL, and its people."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.bootstrap.running import Running, running_bot
from bot.bootstrap.settings import Settings
from bot.domain.identifiers import USDC_MINT
from bot.sandbox.world import SandboxWorld, sandbox_world
from bot.sandbox.world_options import WorldOptions
from tests.builders import canaries
from tests.journeys.people import ADA, PREMIUM_IDS, Message, Reply, Wire, button

LOOK_AGAIN_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
BOT_CONNECTIONS = """
    FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'kitrader'
"""
WIF = "EKpQGSJtjMFqKZ9KQanSqYXRcF8fBopzLHYxdM65zcjm"
JUP = "JUPyiwrYJFskUPiHa7hkeR8VUtAeFoSYbKedZNsDvCN"
_WAITING = """
    SELECT (SELECT closed_at IS NULL FROM inbox WHERE update_id = $1),
           EXISTS (SELECT FROM outbox WHERE update_id = $1 AND state = 'waiting')
"""
_SAID = """
    SELECT method, chat_id, message_id, state, payload FROM outbox
    WHERE update_id = $1 ORDER BY priority, notice_id
"""


@dataclass(slots=True, kw_only=True)
class Town:
    """The world, its database, and the ways to live in it.

    A reply is complete once its update is closed and nothing of it waits in the outbox; then
    the messages are read back from the sandbox over HTTP, as people see them.
    """

    world: SandboxWorld
    wire: Wire
    pool: Pool
    dsn: str
    tokens: Sequence[str]
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def settings(self, **changes: object) -> Settings:
        """Give settings for this town with everything quick; environment and `.env` unread."""
        values: dict[str, object] = {
            "bot_token": self.world.bot_token,
            "bot_api_base": self.world.bot_api_base,
            "admin_ids": frozenset({ADA}),
            "premium_ids": PREMIUM_IDS,
            "database_url": self.dsn,
            "solana_rpc_urls": self.world.rpc_urls,
            "solana_ws_urls": self.world.ws_urls,
            "dexscreener_base": self.world.dexscreener_base,
            "geckoterminal_base": self.world.geckoterminal_base,
            "jupiter_base": self.world.jupiter_base,
            "default_tokens": tuple(self.tokens),
            "price_refresh_seconds": 5.0,
            "hot_refresh_seconds": 0.5,
            "http_port": 0,
            "operations_port": 0,
            "public_url": "",
            "webhook_url": "",
            "webhook_secret": "",
            "messages_per_minute": 0,
        }
        if canaries.ARE_OUT:
            values |= canaries.settings_with_canaries()
        return Settings.model_validate(values | changes)

    @asynccontextmanager
    async def bot(self, **changes: object) -> AsyncIterator[Running]:
        """Run the bot for the length of a block, its first prices read."""
        async with running_bot(self.settings(**changes)) as running:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await running.first_prices.wait()
            yield running
            if canaries.ARE_OUT:
                pages = [await self._page(running, name) for name in ("status", "metrics")]
                assert canaries.heard_in(pages) == set()

    async def _page(self, running: Running, name: str) -> str:
        address = running.status_url.replace("/status", f"/{name}")
        async with self.wire.session.get(address) as answer:
            return await answer.text()

    async def newcomer(self, name: str = "Nick", *, is_premium: bool = False) -> int:
        """Let somebody move in whose chat is still quiet; gives the person's id."""
        number = next(self.numbers)
        person_id = (2002 if is_premium else 6001) + number
        await self.wire.post("/sandbox/people", {"id": person_id, "first_name": name})
        return person_id

    async def say(self, who: int, text: str, chat_id: int | None = None, **more: object) -> Reply:
        """Write, and give all that came of it."""
        told = await self.wire.speak(who, text, chat_id, **more)
        return await self.reply(told["update_id"])

    async def press(self, who: int, message: Message, label: str) -> Reply:
        """Press the button whose label begins so, and give all that came of it."""
        return await self.press_data(who, message, button(message, label))

    async def press_data(
        self, who: int, message: Message, data: str, *, forged: bool = False
    ) -> Reply:
        """Press a button by what it carries."""
        told = await self.wire.touch(who, message, data, forged=forged)
        assert told["answered"], "a press that nobody answers spins for ever"
        return await self.reply(told["update_id"], toast=told["text"])

    async def push(self, update: dict[str, Any]) -> Reply:
        """Deliver any object as an update, and give all that came of it."""
        told = await self.wire.post("/sandbox/updates/raw", update)
        return await self.reply(told["update_id"])

    async def reply(self, update_id: int, toast: str = "") -> Reply:
        """Wait until an update was dealt with, and give all that came of it."""

        async def is_done() -> bool:
            row = await self.pool.fetchrow(_WAITING, update_id)
            return row is not None and row[0] is False and row[1] is False

        await self.until(is_done, f"update {update_id} is answered")
        said = await self.pool.fetch(_SAID, update_id)
        assert all(row["state"] == "sent" for row in said), [dict(row) for row in said]
        shown = [
            await self.wire.message(row["chat_id"], row["message_id"])
            for row in said
            if row["message_id"] is not None
        ]
        return Reply(
            update_id=update_id,
            failure=await self.value("SELECT failure FROM inbox WHERE update_id = $1", update_id),
            messages=[message for message in shown if message is not None],
            toast=toast,
        )

    async def value(self, query: str, *arguments: object) -> Any:
        """Give one value of the database."""
        return await self.pool.fetchval(query, *arguments)

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Give rows of the database."""
        return await self.pool.fetch(query, *arguments)

    async def orders(self, who: int) -> int:
        """Count a person's orders."""
        return int(await self.value("SELECT count(*) FROM orders WHERE user_id = $1", who))

    async def shock(self, mint: str, percent: int) -> None:
        """Move a token's price at once."""
        await self.wire.post("/sandbox/market/shock", {"mint": mint, "percent": percent})

    async def pause_market(self) -> None:
        """Hold every price still."""
        await self.wire.post("/sandbox/market/pause", {"paused": True})

    async def break_rpc(self, number: int, **faults: object) -> None:
        """Let an RPC endpoint fail in these ways; none of them mends it."""
        await self.wire.post(f"/sandbox/rpc/{number}/faults", faults)

    async def break_telegram(self, **faults: object) -> None:
        """Let the Bot API fail in these ways."""
        await self.wire.post("/sandbox/faults", faults)

    async def until(self, is_true: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something to come true, or fail naming it."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await is_true():  # noqa: ASYNC110 (a database tells no events)
                    await asyncio.sleep(LOOK_AGAIN_SECONDS)
        except TimeoutError:
            raise AssertionError(f"waited in vain until {what}") from None

    async def is_quiet(self) -> bool:
        """Tell whether every update is closed and the outbox is empty."""
        return not await self.value(
            "SELECT (SELECT count(*) FROM inbox WHERE closed_at IS NULL)"
            " + (SELECT count(*) FROM outbox WHERE state = 'waiting')"
        )

    async def prove_books(self) -> None:
        """Fail unless the books balance from the transfers up."""
        proof = await PostgresLedgerAudit(self.pool, SystemClock()).prove()
        assert proof.is_balanced, proof.differences


@asynccontextmanager
async def open_town(
    dsn: str,
    *,
    accounts: Sequence[Path] = (),
    tokens: Sequence[str] = (USDC_MINT, WIF, JUP),
    options: WorldOptions | None = None,
) -> AsyncIterator[Town]:
    """Found a town on a migrated database, its market paused so that figures can be checked."""
    token = {"bot_token": f"1234567:{canaries.TOKEN_SECRET}"} if canaries.ARE_OUT else {}
    options = options or WorldOptions(seed=7, accounts=tuple(accounts), **token)
    async with (
        sandbox_world(options) as world,
        aiohttp.ClientSession(world.bot_api_base) as session,
        asyncpg.create_pool(
            dsn, min_size=1, max_size=6, server_settings={"application_name": "town"}
        ) as pool,
    ):
        town = Town(world=world, wire=Wire(session=session), pool=pool, dsn=dsn, tokens=tokens)
        await town.pause_market()
        yield town
