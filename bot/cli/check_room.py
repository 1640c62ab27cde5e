"""For how many roles of our processes the database that the settings name has room."""

import asyncpg

from bot.adapters.database.connection import MOST_CONNECTIONS
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding

_TIMEOUT_SECONDS = 10.0
_CURE = "raise max_connections, or the limit of the role or the database, and restart PostgreSQL"
# -1 is no limit; a limit of a role or a database may be narrower than the server's.
_ROOM = """
    SELECT least(
        current_setting('max_connections')::int
            - current_setting('superuser_reserved_connections')::int,
        (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),
        (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database())
    )
"""


async def room_findings(settings: Settings) -> list[Finding]:
    """Give one line where DATABASE_URL is set and answers; that it does not is told elsewhere."""
    dsn = settings.database_url.get_secret_value()
    if not dsn:
        return []
    try:
        connection = await asyncpg.connect(dsn, timeout=_TIMEOUT_SECONDS)
        room = int(await connection.fetchval(_ROOM))
        await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError):
        return []
    return [finding_of(room)]


def finding_of(room: int) -> Finding:
    """Judge a number of connections; less than one role may ask for is worth a warning."""
    roles = room // MOST_CONNECTIONS
    detail = (
        f"{room}, and each role of a process opens {MOST_CONNECTIONS} at most: room for {roles}"
    )
    if not roles:
        return Finding(subject="connections", state="warn", detail=detail, cure=_CURE)
    return Finding(subject="connections", state="ok", detail=detail)
