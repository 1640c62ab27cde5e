"""The schema goes up, down and up again, and is what the models say."""

import asyncpg

from bot.adapters.database.migrate import migrate, schema_differences, schema_state


async def test_migrations_go_up_down_and_up(database_dsn: str) -> None:
    assert await migrate(database_dsn, to="base") == "base"
    connection = await asyncpg.connect(database_dsn)
    left = await connection.fetchval(
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'public' AND relname NOT LIKE 'alembic%'"
    )
    functions = await connection.fetchval(
        "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
        " WHERE nspname = 'public'"
    )
    await connection.close()
    assert (left, functions) == (0, 0)
    newest = await migrate(database_dsn)
    assert await schema_state(database_dsn) == (newest, newest)


async def test_the_models_equal_the_database(database_dsn: str) -> None:
    assert await schema_differences(database_dsn) == []
