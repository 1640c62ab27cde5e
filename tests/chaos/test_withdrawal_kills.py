"""A killed process pays no withdrawal twice and loses none."""

from pathlib import Path

from bot.adapters.database.connection import Pool
from tests.builders.swap_worlds import swap_world
from tests.chaos.withdrawal_kills import withdrawal_kills
from tests.faults.proxy import proxy_to_postgres


async def test_a_withdrawal_is_paid_once_though_its_process_dies_at_the_worst_moments(
    database_dsn: str, database: Pool, tmp_path: Path, seed: int
) -> None:
    async with (
        swap_world(slot_ms=20) as world,
        proxy_to_postgres(database_dsn, seed=seed) as proxy,
        withdrawal_kills(world, database, proxy, tmp_path) as kills,
    ):
        await kills.strike("behind sending, before the reply")
        await kills.strike("behind the booking's commit")
        await kills.scene.live.prove()
    assert [kill for kill in kills.kills if not kill.is_sound] == []
