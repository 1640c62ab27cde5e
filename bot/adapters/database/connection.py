"""The pool of database connections, and the words for a database that does not answer."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import orjson

from bot.domain.errors import Unavailable

Connection = asyncpg.pool.PoolConnectionProxy
Pool = asyncpg.Pool

_OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    # Two transactions that waited for each other: the one that was undone is asked again.
    asyncpg.DeadlockDetectedError,
)


def to_json(value: object) -> str:
    """Give JSON that PostgreSQL takes: it stores no NUL, whoever sent one."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")


def json_array(texts: Sequence[str]) -> str:
    """Give one JSON array of texts that are JSON already."""
    return f"[{','.join(texts)}]"


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=to_json, decoder=orjson.loads, schema="pg_catalog"
    )


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Spare the round trip that undoes session settings, locks and cursors: we make none.

    The pool itself still rolls back a transaction that was left open.
    """


@asynccontextmanager
async def open_pool(dsn: str, *, size: int = 12) -> AsyncIterator[Pool]:
    """Open a pool on a database; raises `Unavailable` when it cannot be reached."""
    try:
        pool = await asyncpg.create_pool(
            dsn,
            min_size=2,
            max_size=size,
            init=_prepare,
            reset=_leave_as_it_is,
            command_timeout=30,
            server_settings={"synchronous_commit": "on", "application_name": "kitrader"},
        )
    except _OUTAGES as error:
        raise Unavailable("database", type(error).__name__) from error
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def connected(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection; an outage inside becomes `Unavailable`."""
    try:
        async with pool.acquire() as connection:
            yield connection
    except _OUTAGES as error:
        raise Unavailable("database", type(error).__name__) from error
