"""What a live desk tells beside its cash: what is set aside for orders, and marks of equity."""

from dataclasses import replace

from bot.adapters.database.connection import Connection
from bot.domain.identifiers import SOL_MINT
from bot.ports.books import Desk

# The course of equity, as if all that came from outside or left had been so from the beginning: a
# withdrawal is no loss and a deposit no gain. Its highest point, and where the day (UTC) began.
# Between two flows all points are raised by as much, so each such span is read for its highest
# point alone: to put every point in one order with the flows takes ten times as long.
_HELD = """
    WITH flows AS (
      SELECT t.at, sum(t.lamports) AS lamports
      FROM accounts x CROSS JOIN LATERAL (
        SELECT at, code, kind, amount AS lamports FROM transfers
        WHERE user_id = x.user_id AND debit_account = x.account_id
        UNION ALL
        SELECT at, code, kind, -amount FROM transfers
        WHERE user_id = x.user_id AND credit_account = x.account_id
      ) AS t
      WHERE x.user_id = $1 AND x.mode = 'live' AND x.season = $2 AND x.kind = 'external'
        AND x.asset = $3 AND t.code IN ('deposit', 'withdrawal') AND t.kind IN ('post', 'settle')
      GROUP BY t.at
    ), spans AS (
      SELECT at AS begins, lead(at, 1, 'infinity') OVER (ORDER BY at) AS ends,
             coalesce(sum(lamports) OVER (ORDER BY at DESC
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS flown_later
      FROM (SELECT '-infinity'::timestamptz AS at, 0::numeric AS lamports
            UNION ALL SELECT at, lamports FROM flows) AS each_one
    ), today AS (
      SELECT (now() AT TIME ZONE 'UTC')::date AS day_on
    ), morning AS (
      SELECT at, equity_lamports FROM equity_points, today
      WHERE user_id = $1 AND mode = 'live' AND season = $2
        AND at < day_on::timestamp AT TIME ZONE 'UTC'
      ORDER BY at DESC LIMIT 1
    )
    SELECT (SELECT coalesce(sum(held), 0) FROM accounts
            WHERE user_id = $1 AND mode = 'live' AND season = $2 AND kind = 'cash') AS held,
           (SELECT max(greatest(highest, nothing) + flown_later) FROM spans CROSS JOIN LATERAL (
              SELECT max(equity_lamports) AS highest,
                     CASE WHEN begins = '-infinity' THEN 0 END AS nothing FROM equity_points
              WHERE user_id = $1 AND mode = 'live' AND season = $2
                AND at >= begins AND at < ends) AS span) AS peak,
           day_on,
           (SELECT coalesce((SELECT equity_lamports FROM morning), 0) + coalesce(sum(lamports), 0)
            FROM flows
            WHERE at > coalesce((SELECT at FROM morning), '-infinity')) AS morning
    FROM today
"""


async def with_held(connection: Connection, desk: Desk) -> Desk:
    """Give a live desk with what its wallet holds, and with its peak and the day's begin.

    The desk itself tells only what is free, and nothing marks a live wallet: what comes and goes
    would have to move the marks.
    """
    season = desk.wallet.season
    row = await connection.fetchrow(_HELD, desk.user.user_id, season, SOL_MINT)
    assert row is not None, "one row is always there"  # noqa: S101
    marked = replace(
        desk.wallet,
        held_lamports=int(row["held"]),
        peak_lamports=int(row["peak"]),
        day_on=row["day_on"],
        day_lamports=int(row["morning"]),
    )
    return replace(desk, wallet=marked)
