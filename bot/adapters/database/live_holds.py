"""What a live desk tells beside its cash: what is set aside for orders, and marks of equity."""

from dataclasses import replace

from bot.adapters.database.connection import Connection
from bot.domain.identifiers import SOL_MINT
from bot.ports.books import Desk

# The course of equity, as if all that came from outside or left had been so from the beginning: a
# withdrawal is no loss and a deposit no gain. Its highest point, and where the day (UTC) began.
_HELD = """
    WITH flows AS MATERIALIZED (
      SELECT t.at, CASE WHEN d.kind = 'external' THEN t.amount ELSE -t.amount END AS lamports
      FROM transfers t
      JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
      JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
      WHERE t.user_id = $1 AND t.code IN ('deposit', 'withdrawal') AND d.mode = 'live'
        AND d.season = $2 AND d.asset = $3 AND t.kind IN ('post', 'settle')
        AND (d.kind = 'external') <> (c.kind = 'external')
    ), course AS (
      SELECT '-infinity'::timestamptz AS at, coalesce(sum(lamports), 0) AS worth FROM flows
      UNION ALL
      SELECT e.at, e.equity_lamports
        + coalesce((SELECT sum(f.lamports) FROM flows f WHERE f.at > e.at), 0)
      FROM equity_points e WHERE e.user_id = $1 AND e.mode = 'live' AND e.season = $2
    ), today AS (SELECT (now() AT TIME ZONE 'UTC')::date AS day_on)
    SELECT (SELECT coalesce(sum(held), 0) FROM accounts
            WHERE user_id = $1 AND mode = 'live' AND season = $2 AND kind = 'cash') AS held,
           (SELECT max(worth) FROM course) AS peak, day_on,
           (SELECT worth FROM course WHERE at < day_on::timestamp AT TIME ZONE 'UTC'
            ORDER BY at DESC LIMIT 1) AS morning
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
