"""The pool of database connections, and the words for a database that does not answer."""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum

import asyncpg
import orjson

from bot.domain.errors import Unavailable

Connection = asyncpg.pool.PoolConnectionProxy
_LONGEST_IDLE_SECONDS = 300.0
_POOL_SIZE = 12
MOST_CONNECTIONS = _POOL_SIZE + 3
"""What a role opens at most: its pool, its lock, its leases, and a migration or a copy."""
_MOST_STATEMENTS = 50_000  # on one connection, before it is opened anew
_SESSION = {
    "synchronous_commit": "on",
    "application_name": "kitrader",
    # Whatever holds a row for so long is stuck: others are told that the database is away.
    "lock_timeout": "5s",
}
QUIET = "kitrader.quiet"
_BY_INDEX = """
    SET LOCAL plan_cache_mode = force_custom_plan;
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_sort = off;
    SET LOCAL jit = off;
"""


class Quiet(StrEnum):
    """What is not told to other processes: nothing, what waits for levels, or anything at all.

    The triggers of the table `changes` ask for it.
    """

    NO = ""
    LEVELS = "levels"
    ALL = "all"


_IS_ALIVE = """
    SELECT EXISTS (SELECT FROM leases WHERE name = 'process/' || $1 AND until > clock_timestamp())
"""


def to_json(value: object) -> str:
    """Give JSON that PostgreSQL takes: it stores no NUL, whoever sent one."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\ufffd")


async def _prepare(connection: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind, encoder=to_json, decoder=orjson.loads, schema="pg_catalog"
        )


def _prepare_for(holder: str) -> Callable[[asyncpg.Connection], Coroutine[object, object, None]]:
    async def prepare(connection: asyncpg.Connection) -> None:
        if not await connection.fetchval(_IS_ALIVE, holder):
            raise asyncpg.InterfaceError("this process has lapsed")
        await _prepare(connection)

    return prepare


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Spare the round trip that undoes session settings, locks and cursors: we make none.

    The pool itself still rolls back a transaction that was left open.
    """


class Pool(asyncpg.Pool):
    """asyncpg's pool; what is asked all the time keeps its connections between statements.

    Taking one from the pool and giving it back costs as much as a short statement. Sessions of one
    process of many carry the name under which it holds its leases: they are ended before another
    takes those, and no new one is opened after that.
    """

    def __init__(self, dsn: str, *, size: int, quiet: Quiet = Quiet.NO, holder: str = "") -> None:
        super().__init__(
            dsn,
            min_size=2,
            max_size=size,
            max_queries=_MOST_STATEMENTS,
            max_inactive_connection_lifetime=_LONGEST_IDLE_SECONDS,
            setup=None,
            init=_prepare_for(holder) if holder else _prepare,
            reset=_leave_as_it_is,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            command_timeout=30,
            server_settings=_SESSION
            | {QUIET: quiet.value}
            | ({"application_name": holder} if holder else {}),
        )
        self.waiting = 0  # callers who have not got a connection yet
        self._pinned: list[Connection] = []
        self._keeps_pinned = True

    async def pin(self) -> Connection:
        """Lend a connection that is to be given back by `unpin`, or by `release` after an error."""
        while self._pinned:
            connection = self._pinned.pop()
            if not connection.is_closed():
                return connection
            await self.release(connection)
        return await self.acquire()

    async def _acquire(self, timeout: float | None) -> Connection:  # noqa: ASYNC109 (asyncpg's)
        # Every way of asyncpg's to a connection leads through here; its stubs leave that out.
        self.waiting += 1
        try:
            connection: Connection = await super()._acquire(timeout)  # type: ignore[misc]
            return connection
        finally:
            self.waiting -= 1

    @property
    def in_use(self) -> int:
        """Give how many connections somebody has in hand."""
        return self.get_size() - self.get_idle_size() - len(self._pinned)

    async def unpin(self, connection: Connection) -> None:
        """Take a connection back, for the next who asks for a pinned one."""
        if self._keeps_pinned:
            self._pinned.append(connection)
        else:
            await self.release(connection)

    async def close(self) -> None:
        """Close all connections, once those that are lent have come back; never fails."""
        self._keeps_pinned = False
        # A goodbye that a dead server cannot hear: asyncpg has ended the connections by then.
        with suppress(*_OUTAGES):
            while self._pinned:
                await self.release(self._pinned.pop())
            await super().close()
        self.terminate()


_OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # A connection that ends between the two requests of one statement leaves asyncpg confused.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    # Two transactions that waited for each other: the one that was undone is asked again.
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)


def json_array(texts: Sequence[str]) -> str:
    """Give one JSON array of texts that are JSON already."""
    return f"[{','.join(texts)}]"


@asynccontextmanager
async def open_pool(
    dsn: str, *, size: int = _POOL_SIZE, quiet: Quiet = Quiet.NO, holder: str = ""
) -> AsyncIterator[Pool]:
    """Open a pool on a database; raises `Unavailable` when it cannot be reached.

    What is changed over it is told to other processes, except for what `quiet` says. `holder` is
    the name under which one process of many holds its leases.
    """
    try:
        pool = await Pool(dsn, size=size, quiet=quiet, holder=holder)
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


@asynccontextmanager
async def pinned(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a pinned connection for one statement; an outage inside becomes `Unavailable`."""
    try:
        connection = await pool.pin()
        try:
            yield connection
        except BaseException:
            await pool.release(connection)
            raise
        await pool.unpin(connection)
    except _OUTAGES as error:
        raise Unavailable("database", type(error).__name__) from error


@asynccontextmanager
async def by_index(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection in a transaction whose statements keep to the indexes, and their order.

    For tables that hold next to nothing one minute and a burst the next: a plan that was kept from
    the first, or made of what was counted then, reads or sorts all of the second. Each is planned
    anew, in half a millisecond.
    """
    async with connected(pool) as connection, connection.transaction():
        await connection.execute(_BY_INDEX)
        yield connection
