"""People, their roles and what admins do to them, in PostgreSQL."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.people_outcomes import judge
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.people import (
    AccountHold,
    Change,
    GrantSource,
    Headcount,
    HoldKind,
    Person,
    PersonFile,
    RoleGrant,
)
from bot.domain.requests import Request
from bot.domain.users import Role, Status
from bot.ports.people import Grantee, Lapse

_ONE = "SELECT * FROM users WHERE user_id = $1"
_CALLED = "SELECT * FROM users WHERE lower(username) = lower($1) ORDER BY user_id LIMIT 5"
_ADMINS = "SELECT user_id FROM users WHERE role = 'admin' AND status = 'active' ORDER BY user_id"
_PAGE = """
    SELECT * FROM users
    WHERE $1 = '' OR role = lower($1) OR status = lower($1) OR user_id::text = $1
      OR starts_with(lower(first_name), lower($1)) OR starts_with(lower(username), lower($1))
    ORDER BY user_id OFFSET $2 LIMIT $3
"""
_HEADCOUNT = "SELECT role, status, count(*) AS people FROM users GROUP BY role, status"
_GRANTS_OF = "SELECT * FROM role_grants WHERE user_id = $1 ORDER BY granted_at"
_HOLDS_OF = "SELECT * FROM account_holds WHERE user_id = $1 ORDER BY set_at"
_NAMES = "SELECT user_id, first_name FROM users WHERE user_id = ANY($1)"
_GRANTS = """
    SELECT u.user_id, u.first_name, u.username, u.role AS role_now, u.status, g.role, g.source,
           g.until, g.granted_by, g.granted_at
    FROM role_grants g JOIN users u USING (user_id) ORDER BY g.granted_at DESC LIMIT $1
"""
_LAPSING = """
    SELECT g.user_id, max(u.role) AS role FROM role_grants g JOIN users u USING (user_id)
    WHERE g.until <= $1 GROUP BY g.user_id ORDER BY g.user_id LIMIT $2
