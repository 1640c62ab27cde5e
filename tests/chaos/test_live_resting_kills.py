"""An order that waited fills once live, whenever its process dies; claimed beside, twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.database.connection import Pool
from tests.builders.swap_worlds import swap_world
from tests.chaos.live_resting_kills import (
    CONTROL,
    POINTS,
    LiveRestingKills,
    live_resting_kills,
)
from tests.faults.proxy import proxy_to_postgres


@asynccontextmanager
async def striking(
    dsn: str,
    database: Pool,
    folder: Path,
    seed: int,
    children: asyncio.subprocess.Process,
    *,
    places_beside: bool = False,
) -> AsyncIterator[LiveRestingKills]:
    async with (
        swap_world(slot_ms=20) as world,
        proxy_to_postgres(dsn, seed=seed) as proxy,
        live_resting_kills(
            world, database, proxy, folder, places_beside=places_beside, children=children
        ) as kills,
    ):
        yield kills


async def test_an_order_that_waited_fills_once_though_its_process_dies(
    database_dsn: str,
    database: Pool,
    tmp_path: Path,
    seed: int,
    warm_children: asyncio.subprocess.Process,
) -> None:
    async with striking(database_dsn, database, tmp_path, seed, warm_children) as kills:
        for name in ("behind the claim", "behind sending"):
            firing = await kills.strike(name, POINTS[name])
            assert firing.is_sound, firing


async def test_an_order_that_is_claimed_beside_its_placing_fills_twice(
    database_dsn: str,
    database: Pool,
    tmp_path: Path,
    seed: int,
    warm_children: asyncio.subprocess.Process,
) -> None:
    """The negative control."""
    async with striking(
        database_dsn, database, tmp_path, seed, warm_children, places_beside=True
    ) as kills:
        firing = await kills.strike("behind placing, before the mark", CONTROL)
    assert firing.was_killed
    assert firing.swaps == 2, firing
