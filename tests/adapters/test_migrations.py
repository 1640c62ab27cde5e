"""The schema goes up, down and up again, and is what the models say."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import bot.adapters.database.migrate as migrating
from bot.adapters.database.migrate import (
    MigrationFailed,
    migrate,
    schema_differences,
    schema_state,
)
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


async def test_a_database_without_room_for_one_more_is_unavailable(database_dsn: str) -> None:
    name = urlsplit(database_dsn).path.removeprefix("/")
    connection = await asyncpg.connect(database_dsn)
    await connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    await connection.close()
    with pytest.raises(Unavailable, match="TooManyConnectionsError"):
        await migrate(database_dsn)


FURTHER = """
from alembic import op
revision, down_revision = "9999", "{head}"
CONCURRENTLY = (("ix_orders_more", "CREATE INDEX ON orders (reason)"),)
def upgrade():
    op.execute("CREATE INDEX IF NOT EXISTS ix_orders_more ON orders (reason)")
"""
FAILING = """
from alembic import op
revision, down_revision = "9999", "{head}"
def upgrade():
    op.execute("CREATE TABLE once (a int UNIQUE)")
    {body}
"""
ROOT = Path(__file__).parents[2]


async def test_a_schema_newer_than_the_code_is_left_as_it_is(database_dsn: str) -> None:
    connection = await asyncpg.connect(database_dsn)
    await connection.execute("UPDATE alembic_version SET version_num = '9998'")
    await connection.close()
    assert await migrate(database_dsn) == "9998"
    assert await schema_state(database_dsn) == ("9998", "9998")
    assert not migrating.is_known("9998")


async def test_an_index_is_made_beside_who_writes_and_half_a_one_anew(
    database_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, head = await schema_state(database_dsn)
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    more = tmp_path / "migrations" / "versions" / "9999_more.py"
    more.write_text(FURTHER.format(head=head), "utf-8")
    monkeypatch.setattr(migrating, "_ROOT", tmp_path)
    connection = await asyncpg.connect(database_dsn)
    try:
        await _cut_off(connection)
        assert await migrate(database_dsn) == "9999"
        made = await connection.fetchrow(
            "SELECT indisvalid, indrelid = 'orders'::regclass FROM pg_index"
            " WHERE indexrelid = 'ix_orders_more'::regclass"
        )
        assert tuple(made) == (True, True)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            'op.execute("ALTER TABLE nowhere ADD x int")',
            r'UndefinedTableError: relation "nowhere" does not exist, in: ALTER TABLE nowhere ADD',
        ),
        ("op.there_is_no_such_thing()", r"AttributeError: .*there_is_no_such_thing"),
        (
            'op.execute("INSERT INTO once VALUES (7), (7)")',
            r"UniqueViolationError: duplicate key value violates .*, in: INSERT INTO once",
        ),
    ],
)
async def test_a_revision_that_fails_is_told_in_words_and_leaves_the_schema_where_it_was(
    body: str,
    said: str,
    database_dsn: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, head = await schema_state(database_dsn)
    shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    bad = tmp_path / "migrations" / "versions" / "9999_bad.py"
    bad.write_text(FAILING.format(head=head, body=body), "utf-8")
    monkeypatch.setattr(migrating, "_ROOT", tmp_path)
    with pytest.raises(MigrationFailed, match=f"^revision 9999 failed: {said}") as failed:
        await migrate(database_dsn)
    assert f"The schema is at {head} still," in str(failed.value)
    assert "already exists" not in str(failed.value)
    assert (await schema_state(database_dsn))[0] == head


async def _cut_off(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Leave what a build leaves that was cut off: an index that is there, and of no use."""
    await connection.execute("CREATE TABLE twice (a int)")
    await connection.execute("INSERT INTO twice VALUES (1), (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("CREATE UNIQUE INDEX CONCURRENTLY ix_orders_more ON twice (a)")