"""


class PostgresPeople:
    """Implements `bot.ports.people.PeopleBook`; `owners` are the ids that the settings name."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox, roles: Mapping[int, Role]) -> None:
        self._pool = pool
        self._on_outbox = on_outbox
        self._roles = roles
        self._owners = owners_of(roles)

    async def person(self, user_id: int) -> Person | None:
        """Give somebody by their number."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_ONE, user_id)
        return None if row is None else self._person(row)

    async def called(self, username: str) -> list[Person]:
        """Give whoever had this username when they last wrote."""
        async with connected(self._pool) as connection:
            return [self._person(row) for row in await connection.fetch(_CALLED, username)]

    async def admins(self) -> list[int]:
        """Give the numbers of those who are admins now and may act."""
        async with connected(self._pool) as connection:
            return [row["user_id"] for row in await connection.fetch(_ADMINS)]

    async def page(self, search: str, offset: int, limit: int) -> list[Person]:
        """Give people by number, those that are searched for."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_PAGE, search, offset, limit)
        return [self._person(row) for row in rows]

    async def headcount(self) -> Headcount:
        """Count everybody by role and by status."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_HEADCOUNT)
        by_role, by_status = Counter[Role](), Counter[Status]()
        for row in rows:
            by_role[Role(row["role"])] += row["people"]
            by_status[Status(row["status"])] += row["people"]
        return Headcount(by_role=by_role, by_status=by_status)

    async def file(self, user_id: int) -> PersonFile | None:
        """Give all that admins are shown of a person."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_ONE, user_id)
            if row is None:
                return None
            grants = [_grant(one) for one in await connection.fetch(_GRANTS_OF, user_id)]
            holds = [_hold(one) for one in await connection.fetch(_HOLDS_OF, user_id)]
            actors = {one.granted_by for one in grants} | {one.set_by for one in holds}
            names = await connection.fetch(_NAMES, list(actors))
        return PersonFile(
            person=self._person(row),
            language=row["language"],
            met_at=row["created_at"],
            grants=tuple(grants),
            holds=tuple(holds),
            names={one["user_id"]: one["first_name"] for one in names},
        )

    async def note_look(
        self, request: Request, user_id: int, what: str, notices: Sequence[Notice]
    ) -> None:
        """Write down that staff looked at a person, with the answer that shows it."""
        async with connected(self._pool) as connection:
            is_noted = await connection.fetchval(
                "SELECT note_look($1, $2, $3, $4, $5)",
                user_id,
                request.user.user_id,
                what,
                request.update_id,
                notices_to_json(notices),
            )
        if not is_noted:
            raise Refusal("already_done")
        self._on_outbox(())

    async def grants(self, limit: int) -> list[Grantee]:
        """Give the grants that stand, the newest first."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_GRANTS, limit)
        return [
            Grantee(person=self._person({**row, "role": row["role_now"]}), grant=_grant(row))
            for row in rows
        ]

    async def change(
        self,
        request: Request,
        change: Change,
        user_id: int,
        *,
        until: datetime | None,
        reason: str,
        notices: Sequence[Notice],
    ) -> None:
        """Do to a person what one admin may."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT change_person($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                change.value,
                user_id,
                request.user.user_id,
                until,
                reason,
                self._owners,
                request.received_at,
                request.update_id,
                notices_to_json(notices),
            )
        judge(outcome)
        self._on_outbox(())

    async def settle_settings(self, at: datetime) -> None:
        """Take back the roles that the settings no longer give."""
        ids, roles = list(self._roles), [role.value for role in self._roles.values()]
        async with connected(self._pool) as connection:
            await connection.execute("SELECT settle_settings($1, $2, $3)", ids, roles, at)

    async def grant_premium(
        self, user_id: int, until: datetime | None, source: str, actor_id: int, at: datetime
    ) -> Role:
        """Give premium by one source, in place of what it gave before."""
        async with connected(self._pool) as connection:
            return Role(
                await connection.fetchval(
                    "SELECT grant_premium($1, $2, $3, $4, $5)", user_id, until, source, actor_id, at
                )
            )

    async def end_premium(self, user_id: int, source: str, actor_id: int, at: datetime) -> Role:
        """Take back what one source gave."""
        async with connected(self._pool) as connection:
            return Role(
                await connection.fetchval(
                    "SELECT end_premium($1, $2, $3, $4)", user_id, source, actor_id, at
                )
            )

    async def lapsing(self, at: datetime, limit: int) -> list[Lapse]:
        """Give those whose grants have run out."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_LAPSING, at, limit)
        return [Lapse(user_id=row["user_id"], role=Role(row["role"])) for row in rows]

    async def lapse(self, user_id: int, at: datetime, notices: Sequence[Notice]) -> bool:
        """End them; tells whether the role changed."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT lapse_role($1, $2, $3)", user_id, at, notices_to_json(notices)
            )
        if outcome == "lapsed":
            self._on_outbox(())
        return bool(outcome == "lapsed")

    def _person(self, row: Mapping[str, object] | asyncpg.Record) -> Person:
        return person_from(row, self._owners)


def owners_of(roles: Mapping[int, Role]) -> list[int]:
    """Give the owners among those whom the settings name."""
    return sorted(user_id for user_id, role in roles.items() if role is Role.ADMIN)


def person_from(row: Mapping[str, object] | asyncpg.Record, owners: Collection[int]) -> Person:
    """Read a person."""
    username, user_id = row["username"], int(str(row["user_id"]))
    return Person(
        user_id=user_id,
        first_name=str(row["first_name"]),
        username=None if username is None else str(username),
        role=Role(str(row["role"])),
        status=Status(str(row["status"])),
        is_owner=user_id in owners,
    )


def _grant(row: asyncpg.Record) -> RoleGrant:
    return RoleGrant(
        role=Role(row["role"]),
        source=GrantSource(row["source"]),
        until=row["until"],
        granted_by=row["granted_by"],
        granted_at=row["granted_at"],
    )


def _hold(row: asyncpg.Record) -> AccountHold:
    return AccountHold(
        kind=HoldKind(row["kind"]),
        set_by=row["set_by"],
        reason=row["reason"],
        set_at=row["set_at"],
    )
