"""Measures reports: /pnl all of a long season, a long file, and what pictures take.

The limit is one count over the same rows of the same index; plain reads every receipt, as the
history does, and adds them up here. Run from the root of the project: python -m benchmarks.reports
[--fills 10000,100000] [--json]
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from benchmarks.figures import median, p99, print_line
from benchmarks.loop_watch import watched_loop
from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool, to_json
from bot.adapters.database.embedded import EmbeddedServer, embedded_postgres
from bot.adapters.database.exports import PostgresExports
from bot.adapters.database.migrate import migrate
from bot.adapters.database.performance import PostgresPerformance
from bot.adapters.database.rows import receipt_to_json
from bot.adapters.pictures.cards import draw_pnl, draw_receipt
from bot.adapters.pictures.equity_curve import draw_curve
from bot.domain.charts import Theme
from bot.domain.orders import OrderAction
from bot.domain.performance import Span
from bot.domain.users import Mode, Role, Status, User
from bot.ports.books import ClosedOrder
from bot.ports.exports import Export
from bot.ports.performance import Record
from bot.services.exports import Exports, ExportSpan
from bot.services.performance import equity_curve, pnl_card, receipt_card
from bot.services.performance_views import PnlReport, report_of
from bot.services.views import Portfolio
from tests.builders.views import a_receipt

_FILLS = (10_000, 100_000)
_RUNS, _PLAIN_RUNS, _PICTURES = 15, 3, 50
_WHO = 1001
_SEASON = Path(__file__).with_suffix(".sql")
_ASKED = "CREATE TEMP TABLE asked (fills bigint, receipt jsonb)"
_LIMIT = """
    SELECT count(*) FROM orders
    WHERE user_id = $1 AND mode = 'paper' AND season = 1 AND state = 'filled'
"""
_USER = User(user_id=_WHO, role=Role.BASIC, status=Status.ACTIVE, first_name="Ann")


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What one season's report took, in milliseconds."""

    fills: int
    ours: list[float]
    limit: list[float]
    plain: list[float]
    held_ms: float
    plain_held_ms: float
    file_seconds: float
    file_bytes: int
    file_held_ms: float
    record: Record


