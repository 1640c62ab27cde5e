"""The last day of each token in figures, computed from candles and kept in `token_metrics`."""

from collections.abc import Sequence
from datetime import datetime

from bot.adapters.database.connection import Connection
from bot.ports.books import TokenMetrics
from bot.ports.candles import PriceNow

_AT_ONCE = 200
# Quarter hours give the day's high and low, minutes what no quarter was built of yet, hours the
# shape and the volatility. Statistics may be floats; prices stay exact. In order of the token,
# so that two processes computing at once never wait in a circle.
_FIGURES = """
    WITH n AS (
      SELECT * FROM unnest($1::int[], $2::numeric[], $3::numeric[]) n(token_id, price, liquidity)
    ), quarters AS (
      SELECT token_id, max(high) AS high, min(low) AS low, min(opened_at) AS since,
             (array_agg(open ORDER BY opened_at))[1] AS first
      FROM candles
      WHERE interval_seconds = 900 AND opened_at >= $4::timestamptz - interval '24 hours'
      GROUP BY token_id
    ), minutes AS (
      SELECT token_id, max(high) AS high, min(low) AS low
      FROM candles WHERE interval_seconds = 60
        AND opened_at >= (SELECT built_until FROM candle_progress WHERE interval_seconds = 900)
      GROUP BY token_id
    ), hour_ago AS (
      SELECT DISTINCT ON (token_id) token_id, open AS first
      FROM candles WHERE interval_seconds = 300
        AND opened_at >= $4 - interval '1 hour' AND opened_at < $4 - interval '45 minutes'
      ORDER BY token_id, opened_at
    ), hours AS (
      SELECT token_id, opened_at, close::float8 AS close FROM candles
      WHERE interval_seconds = 3600 AND opened_at >= $4 - interval '24 hours' AND low > 0
      UNION ALL SELECT token_id, $4, price::float8 FROM n WHERE price > 0
    ), steps AS (
      SELECT token_id, opened_at, close,
             ln(close / lag(close) OVER (PARTITION BY token_id ORDER BY opened_at)) AS step,
             min(close) OVER (PARTITION BY token_id) AS low,
             max(close) OVER (PARTITION BY token_id) AS high
      FROM hours
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
                                    volatility_24h, liquidity_lamports, shape_24h, computed_at)
    SELECT n.token_id,
           CASE WHEN q.since < $4 - interval '23 hours' AND q.first > 0
                THEN round(n.price / q.first - 1, 6) END,
           CASE WHEN q.token_id IS NOT NULL OR i.token_id IS NOT NULL
                THEN greatest(n.price, q.high, i.high) END,
           CASE WHEN q.token_id IS NOT NULL OR i.token_id IS NOT NULL
                THEN least(n.price, q.low, i.low) END,
           CASE WHEN h.first > 0 THEN round(n.price / h.first - 1, 6) END,
           s.volatility, n.liquidity, coalesce(s.shape, ''), $4
    FROM n
    LEFT JOIN quarters q USING (token_id)
    LEFT JOIN minutes i USING (token_id)
    LEFT JOIN hour_ago h USING (token_id)
    LEFT JOIN shapes s USING (token_id)
    ORDER BY n.token_id
    ON CONFLICT (token_id) DO UPDATE SET change_24h = excluded.change_24h,
      high_24h = excluded.high_24h, low_24h = excluded.low_24h, change_1h = excluded.change_1h,
      volatility_24h = excluded.volatility_24h, shape_24h = excluded.shape_24h,
      liquidity_lamports = excluded.liquidity_lamports, computed_at = excluded.computed_at
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
            [one.price for one in prices],
            [one.liquidity_lamports for one in prices],
            now,
            prefetch=_AT_ONCE,
        )
        async for row in rows:
            found[row["token_id"]] = TokenMetrics(**row)
    return found
