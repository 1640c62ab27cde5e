"""The peak of a live wallet and its morning, read by spans: what reading every point would give."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.adapters.clock import SystemClock
from bot.adapters.database.books import PostgresBooks
from bot.adapters.database.connection import Connection, Pool
from bot.adapters.database.live_holds import with_held
from bot.domain.identifiers import SOL_MINT
from bot.domain.users import Mode
from bot.ports.books import Desk
from tests.builders.books import books_on, meet

OWNER = 1001
# Hours before the test's midnight, some of them equal: a point and a flow of one moment.
HOURS = st.sampled_from([-3.0, 0.0, 0.5, 1.0, 2.0, 3.0, 24.0, 24.5, 100.0])
POINTS = st.dictionaries(HOURS, st.integers(0, 1000), max_size=9)
FLOWS = st.lists(st.tuples(HOURS, st.sampled_from([-300, -1, 1, 50, 300])), max_size=8)
_WALLET = """
    INSERT INTO virtual_wallets (user_id, mode, season, grant_lamports) VALUES ($1, 'live', 1, 0)
"""
# What it has from trading is no flow: withdrawals may be as large as they like.
_GAIN = """
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code)
    SELECT $1::bigint, 'gain', 1, live_account($1, 1, 'market', $2),
      live_account($1, 1, 'cash', $2), 1000000, 'swap_out'
"""
_FLOW = """
    INSERT INTO transfers (user_id, request_id, step, debit_account, credit_account, amount, code,
                           at)
    SELECT $1::bigint, 'f' || $2::integer, 1,
      live_account($1, 1, CASE WHEN $3::bigint > 0 THEN 'external' ELSE 'cash' END, $4),
      live_account($1, 1, CASE WHEN $3::bigint > 0 THEN 'cash' ELSE 'external' END, $4),
      abs($3::bigint), CASE WHEN $3::bigint > 0 THEN 'deposit' ELSE 'withdrawal' END, $5
"""


@pytest.fixture
async def desk(database: Pool) -> Desk:
    """The desk of somebody whose live wallet has no point and no flow yet."""
    books: PostgresBooks = books_on(database)
    await meet(books)
    return await books.desk(OWNER, Mode.PAPER, "")


def course(points: dict[float, int], flows: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Give every point as if what came and went later had been so before, the oldest first."""
    ago = [*points.items(), (float("inf"), 0)]
    raised = [(at, worth + sum(flow for when, flow in flows if when < at)) for at, worth in ago]
    return sorted(raised, reverse=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(points=POINTS, flows=FLOWS)
@example(points={1.0: 500, 2.0: 700}, flows=[(1.0, -300), (1.0, 50)])
@example(points={}, flows=[(-3.0, 300), (100.0, 50)])
async def test_it_is_what_every_point_and_flow_together_give(
    database: Pool, desk: Desk, points: dict[float, int], flows: list[tuple[float, int]]
) -> None:
    midnight = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    every = course(points, flows)
    async with database.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await write(connection, midnight, points, flows)
        marked = (await with_held(connection, desk)).wallet
        await transaction.rollback()
    assert marked.peak_lamports == max(worth for _, worth in every)
    # Hours count back from midnight: what is above none was before the day began.
    assert marked.day_lamports == [worth for at, worth in every if at > 0][-1]


async def write(
    connection: Connection,
    midnight: datetime,
    points: dict[float, int],
    flows: Sequence[tuple[float, int]],
) -> None:
    """Put points and flows where they are read."""
    await connection.execute(_WALLET, OWNER)
    await connection.execute(_GAIN, OWNER, SOL_MINT)
    for number, (hours, lamports) in enumerate(flows):
        at = midnight - timedelta(hours=hours)
        await connection.execute(_FLOW, OWNER, number, lamports, SOL_MINT, at)
    for number, (hours, lamports) in enumerate(points.items()):
        await connection.execute(
            "INSERT INTO equity_points (user_id, mode, season, version, at, equity_lamports)"
            " VALUES ($1, 'live', 1, $2, $3, $4)",
            OWNER,
            number,
            midnight - timedelta(hours=hours),
            lamports,
        )
