"""The gate in PostgreSQL: stages, and the record that they are judged by."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.gate import GateState, Stage
from bot.domain.gate_records import Bet, LiveEvent
from bot.domain.notices import Notice
from bot.domain.users import Mode
from bot.ports.gates import GateHistory, GateMove

_STATE = "SELECT * FROM live_gates WHERE user_id = $1"
_BEYOND = "SELECT user_id FROM live_gates WHERE stage <> 'paper' ORDER BY user_id"
_BOUGHT = "SELECT live_bought($1, $2)"
_MOVE = "SELECT outcome, notice_ids FROM move_gate($1, $2, $3)"
# Each long with all that was staked on it; of a past season's open one nothing came back.
_BETS = """
    WITH stakes AS (
      SELECT season, position_number, sum(sol_lamports) AS stake FROM orders
      WHERE user_id = $1 AND mode = $2 AND state = 'filled' AND action = 'open' AND side = 'long'
      GROUP BY season, position_number
    ), played AS (
      SELECT p.number, p.token_id, (p.opened_at AT TIME ZONE 'UTC')::date AS day, s.stake,
             p.state = 'open' AND w.is_current AS is_open, p.opened_at,
             p.opened_at >= $3 AND p.closed_at - p.opened_at >= $4 AND NOT EXISTS (
               SELECT FROM accounts a JOIN solana_tokens t ON t.mint = a.asset
               WHERE a.user_id = p.user_id AND a.mode = p.mode AND a.season = p.season
                 AND a.kind = 'external' AND t.token_id = p.token_id) AS is_proof,
             p.realised_pnl_lamports
               - CASE WHEN p.state = 'open' AND NOT w.is_current THEN p.cost_lamports ELSE 0 END
               AS result
      FROM positions p
      JOIN virtual_wallets w ON (w.user_id, w.mode, w.season) = (p.user_id, p.mode, p.season)
      JOIN stakes s ON s.season = p.season AND s.position_number = p.number
      WHERE p.user_id = $1 AND p.mode = $2 AND p.side = 'long'
        AND coalesce(p.closed_at, w.ended_at, 'infinity') >= $3
    )
    SELECT CASE WHEN is_open THEN number END AS number, token_id, day, sum(stake) AS stake,
           sum(CASE WHEN is_open OR is_proof THEN result ELSE least(result, 0) END) AS result
    FROM played WHERE is_open OR opened_at >= $3 OR result < 0 GROUP BY 1, token_id, day
"""
_COURSES = """
    SELECT season, worth FROM (
      SELECT season, started_at AS at, grant_lamports AS worth FROM virtual_wallets
      WHERE user_id = $1 AND mode = 'paper' AND started_at >= $2
      UNION ALL
      SELECT season, at, equity_lamports FROM equity_points
      WHERE user_id = $1 AND mode = 'paper' AND at >= $2) course
    ORDER BY season, at
"""
_RESET = """
    SELECT started_at FROM virtual_wallets
    WHERE user_id = $1 AND mode = 'paper' AND is_current AND season > 1
"""
_EVENTS = """
    SELECT at, lamports, is_result FROM (
      SELECT o.filled_at AS at, o.realised_pnl_lamports AS lamports, true AS is_result
      FROM orders o JOIN virtual_wallets w USING (user_id, mode, season)
      WHERE o.user_id = $1 AND o.mode = 'live' AND w.is_current AND o.state = 'filled'
        AND o.realised_pnl_lamports IS NOT NULL AND o.filled_at >= $2
      UNION ALL
      SELECT t.at, CASE WHEN a.account_id = t.debit_account THEN t.amount ELSE -t.amount END, false
      FROM accounts a JOIN virtual_wallets w USING (user_id, mode, season)
      JOIN transfers t ON t.user_id = a.user_id
        AND a.account_id IN (t.debit_account, t.credit_account)
      WHERE a.user_id = $1 AND a.mode = 'live' AND w.is_current AND a.kind = 'external'
        AND a.asset = 'So11111111111111111111111111111111111111112' AND t.at >= $2) events
    ORDER BY at
