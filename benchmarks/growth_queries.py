"""Times what is asked of large tables, and tells which of them were read from end to end."""

import itertools
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from benchmarks.growth_fill import Grown
from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.ledger_audit import PostgresLedgerAudit
from bot.adapters.database.mail import PostgresInbox, PostgresOutbox
from bot.adapters.database.retention import PostgresRetention
from bot.domain.users import Mode
from bot.ports.books import Desk, LedgerProof

_WEEK = timedelta(days=7)
_OFTEN, _FEW, _ONCE = 60, 5, 1
# Of what a connection did the server's counts know after its next transaction.
_FLUSH = "SELECT pg_stat_force_next_flush()"
_COUNTS = """
    SELECT relname, seq_tup_read AS read_whole, seq_tup_read + coalesce(idx_tup_fetch, 0) AS read
    FROM pg_stat_user_tables
"""
_TOKENS = range(1, 10_001)  # as many as a full refresh looks at
_WORTH_NAMING = 500
_PEOPLE_ASKED = 200

Ask = Callable[[], Awaitable[object]]
Counts = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Something asked of the tables, in the words of the table, so many times."""

    name: str
    ask: Ask
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """How long a query took, how many rows it read for that, and which tables whole."""

    name: str
    middle_ms: float
    rows_read: int
    read_whole: Sequence[str]


async def time_queries(grown: Grown) -> list[Timed]:
    """Ask everything of one database, each alone."""
    async with open_pool(grown.dsn, size=2) as pool:
        return [await _time(pool, query) for query in _queries(pool, grown)]


async def _time(pool: Pool, query: Query) -> Timed:
    if query.times > _ONCE:
        await query.ask()  # plans and pages are warm
    before, taken_ms = await _counts(pool), []
    for _ in range(query.times):
        began = time.perf_counter()
        await query.ask()
        taken_ms.append((time.perf_counter() - began) * 1000)
    after = await _counts(pool)
    grew = {
        name: (whole - before[name][0], read - before[name][1])
        for name, (whole, read) in after.items()
    }
    return Timed(
        name=query.name,
        middle_ms=median(taken_ms),
        rows_read=sum(read for _, read in grew.values()) // query.times,
        read_whole=[
            name
            for name, (whole, _) in sorted(grew.items())
            if whole // query.times > _WORTH_NAMING
        ],
    )


async def _counts(pool: Pool) -> Counts:
    # Of the two connections one is pinned, and the pool lends the other.
    pinned = await pool.pin()
    await pinned.execute(_FLUSH)
    await pool.unpin(pinned)
    await pool.execute(_FLUSH)
    rows = await pool.fetch(_COUNTS)
    return {row["relname"]: (row["read_whole"], row["read"]) for row in rows}


def _queries(pool: Pool, grown: Grown) -> Iterator[Query]:
    clock = SystemClock()
    books = PostgresBooks(pool, on_outbox=lambda _queued: None)
    audit = PostgresLedgerAudit(pool, clock)
    inbox, outbox, retention = PostgresInbox(pool), PostgresOutbox(pool), PostgresRetention(pool)
    anybody = itertools.cycle(grown.some(_PEOPLE_ASKED))

    def desk(who: Callable[[], int]) -> Callable[[], Awaitable[Desk]]:
        return lambda: books.desk(who(), Mode.PAPER, "tg:1")

    def history(who: Callable[[], int]) -> Ask:
        return lambda: books.history(who(), Mode.PAPER, 1, None, 9)

    def forget(age: timedelta) -> Ask:
        now = clock.now()
        return lambda: retention.forget(
            mail_before=now - age, prices_before=now - 2 * _WEEK, now=now
        )

    async def prove() -> LedgerProof:
        proof = await audit.prove()
        assert not proof.differences, proof.differences[:5]
        return proof

    def busiest() -> int:
        return grown.busiest

    yield Query(
        name="desk (order, /wallet, /positions)", ask=desk(lambda: next(anybody)), times=_OFTEN
    )
    yield Query(name="desk of the busiest", ask=desk(busiest), times=_OFTEN)
    yield Query(name="/history", ask=history(lambda: next(anybody)), times=_OFTEN)
    yield Query(name="/history of the busiest", ask=history(busiest), times=_OFTEN)
    yield Query(name="start: open updates", ask=inbox.unanswered, times=_FEW)
    yield Query(name="start: waiting notices", ask=lambda: outbox.waiting(200), times=_FEW)
    yield Query(name="queue depths (/status, health)", ask=outbox.depths, times=_FEW)
    yield Query(name="tokens held (each refresh)", ask=books.held_tokens, times=_FEW)
    yield Query(
        name="shorts of 200 users (start, after funding)",
        ask=lambda: books.open_shorts(Mode.PAPER, range(1, 201)),
        times=_FEW,
    )
    yield Query(name="balance sheet (/status)", ask=audit.balance_sheet, times=_FEW)
    yield Query(name="retention, nothing old", ask=forget(_WEEK), times=_FEW)
    yield Query(
        name="retention, an hour's mail", ask=forget(_WEEK - timedelta(hours=1)), times=_ONCE
    )
    yield Query(name="retention, a day's mail", ask=forget(_WEEK - timedelta(days=1)), times=_ONCE)
    yield Query(name="ledger check", ask=prove, times=_ONCE)