def main() -> None:
    """Read the arguments, measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fills", help="how long the seasons are, with commas")
    parser.add_argument("--json", action="store_true", help="print one object as the last line")
    asked = parser.parse_args()
    sizes = tuple(map(int, asked.fills.split(","))) if asked.fills else _FILLS
    seasons = asyncio.run(_measure(sizes))
    for season in seasons:
        _print_season(season)
    pictures = _pictures(seasons[-1].record)
    for name, (taken, size) in pictures.items():
        print(f"{name:12} {median(taken):6.1f} ms, p99 {p99(taken):.1f}, {size / 1000:.1f} kB")
    if asked.json:
        last = seasons[-1]
        print_line(
            name="reports",
            unit="ms",
            ours=last.ours,
            limit=last.limit,
            plain=last.plain,
            milliseconds=1,
            fills=last.fills,
            loop_held_ms=round(last.held_ms, 1),
            file_seconds=round(last.file_seconds, 2),
            file_bytes=last.file_bytes,
            pictures={name: [median(t), size] for name, (t, size) in pictures.items()},
        )


async def _measure(sizes: tuple[int, ...]) -> list[Season]:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_postgres(Path(folder), settings={"max_wal_size": "4GB"}) as server:
            return [await _season(server, size) for size in sizes]


async def _season(server: EmbeddedServer, fills: int) -> Season:
    dsn = await _filled(server, fills)
    async with open_pool(dsn, size=4) as pool:
        book = PostgresPerformance(pool)
        books = PostgresBooks(pool, on_outbox=lambda _queued: None)
        now = SystemClock().now()

        def ask() -> Awaitable[Record]:
            return book.record(_WHO, Mode.PAPER, length=None, until=now)

        async def plain() -> int:
            orders = await books.history(_WHO, Mode.PAPER, 1, None, fills)
            return sum(one.receipt.realised_pnl_lamports or 0 for one in orders)

        record = await ask()
        assert record.fills == fills
        assert record.exits.realised_lamports == await plain()
        ours, held_ms = await _timed(_RUNS, ask)
        read, plain_held_ms = await _timed(_PLAIN_RUNS, plain)
        limit, _ = await _timed(_RUNS, lambda: pool.fetchval(_LIMIT, _WHO))
        seconds, size, file_held_ms = await _file(pool)
        return Season(
            fills=fills,
            ours=ours,
            limit=limit,
            plain=read,
            held_ms=held_ms,
            plain_held_ms=plain_held_ms,
            file_seconds=seconds,
            file_bytes=size,
            file_held_ms=file_held_ms,
            record=record,
        )


async def _filled(server: EmbeddedServer, fills: int) -> str:
    name = f"season_{fills}"
    admin = await asyncpg.connect(server.dsn)
    await admin.execute(f"CREATE DATABASE {name}")
    await admin.close()
    dsn = server.dsn.replace("/kitrader?", f"/{name}?")
    await migrate(dsn)
    connection = await asyncpg.connect(dsn)
    await connection.execute(_ASKED)
    receipt = to_json(receipt_to_json(a_receipt()))
    await connection.execute("INSERT INTO asked VALUES ($1, $2::text::jsonb)", fills, receipt)
    began = time.perf_counter()
    await connection.execute(_SEASON.read_text("utf-8"))
    print(f"\n{fills:,} fills, written in {time.perf_counter() - began:.1f} s")
    # As autovacuum does after a fifth of new rows: an index alone can answer only then.
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    return dsn


async def _timed(times: int, ask: Callable[[], Awaitable[object]]) -> tuple[list[float], float]:
    taken = []
    async with watched_loop() as watch:
        for _ in range(times):
            began = time.perf_counter()
            await ask()
            taken.append((time.perf_counter() - began) * 1000)
    return taken, watch.processor_ms


async def _file(pool: Pool) -> tuple[float, int, float]:
    exports = Exports(book=PostgresExports(pool), clock=SystemClock())
    began, size = time.perf_counter(), 0
    async with watched_loop() as watch:
        view = await exports.export(_USER, Export.FILLS, ExportSpan.ALL)
        for one in view.files:
            size += len(await exports.write(one.recipe))
    return time.perf_counter() - began, size, watch.processor_ms


def _pictures(record: Record) -> dict[str, tuple[list[float], int]]:
    report = _report(record)
    order = ClosedOrder(
        order_number=2,
        position_number=1,
        season=1,
        token=record.by_token[0].token,
        receipt=replace(a_receipt(), action=OrderAction.CLOSE, realised_pnl_lamports=310_000_000),
    )
    return {
        "curve": _drawn(lambda: draw_curve(equity_curve(report, Theme.DARK, shows_amounts=False))),
        "card": _drawn(lambda: draw_pnl(pnl_card(report, Theme.DARK, shows_amounts=True))),
        "receipt": _drawn(
            lambda: draw_receipt(receipt_card(order, Mode.PAPER, Theme.DARK, shows_amounts=True))
        ),
    }


def _report(record: Record) -> PnlReport:
    desk = record.desk
    held = Portfolio(
        user=desk.user,
        limits=desk.limits,
        wallet=desk.wallet,
        positions=(),
        equity_lamports=record.points[-1].equity_lamports,
        is_whole=True,
        realised_pnl_lamports=0,
        fees_lamports=0,
        sol_usd=None,
        oldest_age_seconds=None,
    )
    return report_of(record, Span.ALL, held)


def _drawn(draw: Callable[[], bytes]) -> tuple[list[float], int]:
    taken, picture = [], b""
    for _ in range(_PICTURES):
        began = time.perf_counter()
        picture = draw()
        taken.append((time.perf_counter() - began) * 1000)
    return taken, len(picture)


def _print_season(season: Season) -> None:
    print(f"\n{season.fills:,} fills, ms{'':14}{'p50':>9}{'p99':>9}{'loop held':>11}")
    for name, taken, held in (
        ("one count (limit)", season.limit, None),
        ("/pnl all, ours", season.ours, season.held_ms),
        ("receipts read (plain)", season.plain, season.plain_held_ms),
    ):
        shown = "" if held is None else f"{held:11.1f}"
        print(f"{name:30}{median(taken):9.1f}{p99(taken):9.1f}{shown}")
    rate = season.fills / season.file_seconds
    print(
        f"/export fills all: {season.file_seconds:.2f} s, {rate:,.0f} rows a second, "
        f"{season.file_bytes / 1e6:.1f} MB, loop held {season.file_held_ms:.1f} ms"
    )


if __name__ == "__main__":
    main()
