"""The schema goes up, down and up again, and is what the models say."""

import asyncpg
import pytest

from bot.adapters.database.migrate import migrate, schema_differences, schema_state
from bot.domain.errors import Unavailable


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


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://u:canary@127.0.0.1:1/nowhere",
        "postgresql://u:canary@[::bad/x",
        "canary",
        "mysql://u:canary@localhost/x",
    ],
)
async def test_a_database_that_is_not_there_is_unavailable_without_its_address(dsn: str) -> None:
    with pytest.raises(Unavailable) as refused:
        await migrate(dsn)
    assert "canary" not in str(refused.value)
