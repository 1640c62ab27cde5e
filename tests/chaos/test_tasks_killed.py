"""Keys, schema and a live order are whole though an operator's task dies while it is under way."""

import asyncio
from pathlib import Path

from bot.adapters.database.connection import Pool
from tests.builders.swap_worlds import swap_world
from tests.chaos.tasks_killed import CONTROLS, task_kills
from tests.journeys.processes import Forks


async def test_a_task_that_dies_leaves_keys_schema_and_live_orders_whole(
    database_dsn: str,
    database: Pool,
    tmp_path: Path,
    *,
    seed: int,
    forks: Forks,
    warm_children: asyncio.subprocess.Process,
) -> None:
    """With two controls: a key that is kept in two steps, and a migration kept in pieces."""
    async with (
        swap_world(slot_ms=20) as world,
        task_kills(
            world, database, database_dsn, tmp_path, seed=seed, forks=forks, children=warm_children
        ) as kills,
    ):
        rotating = await kills.strike("behind a batch's writing, before its commit")
        migrating = await kills.strike("inside the migration")
        await kills.kills.scene.prove()
        controls = [await kills.strike(name) for name in CONTROLS]
    assert [kill for kill in (rotating, migrating) if not kill.is_sound] == []
    assert [kill.trouble for kill in controls] == [
        "1 keys do not open",
        "the schema is half of each",
    ]
