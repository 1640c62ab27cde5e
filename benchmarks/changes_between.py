"""How long a change takes to reach another process, and what its triggers cost who tells nobody.

`python -m benchmarks.changes_between`: an embedded PostgreSQL in a folder of its own.
"""

import asyncio
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from bot.adapters.database.changes import PostgresChanges
from bot.adapters.database.connection import Pool, Quiet, open_pool
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.migrate import migrate
from bot.ports.changes import ChangeKind
from bot.services.following import Following

_CHANGES, _ROWS, _ROUNDS = 300, 5_000, 9
_POLL_SECONDS = 0.2
_PREPARE = """
    INSERT INTO users (user_id, first_name) VALUES (1, 'a');
    INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports, is_current)
    SELECT 1, 'paper', season, 1, season = 1 FROM generate_series(1, 5000) season;
    INSERT INTO solana_tokens (mint, symbol, name, decimals, program, supply)
    VALUES ('m', 's', 'n', 6, 'p', 1);
    INSERT INTO positions
    SELECT 1, 'paper', season, 1, 1, 'long', 'open', 1, 1, 1, 1, 0, 1, 0, 0, 1, now(), NULL
    FROM generate_series(1, 5000) season;
"""


class _Clock:
    @staticmethod
    def monotonic() -> float:
        return perf_counter()


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def _latency(writer: Pool, reader: Pool) -> list[float]:
    heard: dict[int, float] = {}

    async def hear(keys: object) -> None:
        assert isinstance(keys, set)
        heard.update(dict.fromkeys(keys, perf_counter()))

    async def load() -> None:
        raise AssertionError

    following = Following(
        feed=PostgresChanges(reader),
        hearers={ChangeKind.TOKEN: hear},
        load=load,
        clock=_Clock(),  # type: ignore[arg-type] # a span is all that is asked for
    )
    await following.begin()
    told: dict[int, float] = {}

    async def tell() -> None:
        for key in range(_CHANGES):
            await writer.execute("INSERT INTO changes (kind, key) VALUES ('token', $1)", key)
            told[key] = perf_counter()
            await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as group:
        telling = group.create_task(tell())
        while not telling.done() or len(heard) < _CHANGES:
            await following.follow()
            await asyncio.sleep(_POLL_SECONDS)
    return [1_000 * (heard[key] - told[key]) for key in told]


async def _row_us(quiet: Pool, pool: Pool) -> float:
    await quiet.execute("VACUUM positions")
    began = perf_counter()
    await pool.execute("UPDATE positions SET fees_lamports = fees_lamports + 1")
    return 1_000_000 * (perf_counter() - began) / _ROWS


async def _costs(quiet: Pool, loud: Pool) -> str:
    """Give what a row costs without the trigger, with it, and with it where others are told."""
    found: dict[str, list[float]] = {"without": [], "quiet": [], "told": []}
    for _ in range(_ROUNDS):
        await quiet.execute("ALTER TABLE positions DISABLE TRIGGER tell_short")
        found["without"].append(await _row_us(quiet, quiet))
        await quiet.execute("ALTER TABLE positions ENABLE TRIGGER tell_short")
        found["quiet"].append(await _row_us(quiet, quiet))
        found["told"].append(await _row_us(quiet, loud))
    return ", ".join(
        f"{name} {min(each):.1f} (median {statistics.median(each):.1f})"
        for name, each in found.items()
    )


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"fsync": "off", "autovacuum": "off"}
        async with embedded_postgres(Path(folder), settings=settings) as server:
            await migrate(server.dsn)
            async with (
                open_pool(server.dsn, quiet=Quiet.ALL) as quiet,
                open_pool(server.dsn) as loud,
            ):
                await quiet.execute(_PREPARE)
                waits = await _latency(loud, quiet)
                print(
                    f"a change heard after p50 {_percentile(waits, 0.5):.0f} ms, "
                    f"p99 {_percentile(waits, 0.99):.0f} ms; {_CHANGES} told, {len(waits)} heard"
                )
                print("us for a row of positions:", await _costs(quiet, loud))


if __name__ == "__main__":
    asyncio.run(main())
