"""The bot's whole path of a command with only Solana and Telegram replaced by constants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from random import SystemRandom
from typing import cast

import orjson
from pydantic import SecretStr

from benchmarks.command_path_load import Hear
from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.shelf import PostgresShelf
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.solana_chain import SolanaChain
from bot.bootstrap.news import Newsroom, news_of
from bot.bootstrap.outside import Outside
from bot.bootstrap.seen import open_eyes
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring import wire
from bot.domain.pools.reading import PoolReading
from bot.domain.safety import TokenFacts
from bot.ports.chain import EndpointState, NetworkCosts, PoolPlace
from bot.telegram.application import Application
from bot.telegram.bot_api import BotApi
from bot.telegram.guard import Guard
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.private_news import in_english
from bot.telegram.receiver import Receiver
from bot.telegram.sender import Sender
from tests.builders.desks import COSTS, pool, token

CONNECTIONS = 12
BOT_TOKEN = "123456:" + "A" * 35
_UNLIMITED = 10**6
_SLOT = pool().slot


class ConstantChain:
    """One pool that never moves and is never slow."""

    feed = None  # listened to by the clock's job only

    async def read_pools(
        self, places: Sequence[PoolPlace], *, deadline_seconds: float = 1.0
    ) -> Mapping[str, PoolReading]:
        """Give the pool for every place."""
        del deadline_seconds
        return {place.address: pool() for place in places}

    async def read_pool(self, place: PoolPlace) -> PoolReading:
        """Give the pool."""
        del place
        return pool()

    async def token_facts(self, mint: str, places: Sequence[PoolPlace]) -> TokenFacts | None:
        """Know nothing of the token beyond its mint."""
        del mint, places
        return None

    async def network_costs(self) -> NetworkCosts:
        """Give constant costs."""
        return COSTS

    def endpoints(self) -> Sequence[EndpointState]:
        """Have none to tell of."""
        return ()

    def lag_seconds(self) -> float:
        """Fall behind never."""
        return 0.0

    async def find_token(self, mint: str) -> None:
        """Find nothing: what is traded here is known."""
        del mint

    def time_of(self, slot: int) -> None:
        """Know no dates of slots."""
        del slot

    def best_slot(self) -> int:
        """Give the pool's slot."""
        return _SLOT


class AnsweringApi:
    """Takes every message at once, and says to whom it went."""

    def __init__(self, sent: Callable[[int], None]) -> None:
        self._sent = sent
        self._messages = 0

    async def call(
        self, method: str, params: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Answer as Telegram does."""
        del seconds
        assert method == "sendMessage", method
        assert "WIF" in str(params["text"]), params["text"]
        self._messages += 1
        self._sent(cast("int", params["chat_id"]))
        return {"message_id": self._messages}


@asynccontextmanager
async def our_bot(dsn: str, answered: Callable[[int], None]) -> AsyncIterator[Hear]:
    """Run the bot on a migrated database; gives what takes raw updates."""
    async with open_pool(dsn, size=CONNECTIONS) as connections:
        await PostgresShelf(connections).keep(token(), [(pool().address, "raydium_amm_v4")])
        receiver, lanes, sender = await _wired(connections, AnsweringApi(answered))

        async def hear(batch: list[bytes]) -> None:
            await receiver.receive([orjson.loads(raw) for raw in batch])

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(part.run()) for part in (receiver, lanes, sender)]
            yield hear
            for task in tasks:
                task.cancel()


async def _wired(connections: Pool, api: AnsweringApi) -> tuple[Receiver, Lanes, Sender]:
    clock = SystemClock()
    outside = Outside(
        clock=clock,
        pool=connections,
        rpc=cast("RpcPool", None),  # asked by nothing on this path
        chain=cast("SolanaChain", ConstantChain()),
        sources=(),
        token_sources=(),
        candle_source=None,
        api=cast("BotApi", api),
    )
    limits = FloodLimits(clock=clock, per_second=_UNLIMITED, chat_burst=_UNLIMITED)
    sender = Sender(outbox=PostgresOutbox(connections), api=api, clock=clock, limits=limits)
    inbox = PostgresInbox(connections, on_outbox=sender.hand_over)
    settings = Settings(bot_token=SecretStr(BOT_TOKEN), master_key=SecretStr("0" * 64))
    services = wire(
        settings,
        outside,
        on_outbox=sender.hand_over,
        seen=open_eyes(clock),
        news=news_of(settings, Newsroom(clock=clock, bot_name="kitrader", language_of=in_english)),
    )
    await services.prices.load()
    application = Application(
        services=services,
        inbox=inbox,
        clock=clock,
        chance=SystemRandom(),
        bot_name="kitrader",
    )
    lanes = Lanes(handle=Guard(handle=application.handle, inbox=inbox).handle)
    return Receiver(inbox=inbox, lanes=lanes, clock=clock), lanes, sender
