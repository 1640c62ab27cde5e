"""What an account page shows, read from PostgreSQL."""

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.rows import limits_from
from bot.domain.users import RoleLimits, User
from bot.ports.accounts import LogLine

_LOG = """
    SELECT at, action, actor_id = user_id AS is_own FROM audit_log
    WHERE user_id = $1 ORDER BY audit_id DESC LIMIT $2
"""
_LIMITS = """
    SELECT (SELECT jsonb_object_agg(l.name, l.value::text) FROM role_limits l
            WHERE l.role = $2) AS of_role,
           u.risk_limits AS own
    FROM users u WHERE u.user_id = $1
"""


class PostgresAccounts:
    """Implements `bot.ports.accounts.AccountBook`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def log(self, user_id: int, limit: int) -> list[LogLine]:
        """Give what happened to an account, the newest first."""
        async with connected(self._pool) as connection:
            return [LogLine(**row) for row in await connection.fetch(_LOG, user_id, limit)]

    async def limits(self, user: User) -> RoleLimits:
        """Give what a person may risk."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_LIMITS, user.user_id, user.role.value)
        assert row is not None, "whoever visits is known"  # noqa: S101
        own = {name: int(value) for name, value in row["own"].items()}
        return limits_from(user.role, row["of_role"]).tightened(own)
