"""Who writes to us: read where nothing about them changed, else met anew and written down."""

from collections.abc import Sequence

from bot.adapters.database.batches import Batches
from bot.adapters.database.connection import Pool, connected, pinned
from bot.adapters.database.rows import Row, user_from
from bot.domain.users import PersonSeen, Role, Status, User

_KNOWN = """
    SELECT u.user_id, u.role, u.role_from, u.role_by_settings, u.status, u.first_name, u.username,
           u.language, u.chosen_language, u.blocks_danger
    FROM users u
    WHERE u.user_id = ANY($1::bigint[]) AND u.status <> 'pending'
      AND EXISTS (SELECT FROM virtual_wallets w WHERE w.user_id = u.user_id AND w.mode = 'paper')
"""
_MEET = "SELECT meet_user($1, $2, $3, $4, $5, $6)"


class Meetings:
    """Turns people into users.

    Whoever comes with a name that we know costs a read, shared with others who come at the same
    time, and no commit that waits for the disk: that is nearly everybody, nearly always.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._known = Batches(self._read)

    async def meet(self, person: PersonSeen, role: Role | None, newcomer: Status) -> User:
        """Give the user, created with a granted paper wallet at first sight."""
        found = await self._known.ask(person.user_id)
        if found is None or role is not None or not _is_the_same(found, person):
            found = await self._write(person, role, newcomer)
        return user_from(found)

    async def _read(self, user_ids: Sequence[int]) -> list[Row | None]:
        async with pinned(self._pool) as connection:
            rows = await connection.fetch(_KNOWN, user_ids)
        by_user = {row["user_id"]: row for row in rows}
        return [by_user.get(user_id) for user_id in user_ids]

    async def _write(self, person: PersonSeen, role: Role | None, newcomer: Status) -> Row:
        async with connected(self._pool) as connection:
            row: Row = await connection.fetchval(
                _MEET,
                person.user_id,
                person.first_name,
                person.username,
                person.language,
                role.value if role else None,
                newcomer.value,
            )
        return row


def _is_the_same(known: Row, person: PersonSeen) -> bool:
    """Tell whether `meet_user` would write what is there: no role by settings, the same names."""
    return (
        known["role_from"] != "settings"
        and known["role_by_settings"] is None
        and (known["first_name"], known["username"]) == (person.first_name, person.username)
        and person.language in {None, known["language"]}
    )
