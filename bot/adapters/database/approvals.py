"""Two-person approvals, role limits and feedback in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.people_outcomes import judge
from bot.adapters.database.rows import notices_to_json
from bot.domain.approvals import Approval, ApprovalKind, ApprovalState, Wish
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.role_caps import RoleCap
from bot.domain.users import Role

_NUMBER = "SELECT nextval(pg_get_serial_sequence('approvals', 'approval_id'))"
_APPROVALS = """
    SELECT a.*, coalesce(asker.first_name, '') AS asker_name,
           coalesce(concerned.first_name, '') AS person_name
    FROM approvals a LEFT JOIN users asker ON asker.user_id = a.asked_by
    LEFT JOIN users concerned ON concerned.user_id = a.user_id
"""
_ONE = f"{_APPROVALS} WHERE a.approval_id = $1"
_OPEN = f"{_APPROVALS} WHERE a.state = 'open' AND a.expires_at > $1 ORDER BY a.approval_id LIMIT $2"
_UNTOLD = f"{_APPROVALS} WHERE a.state = 'void' AND a.told_at IS NULL ORDER BY a.approval_id"
_CAPS = "SELECT name, value FROM role_limits WHERE role = $1"


class PostgresApprovals:
    """Implements `bot.ports.approvals.ApprovalBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def new_number(self) -> int:
        """Give a number for the next approval."""
        async with connected(self._pool) as connection:
            return int(await connection.fetchval(_NUMBER))

    async def ask(
        self,
        request: Request,
        approval: Approval,
        owners: Collection[int],
        notices: Sequence[Notice],
    ) -> None:
        """Keep what an admin asks for, once per request."""
        asked = {
            "user_id": approval.wish.person_id,
            "approval_id": approval.approval_id,
            "request_id": request.request_id,
            "kind": approval.wish.kind.value,
            "details": dict(approval.wish.details),
            "reason": approval.wish.reason,
            "asked_by": approval.asked_by,
            "asked_at": approval.asked_at.isoformat(),
            "expires_at": approval.expires_at.isoformat(),
        }
        await self._judged(
            "SELECT ask_approval($1, $2, $3, $4)",
            asked,
            sorted(owners),
            request.update_id,
            notices_to_json(notices),
        )

    async def one(self, approval_id: int) -> Approval | None:
        """Give an approval."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_ONE, approval_id)
        return None if row is None else _approval(row)

    async def open_ones(self, at: datetime, limit: int) -> list[Approval]:
        """Give those that can still be answered, the oldest first."""
        async with connected(self._pool) as connection:
            return [_approval(row) for row in await connection.fetch(_OPEN, at, limit)]

    async def decide(
        self,
        request: Request,
        approval_id: int,
        *,
        is_yes: bool,
        owners: Collection[int],
        notices: Sequence[Notice],
    ) -> None:
        """Answer an approval once, and carry it out in the same transaction."""
        await self._judged(
            "SELECT decide_approval($1, $2, $3, $4, $5, $6, $7)",
            approval_id,
            request.user.user_id,
            is_yes,
            sorted(owners),
            request.received_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def void_late(self, at: datetime) -> list[Approval]:
        """Make void what nobody answered in time; gives all that was not told yet."""
        async with connected(self._pool) as connection:
            await connection.execute("SELECT void_late_approvals($1)", at)
            return [_approval(row) for row in await connection.fetch(_UNTOLD)]

    async def tell_void(self, approval_id: int, at: datetime, notices: Sequence[Notice]) -> None:
        """Tell once that one is void."""
        async with connected(self._pool) as connection:
            await connection.fetchval(
                "SELECT tell_void($1, $2, $3)", approval_id, at, notices_to_json(notices)
            )
        self._on_outbox(())

    async def caps(self, role: Role) -> Mapping[str, int | None]:
        """Give a role's limits by their column."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_CAPS, role.value)
        return {row["name"]: None if row["value"] is None else int(row["value"]) for row in rows}

    async def lower(
        self,
        request: Request,
        role: Role,
        cap: RoleCap,
        value: int | None,
        notices: Sequence[Notice],
    ) -> None:
        """Lower a limit at once."""
        await self._judged(
            "SELECT lower_limit($1, $2, $3, $4, $5, $6, $7)",
            role.value,
            cap.column,
            value,
            cap.more_is_looser,
            request.user.user_id,
            request.update_id,
            notices_to_json(notices),
        )

    async def _judged(self, query: str, *values: object) -> None:
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(query, *values)
        judge(outcome)
        self._on_outbox(())


def _approval(row: asyncpg.Record) -> Approval:
    return Approval(
        approval_id=row["approval_id"],
        wish=Wish(
            kind=ApprovalKind(row["kind"]),
            person_id=row["user_id"],
            details=row["details"],
            reason=row["reason"],
        ),
        asked_by=row["asked_by"],
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        state=ApprovalState(row["state"]),
        asker_name=row["asker_name"],
        person_name=row["person_name"],
        is_sole=row["is_sole"],
    )
