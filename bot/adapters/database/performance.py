"""Reports from PostgreSQL: fills are added up there, and one report is one snapshot."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.live_holds import with_held
from bot.adapters.database.rows import desk_from, token_from
from bot.domain.identifiers import SOL_MINT
from bot.domain.performance import Drawdown, EquityPoint, Exits, Flow
from bot.domain.users import Mode
from bot.ports.performance import Due, ReasonResult, Record, Sample, TokenResult

_MOST_TOKENS = 100
_EVERY = timedelta(minutes=57)  # a little less than an hour, so that no hour is left out
_DESK = "SELECT open_desks FROM open_desks(ARRAY[$1::bigint], ARRAY[$2::text], ARRAY[''])"
# Answered from the index `ix_orders_outcomes` alone, and the positions for how long they were held.
_OUTCOMES = """
    SELECT GROUPING(token_id) = 0 AS is_of_token, GROUPING(reason) = 0 AS is_of_reason,
           token_id, reason, coalesce(sum(fills), 0)::bigint AS fills,
           coalesce(sum(exits), 0)::bigint AS exits, coalesce(sum(wins), 0)::bigint AS wins,
           coalesce(sum(losses), 0)::bigint AS losses, coalesce(sum(gained), 0) AS gained,
           coalesce(sum(lost), 0) AS lost,
           coalesce(extract(epoch FROM sum(held)), 0) AS held_seconds,
           coalesce(sum(network_fees), 0) AS network_fees, coalesce(sum(pool_fees), 0) AS pool_fees
    FROM (
      SELECT o.token_id, o.reason, count(*) AS fills,
             count(o.realised_pnl_lamports) AS exits,
             count(*) FILTER (WHERE o.realised_pnl_lamports > 0) AS wins,
             count(*) FILTER (WHERE o.realised_pnl_lamports < 0) AS losses,
             sum(o.realised_pnl_lamports) FILTER (WHERE o.realised_pnl_lamports > 0) AS gained,
             -sum(o.realised_pnl_lamports) FILTER (WHERE o.realised_pnl_lamports < 0) AS lost,
             sum(o.filled_at - p.opened_at) AS held,
             sum(o.network_fee_lamports) AS network_fees,
             sum(o.pool_fee_lamports) AS pool_fees
      FROM orders o
      LEFT JOIN positions p ON o.action <> 'open' AND p.user_id = o.user_id AND p.mode = o.mode
        AND p.season = o.season AND p.number = o.position_number
      WHERE o.user_id = $1 AND o.mode = $2 AND o.season = $3 AND o.state = 'filled'
        AND ($4::timestamptz IS NULL OR o.filled_at >= $4)
      GROUP BY o.token_id, o.reason) parts
    GROUP BY GROUPING SETS ((), (token_id), (reason))
"""
# An index holds the funding alone, so that other transfers are not looked at.
_FUNDING = """
    SELECT p.token_id, sum(t.amount) AS paid
    FROM transfers t
    JOIN accounts a ON a.user_id = t.user_id AND a.account_id = t.debit_account
    JOIN positions p ON p.user_id = a.user_id AND p.mode = a.mode AND p.season = a.season
      AND p.number = a.position_number
    WHERE t.user_id = $1 AND t.code = 'funding' AND a.mode = $2 AND a.season = $3
      AND ($4::timestamptz IS NULL OR t.at >= $4)
    GROUP BY p.token_id
"""
_TOKENS = "SELECT * FROM solana_tokens WHERE token_id = ANY($1)"
_POINTS = """
    SELECT at, equity_lamports::text AS equity_lamports FROM equity_points
    WHERE user_id = $1 AND mode = $2 AND season = $3 AND at >= coalesce(
      (SELECT max(at) FROM equity_points
       WHERE user_id = $1 AND mode = $2 AND season = $3 AND at <= $4), $4)
    ORDER BY at
