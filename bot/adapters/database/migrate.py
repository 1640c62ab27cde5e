"""Bring a database to the newest schema, up and down, and tell where it stands."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.adapters.database.schema import metadata
from bot.domain.errors import KitraderError, Unavailable

_ROOT = Path(__file__).parents[3]
BASE = "base"
# A migration that waits for a table makes everybody behind it wait as well: it gives up soon, and
# comes again.
_LOCK_PATIENCE_MS = 2_000
_TRIES, _PAUSE_SECONDS = 30, 0.5
_LOCK_NOT_AVAILABLE = "55P03"
_NOT_NOW = ("08", "53", "57P")  # classes: no connection, no room, stopping or starting
_SHOWN_LETTERS = 200
_INVALID = """
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relname = $1
"""


class MigrationFailed(KitraderError):
    """A revision cannot be carried out here; the text says which, why, and where the schema is."""


def engine_url(dsn: str) -> str:
    """Give SQLAlchemy's form of a PostgreSQL address, over asyncpg."""
    return "postgresql+asyncpg://" + dsn.split("://", 1)[-1]


def compares(_object: object, name: str | None, kind: str, _reflected: object, _to: object) -> bool:
    """Leave daily price partitions and Alembic's own table out of comparisons."""
    is_partition = (name or "").startswith("token_prices_") and kind == "table"
    return not is_partition and name != "alembic_version"


def _config(connection: Connection | None = None) -> Config:
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    return _scripts_in(_ROOT)


@cache
def _scripts_in(_root: Path) -> ScriptDirectory:
    # Each revision is a file to be run: once, for whoever asks where a database stands.
    return ScriptDirectory.from_config(_config())


def is_known(revision: str) -> bool:
    """Tell whether this version's code has a revision; one that it lacks is of a newer version."""
    return revision == BASE or any(
        script.revision == revision for script in _scripts().walk_revisions()
    )


@asynccontextmanager
async def _engine(dsn: str) -> AsyncIterator[AsyncEngine]:
    try:
        engine = create_async_engine(engine_url(dsn), poolclass=NullPool)
    except (ArgumentError, ValueError):
        # Its text would repeat the address, password and all.
        raise Unavailable("database", "DATABASE_URL is not a PostgreSQL address") from None
    try:
        yield engine
    except (OSError, TimeoutError, InterfaceError, OperationalError) as error:
        raise Unavailable("database", type(error).__name__) from error
    except asyncpg.PostgresError as error:
        raise Unavailable("database", type(error).__name__) from error
    except DBAPIError as error:
        # SQLAlchemy has no name of its own for a server that is full, or still starting.
        if not _sqlstate(error).startswith(_NOT_NOW):
            raise
        cause = getattr(error.orig, "__cause__", None) or error
        raise Unavailable("database", type(cause).__name__) from error
    finally:
        await engine.dispose()


def _sqlstate(error: Exception) -> str:
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


async def migrate(dsn: str, *, to: str = "head") -> str:
    """Move the schema to a revision (`head`, `base`, or one by name); gives where it ends.

    Beside a running bot: each revision is a transaction of its own, its `CONCURRENTLY` indexes are
    made before it, and none waits for a lock longer than two seconds at a time. A schema that is
    newer than this code is left as it is (docs/migrations.md). Raises `Unavailable` when the
    database does not let us in, or stays busy, and `MigrationFailed` where a revision fails.
    """
    async with _engine(dsn) as engine:
        async with engine.connect() as connection:
            found = await connection.run_sync(_current)
        if BASE in {to, found}:
            # Nobody works on it: all or nothing.
            with _failing_in_words(f"the way to {to}", found):
                return await _move(engine, to)
        if not is_known(found):
            return found
        reached = found
        for step in _steps(found, to):
            with _failing_in_words(f"revision {step}", reached):
                await _patiently(engine, step)
            reached = step
        async with engine.connect() as connection:
            return await connection.run_sync(_current)


@contextmanager
def _failing_in_words(what: str, before: str) -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, InterfaceError, OperationalError, Unavailable):
        raise
    except Exception as error:
        # A revision is code that may fail in any way, and whoever deploys it reads why.
        if _sqlstate(error).startswith((*_NOT_NOW, _LOCK_NOT_AVAILABLE)):
            raise
        raise MigrationFailed(
            f"{what} failed: {_reason(error)}. The schema is at {before} still, and a version that "
            "ran on that runs on (docs/migrations.md)"
        ) from error


def _reason(error: Exception) -> str:
    # The first line alone: what follows may show a row of somebody's.
    cause = getattr(getattr(error, "orig", None), "__cause__", None) or error
    said = f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}".rstrip(": ")
    statement = " ".join((getattr(error, "statement", None) or "").split())
    return f"{said}, in: {statement[:_SHOWN_LETTERS]}" if statement else said


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or BASE


def _steps(found: str, to: str) -> list[str]:
    scripts = _scripts()
    return [script.revision for script in scripts.iterate_revisions(to, found)][::-1]


async def _patiently(engine: AsyncEngine, step: str) -> None:
    for _ in range(_TRIES):
        try:
            await _build_indexes(engine, step)
            await _move(engine, step)
        except (asyncpg.LockNotAvailableError, DBAPIError) as error:
            if _sqlstate(error) != _LOCK_NOT_AVAILABLE:
                raise
        else:
            return
        await asyncio.sleep(_PAUSE_SECONDS)
    raise Unavailable("database", f"its tables stayed busy; revision {step} is not done")


async def _build_indexes(engine: AsyncEngine, step: str) -> None:
    """Make the indexes of a revision without holding anybody up; half a one is made anew."""
    script = _scripts().get_revision(step)
    wanted: Sequence[tuple[str, str]] = getattr(script.module, "CONCURRENTLY", ())
    if not wanted:
        return
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for name, definition in wanted:
            if (await connection.exec_driver_sql(_INVALID, (name,))).first():
                await connection.exec_driver_sql(f'DROP INDEX CONCURRENTLY "{name}"')
            await connection.exec_driver_sql(
                definition.replace("INDEX", f'INDEX CONCURRENTLY IF NOT EXISTS "{name}"', 1)
            )


async def _move(engine: AsyncEngine, to: str) -> str:
    def run(connection: Connection) -> str:
        if to == BASE:
            command.downgrade(_config(connection), to)
        else:
            command.upgrade(_config(connection), to)
        return _current(connection)

    async with engine.begin() as connection:
        # One migration at a time, whoever starts it.
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7102026)")
        await connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_LOCK_PATIENCE_MS}")
        return await connection.run_sync(run)


async def schema_state(dsn: str) -> tuple[str, str]:
    """Give the database's revision and the one that this code wants; raises `Unavailable`.

    They are the same where the database is ahead: a version before it can work with that.
    """
    async with _engine(dsn) as engine, engine.connect() as connection:
        found = await connection.run_sync(_current)
    return found, (_scripts().get_current_head() or BASE) if is_known(found) else found


async def schema_differences(dsn: str) -> list[object]:
    """Give what the models say that the database does not, and the other way about."""

    def run(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_object": compares, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))

    async with _engine(dsn) as engine, engine.connect() as connection:
        return await connection.run_sync(run)
