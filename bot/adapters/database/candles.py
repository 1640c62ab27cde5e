"""Candles in PostgreSQL: made of the recorded prices there, and read with the one still forming."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg

from bot.adapters.database.candle_figures import read_figures
from bot.adapters.database.connection import Connection, Pool, connected
from bot.domain.candles import INTERVALS, OWN, Candle, Interval, rolled
from bot.ports.books import TokenMetrics
from bot.ports.candles import PriceNow

_BATCH = 10_000
_BUILD_SECONDS = 120.0
# A build that is this far behind is not made up for by reading ticks.
_LONGEST_TAIL = timedelta(minutes=10)
_PROGRESS = "SELECT interval_seconds, built_until FROM candle_progress"
_WINDOW = """
    SELECT c.* FROM unnest($2::int[], $3::timestamptz[]) w(interval_seconds, since)
    JOIN candles c ON c.token_id = $1 AND c.interval_seconds = w.interval_seconds
      AND c.opened_at >= w.since
    ORDER BY c.interval_seconds DESC, c.opened_at
"""
_TICKS = """
    SELECT received_at, price FROM token_prices
    WHERE token_id = $1 AND received_at >= $2 AND received_at <= $3
    ORDER BY received_at, slot, price
"""
_KEEP = """
    WITH kept AS (
      INSERT INTO candles AS c
      SELECT $1, $2, o.*, 0, $3
      FROM unnest($4::timestamptz[], $5::numeric[], $6::numeric[], $7::numeric[], $8::numeric[],
                  $9::numeric[]) o
      ON CONFLICT ON CONSTRAINT pk_candles DO UPDATE SET volume_sol = excluded.volume_sol
      WHERE c.volume_sol IS NULL AND excluded.volume_sol IS NOT NULL
      RETURNING source)
    SELECT count(*) FROM kept WHERE source = $3
"""
_FORGET = """
    DELETE FROM candles WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM candles WHERE interval_seconds = $1 AND opened_at < $2 LIMIT $3))
"""


class PostgresCandles:
    """Implements `CandleShelf`; the building itself is the function `build_candles`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def make_days(self, days: Sequence[datetime]) -> int:
        """Make the partitions of these UTC days that are not there yet; gives how many."""
        async with connected(self._pool) as connection:
            made = [
                await connection.fetchval("SELECT make_price_day($1)", day.date()) for day in days
            ]
        return sum(made)

    async def build(self, now: datetime) -> bool:
        """Make candles of what was recorded since the last time; see `CandleShelf.build`."""
        async with connected(self._pool) as connection:
            more = await connection.fetchval(
                "SELECT build_candles($1)", now, timeout=_BUILD_SECONDS
            )
        return bool(more)

    async def window(
        self, token_id: int, interval: Interval, since: datetime, now: datetime
    ) -> list[Candle]:
        """Give a token's candles in order, the one still forming last.

        Closed candles are read as they are; what was built of smaller intervals since, and the
        ticks since the last build, are rolled up here.
        """
        async with connected(self._pool) as connection:
            progress = await _progress(connection, now)
            starts = _starts(progress, interval, interval.floor(since))
            rows = await connection.fetch(
                _WINDOW, token_id, [start.value for start in starts], list(starts.values())
            )
            ticks_since = max(progress[Interval.MINUTE], now - _LONGEST_TAIL)
            ticks = await connection.fetch(_TICKS, token_id, ticks_since, now)
        closed = [_candle(row) for row in rows if row["interval_seconds"] == interval]
        pieces = [_candle(row) for row in rows if row["interval_seconds"] != interval]
        forming = rolled(pieces + [_tick(row) for row in ticks], interval)
        last = closed[-1].opened_at if closed else None
        return closed + [candle for candle in forming if last is None or candle.opened_at > last]

    async def keep(self, token_id: int, interval: Interval, candles: Sequence[Candle]) -> int:
        """Take candles of one other source where we have none; gives how many were new."""
        if not candles:
            return 0
        columns = zip(
            *((c.opened_at, c.open, c.high, c.low, c.close, c.volume_sol) for c in candles),
            strict=True,
        )
        async with connected(self._pool) as connection:
            count = await connection.fetchval(
                _KEEP, token_id, interval.value, candles[0].source, *map(list, columns)
            )
        return int(count)

    async def day_figures(
        self, prices: Sequence[PriceNow], now: datetime
    ) -> dict[int, TokenMetrics]:
        """Compute and store the last day's figures of these tokens."""
        async with connected(self._pool) as connection:
            return await read_figures(connection, prices, now)

    async def forget(self, before: Mapping[Interval, datetime]) -> int:
        """Drop the candles of each interval that opened before a moment; gives how many."""
        dropped = 0
        async with connected(self._pool) as connection:
            for interval, moment in before.items():
                dropped += await _forget(connection, interval, moment)
        return dropped


async def _progress(connection: Connection, now: datetime) -> dict[Interval, datetime]:
    """Give until when each interval is built; the present where nothing was ever built."""
    rows = await connection.fetch(_PROGRESS)
    built = {row["interval_seconds"]: row["built_until"] for row in rows}
    return {interval: built.get(interval.value, interval.floor(now)) for interval in INTERVALS}


def _starts(
    progress: Mapping[Interval, datetime], interval: Interval, since: datetime
) -> dict[Interval, datetime]:
    """Give from when each interval is to be read: a smaller one where the larger ends."""
    starts = {interval: since}
    larger = interval
    while (smaller := larger.smaller) is not None:
        starts[smaller] = max(progress[larger], since)
        larger = smaller
    return starts


def _candle(row: asyncpg.Record) -> Candle:
    return Candle(
        opened_at=row["opened_at"],
        open=row["open"],
        high=row["high"],
        low=row["low"],
        close=row["close"],
        volume_sol=row["volume_sol"],
        ticks=row["ticks"],
        source=row["source"],
    )


def _tick(row: asyncpg.Record) -> Candle:
    price: Decimal = row["price"]
    return Candle(
        opened_at=row["received_at"], open=price, high=price, low=price, close=price, source=OWN
    )


async def _forget(connection: Connection, interval: Interval, moment: datetime) -> int:
    dropped = 0
    while True:
        done = await connection.execute(_FORGET, interval.value, moment, _BATCH)
        count = int(done.rpartition(" ")[2])
        dropped += count
        if count < _BATCH:
            return dropped
