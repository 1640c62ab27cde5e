"""Bring a database to the newest schema, up and down, and tell where it stands."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.adapters.database.schema import metadata

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


async def migrate(dsn: str, *, to: str = "head") -> str:
    """Move the schema to a revision (`head`, `base`, or one by name); gives where it ends."""
    engine = create_async_engine(engine_url(dsn), poolclass=NullPool)

    def run(connection: Connection) -> str:
        config = _config(connection)
        if to == "base":
            command.downgrade(config, to)
        else:
            command.upgrade(config, to)
        return MigrationContext.configure(connection).get_current_revision() or "base"

    try:
        async with engine.begin() as connection:
            # One migration at a time, whoever starts it.
            await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7102026)")
            return await connection.run_sync(run)
    finally:
        await engine.dispose()


async def schema_state(dsn: str) -> tuple[str, str]:
    """Give the database's revision and the newest one."""
    engine = create_async_engine(engine_url(dsn), poolclass=NullPool)

    def run(connection: Connection) -> tuple[str, str]:
        newest = ScriptDirectory.from_config(_config(connection)).get_current_head() or "base"
        return MigrationContext.configure(connection).get_current_revision() or "base", newest

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(run)
    finally:
        await engine.dispose()


async def schema_differences(dsn: str) -> list[object]:
    """Give what the models say that the database does not, and the other way about."""
    engine = create_async_engine(engine_url(dsn), poolclass=NullPool)

    def run(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"include_object": compares, "compare_type": True}
        )
        return list(compare_metadata(context, metadata))

    try:
        async with engine.connect() as connection:
            return await connection.run_sync(run)
    finally:
        await engine.dispose()
