"""A person's own limits, the locks on their entries, and the marks of equity, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json, position_from
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import RiskLimit
from bot.ports.risk import EquityMark, MarkedWallet

_AT_RISK = """
    WITH holders AS (
      SELECT DISTINCT p.user_id FROM positions p
      WHERE p.state = 'open' AND p.mode = 'paper' AND p.user_id > $1
      ORDER BY p.user_id LIMIT $2)
    SELECT w.user_id, w.season, w.grant_lamports, w.peak_lamports, w.day_on,
           coalesce((SELECT a.balance - a.held FROM accounts a
            WHERE (a.user_id, a.mode, a.season) = (w.user_id, w.mode, w.season)
              AND a.kind = 'cash'), 0) AS free_lamports,
           (SELECT coalesce(array_agg(p), '{}') FROM positions p
            WHERE (p.user_id, p.mode, p.season) = (w.user_id, w.mode, w.season)
              AND p.state = 'open') AS positions
    FROM holders h JOIN virtual_wallets w ON w.user_id = h.user_id AND w.mode = 'paper'
      AND w.is_current
    ORDER BY w.user_id
"""
_MARK = """
    UPDATE virtual_wallets w
    SET peak_lamports = greatest(w.peak_lamports, m.peak),
        day_lamports = CASE WHEN w.day_on = m.day_on OR m.opening IS NULL
                            THEN w.day_lamports ELSE m.opening END,
        day_on = CASE WHEN m.opening IS NULL THEN w.day_on ELSE m.day_on END
    FROM unnest($1::bigint[], $2::integer[], $3::numeric[], $4::date[], $5::numeric[])
      AS m(user_id, season, peak, day_on, opening)
    WHERE w.user_id = m.user_id AND w.mode = 'paper' AND w.season = m.season
"""


class PostgresRisk:
    """Implements `bot.ports.risk.RiskBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def set_limit(
        self, request: Request, limit: RiskLimit, value: int | None, notices: Sequence[Notice]
    ) -> None:
        """Keep a person's own limit, or the role's again, and end its update."""
        await self._change(
            "SELECT set_risk_limit($1, $2, $3, $4, $5)",
            request.user.user_id,
            limit.key,
            value,
            request.update_id,
            notices_to_json(notices),
        )

    async def lift_lock(
        self, request: Request, lock_id: int, at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Lift a lock and end its update."""
        await self._change(
            "SELECT lift_lock($1, $2, $3, $4, $5)",
            request.user.user_id,
            lock_id,
            at,
            request.update_id,
            notices_to_json(notices),
        )

    async def wallets_at_risk(self, after_user: int, limit: int) -> list[MarkedWallet]:
        """Give paper wallets with open positions, by user id."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_AT_RISK, after_user, limit)
        return [_wallet(row) for row in rows]

    async def mark(self, marks: Sequence[EquityMark]) -> None:
        """Write marks of equity in one statement."""
        async with connected(self._pool) as connection:
            await connection.execute(
                _MARK,
                [mark.user_id for mark in marks],
                [mark.season for mark in marks],
                [mark.peak_lamports for mark in marks],
                [mark.day_on for mark in marks],
                [mark.day_lamports for mark in marks],
            )

    async def _change(self, statement: str, *values: object) -> None:
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(statement, *values)
        if outcome == "unknown":
            raise Refusal("unknown_lock", number=values[1])
        if outcome == "repeated":
            raise Refusal("already_done")
        self._on_outbox(())


def _wallet(row: asyncpg.Record) -> MarkedWallet:
    peak = row["peak_lamports"]
    return MarkedWallet(
        user_id=row["user_id"],
        season=row["season"],
        grant_lamports=int(row["grant_lamports"]),
        free_lamports=int(row["free_lamports"]),
        positions=tuple(position_from(position) for position in row["positions"]),
        peak_lamports=None if peak is None else int(peak),
        day_on=row["day_on"],
    )