"""
_DRAWDOWNS = """
    SELECT DISTINCT ON (user_id) user_id, peak, peak - equity_lamports AS fallen,
           max(peak) OVER (PARTITION BY user_id) AS highest
    FROM (
      SELECT w.user_id, coalesce(e.at, w.started_at) AS at,
             coalesce(e.equity_lamports, w.grant_lamports) AS equity_lamports,
             greatest(w.grant_lamports, max(e.equity_lamports)
               OVER (PARTITION BY w.user_id ORDER BY e.at)) AS peak
      FROM virtual_wallets w
      LEFT JOIN equity_points e USING (user_id, mode, season)
      WHERE w.user_id = ANY($1) AND w.mode = $2 AND w.is_current) course
    ORDER BY user_id, CASE WHEN peak > 0 THEN (peak - equity_lamports) / peak ELSE 0 END DESC, at
"""
_DUE = """
    SELECT w.user_id, w.mode FROM virtual_wallets w
    LEFT JOIN LATERAL (
      SELECT e.at, e.version FROM equity_points e
      WHERE e.user_id = w.user_id AND e.mode = w.mode AND e.season = w.season
      ORDER BY e.at DESC LIMIT 1) last ON true
    WHERE w.is_current AND (w.user_id, w.mode) > ($1, $2)
      AND (last.version IS DISTINCT FROM w.version
           OR (last.at <= $3 AND EXISTS (
             SELECT FROM positions p WHERE p.user_id = w.user_id AND p.mode = w.mode
               AND p.season = w.season AND p.state = 'open')))
    ORDER BY w.user_id, w.mode LIMIT $4
"""
_WRITE = """
    INSERT INTO equity_points (user_id, mode, season, version, at, equity_lamports)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[], $5::timestamptz[],
                         $6::numeric[])
    ON CONFLICT DO NOTHING
"""
_THIN = """
    DELETE FROM equity_points e USING (
      SELECT user_id, mode, season, at,
             row_number() OVER (day ORDER BY equity_lamports, at) AS from_below,
             row_number() OVER (day ORDER BY equity_lamports DESC, at) AS from_above,
             row_number() OVER (day ORDER BY at DESC) AS from_the_end
      FROM equity_points WHERE at >= $1 AND at < $2
      WINDOW day AS (PARTITION BY user_id, mode, season, date_trunc('day', at, 'UTC'))) ranked
    WHERE (e.user_id, e.mode, e.season, e.at)
        = (ranked.user_id, ranked.mode, ranked.season, ranked.at)
      AND from_below > 1 AND from_above > 1 AND from_the_end > 1
"""
# What came from outside, or left: of SOL, and of live wallets alone. An index holds these few.
_FLOWS = """
    SELECT t.at, CASE WHEN d.kind = 'external' THEN t.amount ELSE -t.amount END AS lamports
    FROM transfers t
    JOIN accounts d ON d.user_id = t.user_id AND d.account_id = t.debit_account
    JOIN accounts c ON c.user_id = t.user_id AND c.account_id = t.credit_account
    WHERE t.user_id = $1 AND t.code IN ('deposit', 'withdrawal') AND d.mode = $2 AND d.season = $3
      AND d.asset = $4 AND t.kind IN ('post', 'settle') AND t.at >= $5
      AND (d.kind = 'external') <> (c.kind = 'external')
    ORDER BY t.at, t.transfer_id
