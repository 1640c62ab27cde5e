"""Bring a database to the newest schema, up and down, and tell where it stands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.adapters.database.schema import metadata
from bot.domain.errors import Unavailable

_ROOT = Path(__file__).parents[3]


def engine_url(dsn: str) -> str:
    """Give SQLAlchemy's form of a PostgreSQL address, over asyncpg."""
    return "postgresql+asyncpg://" + dsn.split("://", 1)[-1]


def compares(_object: object, name: str | None, kind: str, _reflected: object, _to: object) -> bool:
    """Leave daily price partitions and Alembic's own table out of comparisons."""
    is_partition = (name or "").startswith("token_prices_") and kind == "table"
    return not is_partition and name != "alembic_version"


def _config(connection: Connection) -> Config:
    config = Config(_ROOT / "alembic.ini")
    config.set_main_option("script_location", str(_ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


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
    finally:
        await engine.dispose()


async def migrate(dsn: str, *, to: str = "head") -> str:
    """Move the schema to a revision (`head`, `base`, or one by name); gives where it ends.

    Raises `Unavailable` when the database does not let us in.
    """

    def run(connection: Connection) -> str:
        config = _config(connection)
        if to == "base":
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)
        return MigrationContext.configure(connection).get_current_revision() or "base"

    async with _engine(dsn) as engine, engine.begin() as connection:
        # One migration at a time, whoever starts it.
        await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7102026)")
        return await connection.run_sync(run)


async def schema_state(dsn: str) -> tuple[str, str]:
    """Give the database's revision and the newest one; raises `Unavailable`."""

    def run(connection: Connection) -> tuple[str, str]:
        newest = ScriptDirectory.from_config(_config(connection)).get_current_head() or "base"
        return MigrationContext.configure(connection).get_current_revision() or "base", newest

    async with _engine(dsn) as engine, engine.connect() as connection:
        return await connection.run_sync(run)


async def schema_differences(dsn: str) -> list[object]:
    """Give what the models say that the database does not, and the other way about."""

    def run(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_object": compares, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))

    async with _engine(dsn) as engine, engine.connect() as connection:
        return await connection.run_sync(run)
