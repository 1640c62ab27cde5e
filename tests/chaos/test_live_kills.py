"""A live order swaps once and is booked, whenever its process dies; kept later, it swaps twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.adapters.database.connection import Pool
from tests.builders.swap_worlds import swap_world
from tests.chaos.live_kills import CONTROL, LiveKills, live_kills
from tests.faults.proxy import proxy_to_postgres


@asynccontextmanager
async def striking(
    dsn: str,
    database: Pool,
    folder: Path,
    seed: int,
    children: asyncio.subprocess.Process,
    *,
    sends_first: bool = False,
) -> AsyncIterator[LiveKills]:
    async with (
        # A transaction is good for 150 slots: in three seconds a slow machine may not send it. The
        # control needs another block behind its first, or it signs the same transaction again.
        swap_world(slot_ms=20 if sends_first else 80) as world,
        proxy_to_postgres(dsn, seed=seed) as proxy,
        live_kills(
            world, database, proxy, folder, sends_first=sends_first, children=children
        ) as kills,
    ):
        yield kills


async def test_an_order_swaps_once_though_its_process_dies_at_the_worst_moments(
    database_dsn: str,
    database: Pool,
    tmp_path: Path,
    seed: int,
    warm_children: asyncio.subprocess.Process,
) -> None:
    async with striking(database_dsn, database, tmp_path, seed, warm_children) as kills:
        await kills.strike("behind sending, before the reply")
        await kills.strike("behind the fill's commit")
        await kills.scene.prove()
    assert [kill for kill in kills.kills if not kill.is_sound] == []


async def test_an_attempt_that_is_kept_behind_its_sending_swaps_twice(
    database_dsn: str,
    database: Pool,
    tmp_path: Path,
    seed: int,
    warm_children: asyncio.subprocess.Process,
) -> None:
    """The negative control; its signer forgets, too, as ours would stop the second swap."""
    async with striking(
        database_dsn, database, tmp_path, seed, warm_children, sends_first=True
    ) as kills:
        kill = await kills.strike(CONTROL)
    assert kill.was_killed
    assert (kill.state, kill.swaps) == ("filled", 2)
    assert kill.off_by_lamports > 0
