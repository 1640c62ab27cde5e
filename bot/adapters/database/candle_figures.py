"""The last day of each token in figures, computed from candles and kept in `token_metrics`."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.adapters.database.connection import Connection
from bot.ports.books import TokenMetrics
from bot.ports.candles import PriceNow

_AT_ONCE = 200
# Hours give the day's high and low, quarters and minutes what no hour was built of; statistics may
# be floats, prices stay exact. In order of the token, so that two processes computing at once
# never wait in a circle.
_FIGURES = """
    WITH n AS (
      SELECT * FROM unnest($1::int[], $2::text[]::numeric[], $3::text[]::numeric[],
                           $5::bigint[])
        n(token_id, price, liquidity, holders)
    ), built AS (
      SELECT max(built_until) FILTER (WHERE interval_seconds = 3600) AS hours,
             max(built_until) FILTER (WHERE interval_seconds = 900) AS quarters
      FROM candle_progress
    ), hours AS MATERIALIZED (
      SELECT token_id, opened_at, high, low, close::float8 AS close FROM candles
      WHERE interval_seconds = 3600 AND opened_at >= $4::timestamptz - interval '24 hours'
    ), reached AS (
      SELECT token_id, max(high) AS high, min(low) AS low FROM (
        SELECT token_id, high, low FROM hours
        UNION ALL
        SELECT token_id, high, low FROM candles
        WHERE interval_seconds = 900 AND opened_at >= $4 - interval '24 hours'
          AND opened_at < $4 - interval '23 hours'
        UNION ALL
        SELECT token_id, high, low FROM candles
        WHERE interval_seconds = 900 AND opened_at >= (SELECT hours FROM built)
        UNION ALL
        SELECT token_id, high, low FROM candles
        WHERE interval_seconds = 60 AND opened_at >= (SELECT quarters FROM built)) parts
      GROUP BY token_id
    ), course AS (
      SELECT token_id, opened_at, close FROM hours WHERE close > 0
      UNION ALL SELECT token_id, $4, price::float8 FROM n WHERE price > 0
    ), steps AS (
      SELECT token_id, opened_at, close,
             ln(close / lag(close) OVER (PARTITION BY token_id ORDER BY opened_at)) AS step,
             min(close) OVER (PARTITION BY token_id) AS low,
             max(close) OVER (PARTITION BY token_id) AS high
      FROM course
    ), shapes AS (
      SELECT token_id,
             CASE WHEN count(step) >= 5
                  THEN round((stddev_samp(step) * sqrt(24))::numeric, 6) END AS volatility,
             CASE WHEN count(step) >= 5
                  THEN string_agg(CASE WHEN high > low
                         THEN round(7 * (close - low) / (high - low))::int::text ELSE '3' END,
                         '' ORDER BY opened_at) ELSE '' END AS shape
      FROM steps GROUP BY token_id
    )
    INSERT INTO token_metrics AS m (token_id, change_24h, high_24h, low_24h, change_1h,
                                    volatility_24h, liquidity_lamports, holders, shape_24h,
                                    computed_at)
    SELECT n.token_id, round(n.price / d.first - 1, 6),
           CASE WHEN r.token_id IS NOT NULL THEN greatest(n.price, r.high) END,
           CASE WHEN r.token_id IS NOT NULL THEN least(n.price, r.low) END,
           round(n.price / h.first - 1, 6), s.volatility, n.liquidity, n.holders,
           coalesce(s.shape, ''), $4
    FROM n
    LEFT JOIN reached r USING (token_id)
    LEFT JOIN shapes s USING (token_id)
    LEFT JOIN LATERAL (
      SELECT open AS first FROM candles c
      WHERE c.token_id = n.token_id AND interval_seconds = 900 AND open > 0
        AND opened_at >= $4 - interval '24 hours' AND opened_at < $4 - interval '23 hours'
      ORDER BY opened_at LIMIT 1) d ON true
    LEFT JOIN LATERAL (
      SELECT open AS first FROM candles c
      WHERE c.token_id = n.token_id AND interval_seconds IN (300, 900) AND open > 0
        AND opened_at >= $4 - interval '1 hour' AND opened_at < $4 - interval '45 minutes'
      ORDER BY opened_at LIMIT 1) h ON true
    ORDER BY n.token_id
    ON CONFLICT (token_id) DO UPDATE SET change_24h = excluded.change_24h,
      high_24h = excluded.high_24h, low_24h = excluded.low_24h, change_1h = excluded.change_1h,
      volatility_24h = excluded.volatility_24h, shape_24h = excluded.shape_24h,
      liquidity_lamports = excluded.liquidity_lamports,
      holders = coalesce(excluded.holders, m.holders), computed_at = excluded.computed_at
    RETURNING token_id, change_24h, high_24h, low_24h, change_1h, volatility_24h, holders, shape_24h
"""


async def read_figures(
    connection: Connection, prices: Sequence[PriceNow], now: datetime
) -> dict[int, TokenMetrics]:
    """Compute and store the figures; read a few hundred at a time, so that nobody waits long."""
    found: dict[int, TokenMetrics] = {}
    async with connection.transaction():
        rows = connection.cursor(
            _FIGURES,
            [one.token_id for one in prices],
            await _texts(one.price for one in prices),
            await _texts(one.liquidity_lamports for one in prices),
            now,
            [one.holders for one in prices],
            prefetch=_AT_ONCE,
        )
        async for row in rows:
            found[row["token_id"]] = TokenMetrics(**row)
    return found


async def _texts(values: Iterable[object]) -> list[str]:
    """Spell numbers, letting others run between: the driver would hold the loop for all of them."""
    found: list[str] = []
    for place, value in enumerate(values):
        if place % _AT_ONCE == 0:
            await asyncio.sleep(0)
        found.append(str(value))
    return found
