"""Two processes' services over one database, each wired as the product wires them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, Quiet, open_pool
from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.news import Newsroom, news_of
from bot.bootstrap.outside import Outside
from bot.bootstrap.seen import open_eyes
from bot.bootstrap.settings import Settings
from bot.bootstrap.wiring import wire
from bot.bootstrap.wiring_changes import wire_following
from bot.jobs.following import follow_others
from bot.services.catalogue import Services
from bot.services.following import Following
from bot.telegram.reachability import Reachability
from tests.builders.desks import pool as a_pool
from tests.builders.houses import OnePool

_NOBODY: Any = None  # nothing here asks Telegram or an endpoint


class QuietChain(OnePool):
    """A chain of one pool, with all that the product's wiring asks for besides."""

    feed = _NOBODY
    sources = ()

    @staticmethod
    def time_of(_slot: int) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process: its services, and its ear."""

    pool: Pool
    services: Services
    reachability: Reachability
    following: Following


async def load(services: Services, reachability: Reachability) -> None:
    await services.languages.load()
    await services.modes.load()
    await services.prices.load()
    await services.suspicions.load()
    await services.guards.stops.load()
    await services.rooms.groups.load()
    await services.triggers.load()
    await reachability.load()


@asynccontextmanager
async def process(dsn: str, *, keeps_levels: bool = False) -> AsyncIterator[Process]:
    """Wire one and let it hear the others; it acts on nothing by itself."""
    clock = SystemClock()
    settings = Settings(_env_file=None, default_tokens=())  # type: ignore[call-arg]
    async with open_pool(dsn, quiet=Quiet.LEVELS if keeps_levels else Quiet.NO) as pool:
        outside = Outside(
            clock=clock,
            pool=pool,
            rpc=_NOBODY,
            chain=cast("Any", QuietChain(replace(a_pool(), address="pool"))),
            sources=(),
            token_sources=(),
            api=_NOBODY,
            candle_source=None,
            dsn=dsn,
        )
        newsroom = Newsroom(clock=clock, bot_name="bot", language_of=lambda _: _NOBODY)
        services = wire(
            settings,
            outside,
            on_outbox=lambda _: None,
            seen=open_eyes(clock),
            news=news_of(settings, newsroom),
        )
        reachability = Reachability(outbox=PostgresOutbox(pool), clock=clock)
        following = wire_following(
            outside,
            services,
            reachability,
            load=lambda: load(services, reachability),
            keeps_levels=keeps_levels,
        )
        await following.begin()
        await load(services, reachability)
        one = Process(pool=pool, services=services, reachability=reachability, following=following)
        async with asyncio.TaskGroup() as group:
            ear = group.create_task(follow_others(following, asyncio.Event()))
            yield one
            ear.cancel()