"""
_HAS_BOOKS = """
    SELECT EXISTS (SELECT FROM virtual_wallets WHERE user_id = $1 AND mode = $2 AND is_current)
"""
_REFUSALS = {
    "moved": Refusal("gate_moved"),
    "cooling": Refusal("gate_cooling"),
    "frozen": Refusal("frozen"),
    "repeated": Refusal("already_done"),
}


class PostgresGates:
    """Implements `bot.ports.gates.GateBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def state(self, user_id: int) -> GateState:
        """Give where somebody stands."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_STATE, user_id)
        if row is None:
            return GateState(user_id=user_id)
        return GateState(
            user_id=user_id,
            stage=Stage(row["stage"]),
            since=row["since"],
            cooling_until=row["cooling_until"],
            open_result_lamports=int(row["open_result_lamports"]),
        )

    async def history(
        self, user_id: int, mode: Mode, *, since: datetime, hold: timedelta
    ) -> GateHistory:
        """Give what they did since a moment."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await _history(connection, user_id, mode, since=since, hold=hold)

    async def bought_lamports(self, user_id: int, since: datetime) -> int:
        """Give what they bought live since a moment."""
        async with connected(self._pool) as connection:
            return int(await connection.fetchval(_BOUGHT, user_id, since))

    async def move(self, move: GateMove, update_id: int | None, notices: Sequence[Notice]) -> None:
        """Move somebody, or change nothing."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                _MOVE, _move_to_json(move), update_id, notices_to_json(notices)
            )
        assert row is not None, "a function always answers"  # noqa: S101
        if row["outcome"] != "done":
            raise Refusal(_REFUSALS[row["outcome"]].code)
        self._on_outbox(queued(row["notice_ids"], notices))

    async def beyond_paper(self) -> Sequence[int]:
        """Give whoever may buy live."""
        async with connected(self._pool) as connection:
            return [row["user_id"] for row in await connection.fetch(_BEYOND)]


async def _history(
    connection: Connection, user_id: int, mode: Mode, *, since: datetime, hold: timedelta
) -> GateHistory:
    bets = await connection.fetch(_BETS, user_id, mode.value, since, hold)
    courses = await connection.fetch(_COURSES, user_id, since) if mode is Mode.PAPER else []
    events = await connection.fetch(_EVENTS, user_id, since) if mode is Mode.LIVE else []
    return GateHistory(
        closed=tuple(_bet(row) for row in bets if row["number"] is None),
        still_open={row["number"]: _bet(row) for row in bets if row["number"] is not None},
        courses=tuple(_courses(courses)),
        events=tuple(_event(row) for row in events),
        reset_at=await connection.fetchval(_RESET, user_id),
        has_books=await connection.fetchval(_HAS_BOOKS, user_id, mode.value),
    )


def _bet(row: asyncpg.Record) -> Bet:
    return Bet(
        token_id=row["token_id"],
        day=row["day"],
        stake_lamports=int(row["stake"]),
        result_lamports=int(row["result"]),
    )


def _courses(rows: Sequence[asyncpg.Record]) -> Iterable[tuple[int, ...]]:
    for _, course in groupby(rows, key=lambda row: row["season"]):
        yield tuple(int(row["worth"]) for row in course)


def _event(row: asyncpg.Record) -> LiveEvent:
    return LiveEvent(at=row["at"], lamports=int(row["lamports"]), is_result=row["is_result"])


def _move_to_json(move: GateMove) -> dict[str, object]:
    cooling_until, since = move.after.cooling_until, move.before.since
    return {
        "user_id": move.before.user_id,
        "from": move.before.stage.value,
        "from_since": None if since is None else since.isoformat(),
        "to": move.after.stage.value,
        "at": move.at.isoformat(),
        "cooling_until": None if cooling_until is None else cooling_until.isoformat(),
        "cooling_seconds": move.cooling.total_seconds(),
        "open_result": str(move.after.open_result_lamports),
        "actor_id": move.actor_id,
        "details": dict(move.details),
    }
