"""How people get in, in PostgreSQL: the queue of those who ask, invitations, and the password."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.people_outcomes import judge
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice
from bot.domain.people import Invitation, Verdict
from bot.domain.requests import Request
from bot.domain.users import Role
from bot.ports.people import Attempt

_VERDICT = "SELECT state FROM admissions WHERE user_id = $1 AND state <> 'open'"
_BY_HASH = "SELECT * FROM invitations WHERE token_hash = $1"
_USABLE = """
    SELECT * FROM invitations
    WHERE used_at IS NULL AND revoked_at IS NULL AND expires_at > $1
    ORDER BY invitation_id DESC LIMIT $2
"""


class PostgresAdmissions:
    """Implements `bot.ports.people.AdmissionBook`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def verdict_on(self, user_id: int) -> Verdict | None:
        """Give what an admin said of somebody."""
        async with connected(self._pool) as connection:
            state = await connection.fetchval(_VERDICT, user_id)
        return None if state is None else Verdict(state)

    async def apply(
        self, request: Request, notices: Sequence[Notice], cards: Sequence[Notice]
    ) -> None:
        """Ask for the requesting person to be let in."""
        async with connected(self._pool) as connection:
            await connection.fetchval(
                "SELECT apply_for_admission($1, $2, $3, $4, $5)",
                request.user.user_id,
                request.received_at,
                request.update_id,
                notices_to_json(notices),
                notices_to_json(cards),
            )
        self._on_outbox(())

    async def answer(self, request: Request, notices: Sequence[Notice]) -> None:
        """End the request's update with an answer."""
        async with connected(self._pool) as connection:
            await connection.fetchval(
                "SELECT end_update($1, $2)", request.update_id, notices_to_json(notices)
            )
        self._on_outbox(())

    async def decide(
        self, request: Request, user_id: int, verdict: Verdict, notices: Sequence[Notice]
    ) -> None:
        """Answer for all admins: the first answer counts."""
        await self._judged(
            "SELECT decide_admission($1, $2, $3, $4, $5, $6)",
            user_id,
            request.user.user_id,
            verdict.value,
            request.received_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def answer_banned(self, request: Request, notices: Sequence[Notice]) -> None:
        """Answer a banned person once; after that the update ends in silence."""
        async with connected(self._pool) as connection:
            await connection.fetchval(
                "SELECT answer_banned($1, $2, $3)",
                request.user.user_id,
                request.update_id,
                notices_to_json(notices),
            )
        self._on_outbox(())

    async def invite(
        self,
        request: Request,
        role: Role,
        token_hash: str,
        *,
        expires_at: datetime,
        notices: Sequence[Notice],
    ) -> None:
        """Keep an invitation to a role that one admin may give."""
        await self._judged(
            "SELECT invite_person($1, $2, $3, $4, $5, $6, $7)",
            request.user.user_id,
            role.value,
            token_hash,
            request.received_at,
            expires_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def invitation(self, token_hash: str) -> Invitation | None:
        """Give an invitation by the hash of its secret."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_BY_HASH, token_hash)
        return None if row is None else _invitation(row)

    async def invitations(self, at: datetime, limit: int) -> list[Invitation]:
        """Give those that can still be used, the newest first."""
        async with connected(self._pool) as connection:
            return [_invitation(row) for row in await connection.fetch(_USABLE, at, limit)]

    async def redeem(self, request: Request, token_hash: str, notices: Sequence[Notice]) -> None:
        """Use an invitation up."""
        await self._judged(
            "SELECT redeem_invitation($1, $2, $3, $4, $5)",
            request.user.user_id,
            token_hash,
            request.received_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def revoke(self, request: Request, invitation_id: int, notices: Sequence[Notice]) -> None:
        """Take back an invitation that nobody used."""
        await self._judged(
            "SELECT revoke_invitation($1, $2, $3, $4, $5)",
            invitation_id,
            request.user.user_id,
            request.received_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def begin_attempt(self, user_id: int, at: datetime) -> Attempt:
        """Count an attempt at the password before it is looked at."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                "SELECT failures, everybody, locked_until FROM begin_password_attempt($1, $2)",
                user_id,
                at,
            )
        assert row is not None, "a function always answers"  # noqa: S101
        return Attempt(**row)

    async def end_attempt(
        self, request: Request, *, is_right: bool, role: Role, notices: Sequence[Notice]
    ) -> None:
        """Let the requesting person in, or write the failure down."""
        await self._judged(
            "SELECT end_password_attempt($1, $2, $3, $4, $5, $6)",
            request.user.user_id,
            is_right,
            role.value,
            request.received_at,
            request.update_id,
            notices_to_json(notices),
        )

    async def _judged(self, query: str, *values: object) -> None:
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(query, *values)
        judge(outcome)
        self._on_outbox(())


def _invitation(row: asyncpg.Record) -> Invitation:
    return Invitation(
        invitation_id=row["invitation_id"],
        made_by=row["user_id"],
        role=Role(row["role"]),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        used_by=row["used_by"],
    )