"""
_PATIENCE_SECONDS = 600.0


class PostgresPerformance:
    """Implements `bot.ports.performance.PerformanceBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(
        self, user_id: int, mode: Mode, *, length: timedelta | None, until: datetime
    ) -> Record:
        """Read a report's figures in one snapshot."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            desk = desk_from(await connection.fetchval(_DESK, user_id, mode.value))
            since = None if length is None else max(desk.wallet.started_at, until - length)
            of_season = (user_id, mode.value, desk.wallet.season)
            rows = await connection.fetch(_OUTCOMES, *of_season, since)
            funding = {
                row["token_id"]: int(row["paid"])
                for row in await connection.fetch(_FUNDING, *of_season, since)
            }
            by_token = await _by_token(connection, rows, funding)
            begin = since or desk.wallet.started_at
            points = [_point(row) for row in await connection.fetch(_POINTS, *of_season, begin)]
            flows: tuple[Flow, ...] = ()
            if mode is Mode.LIVE:
                desk = await with_held(connection, desk)
                flows = await _flows(connection, of_season, points[0].at if points else begin)
        whole = next(row for row in rows if not row["is_of_token"] and not row["is_of_reason"])
        return Record(
            desk=desk,
            since=begin,
            until=until,
            fills=whole["fills"],
            exits=_exits(whole),
            network_fees_lamports=int(whole["network_fees"]),
            pool_fees_lamports=int(whole["pool_fees"]),
            funding_lamports=sum(funding.values()),
            by_token=by_token,
            by_reason=_by_reason(rows),
            points=tuple(points),
            flows=flows,
        )

    async def drawdowns(
        self, user_ids: Sequence[int], mode: Mode
    ) -> dict[int, tuple[Drawdown, int]]:
        """Give the deepest fall of each present season so far, and its highest worth."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_DRAWDOWNS, user_ids, mode.value)
        return {row["user_id"]: (_drawdown(row), int(row["highest"])) for row in rows}

    async def due(self, now: datetime, after: Due | None, limit: int) -> list[Due]:
        """Give wallets that changed since they were last written down, or are due again."""
        behind = (after.user_id, after.mode.value) if after else (0, "")
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_DUE, *behind, now - _EVERY, limit)
        return [Due(user_id=row["user_id"], mode=Mode(row["mode"])) for row in rows]

    async def write_down(self, samples: Sequence[Sample]) -> None:
        """Keep samples, each once."""
        columns = (
            [one.user_id for one in samples],
            [one.mode.value for one in samples],
            [one.season for one in samples],
            [one.version for one in samples],
            [one.point.at for one in samples],
            [Decimal(one.point.equity_lamports) for one in samples],
        )
        async with connected(self._pool) as connection:
            await connection.execute(_WRITE, *columns)

    async def thin(self, before: datetime, after: datetime) -> int:
        """Leave of each wallet's days between the two the lowest, highest and last point."""
        async with connected(self._pool) as connection:
            done = await connection.execute(_THIN, after, before, timeout=_PATIENCE_SECONDS)
        return int(done.rpartition(" ")[2])


async def _by_token(
    connection: Connection, rows: Sequence[asyncpg.Record], funding: Mapping[int, int]
) -> tuple[TokenResult, ...]:
    exits = dict.fromkeys(funding, Exits())  # a short that is open pays before it has an exit
    exits |= {row["token_id"]: _exits(row) for row in rows if row["is_of_token"] and row["exits"]}
    results = {one: exits[one].realised_lamports - funding.get(one, 0) for one in exits}
    largest = sorted(results, key=lambda one: -abs(results[one]))[:_MOST_TOKENS]
    known = {row["token_id"]: row for row in await connection.fetch(_TOKENS, largest)}
    return tuple(
        TokenResult(
            token=token_from(known[one]), exits=exits[one], funding_lamports=funding.get(one, 0)
        )
        for one in largest
    )


def _by_reason(rows: Sequence[asyncpg.Record]) -> tuple[ReasonResult, ...]:
    of_reasons = (row for row in rows if row["is_of_reason"] and row["exits"])
    found = (ReasonResult(reason=row["reason"], exits=_exits(row)) for row in of_reasons)
    return tuple(sorted(found, key=lambda one: (-one.exits.exits, one.reason)))


async def _flows(
    connection: Connection, of_season: tuple[int, str, int], since: datetime
) -> tuple[Flow, ...]:
    rows = await connection.fetch(_FLOWS, *of_season, SOL_MINT, since)
    return tuple(Flow(at=row["at"], lamports=int(row["lamports"])) for row in rows)


def _point(row: asyncpg.Record) -> EquityPoint:
    return EquityPoint(at=row["at"], equity_lamports=int(row["equity_lamports"]))


def _exits(row: asyncpg.Record) -> Exits:
    return Exits(
        exits=row["exits"],
        wins=row["wins"],
        losses=row["losses"],
        gained_lamports=int(row["gained"]),
        lost_lamports=int(row["lost"]),
        held_seconds=row["held_seconds"],
    )


def _drawdown(row: asyncpg.Record) -> Drawdown:
    peak, fallen = int(row["peak"]), int(row["fallen"])
    return Drawdown(fraction=Decimal(fallen) / peak if peak else Decimal(0), lamports=fallen)
