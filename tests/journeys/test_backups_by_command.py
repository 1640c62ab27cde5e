"""A backup by command, brought back by command: the same books, or an untouched database."""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded_cluster import APPLICATION_USER, SUPERUSER
from tests.builders.books import books_on, decided_long, known_token, meet
from tests.fixtures import other_database
from tests.journeys.processes import Forks

OTHER = "my-bot"
TABLES = ("users", "accounts", "transfers", "orders", "positions", "audit_log", "outbox", "alerts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """Where backups lie, and the two halves of the key."""

    folder: Path
    key: Path
    public: str

    def of(self, dsn: str) -> dict[str, str]:
        return {
            "DATABASE_URL": dsn,
            "BACKUP_DIR": str(self.folder),
            "BACKUP_RECIPIENTS": self.public,
            "MASTER_KEY": "0" * 64,
        }

    @property
    def backup(self) -> Path:
        (found,) = self.folder.glob("*.dump.age")
        return found


@pytest.fixture
async def safe(forks: Forks, tmp_path: Path) -> Safe:
    """A fresh pair of keys, made as an operator makes one."""
    key = tmp_path / "backup.key"
    code, said = await forks.run(["backup", "--new-key", str(key)], {})
    assert code == 0
    assert key.stat().st_mode & 0o077 == 0
    public = said.split("BACKUP_RECIPIENTS=")[1].split()[0]
    assert "AGE-SECRET-KEY" not in said
    return Safe(folder=tmp_path / "backups", key=key, public=public)


@pytest.fixture
async def elsewhere(postgres_dsn: str, tmp_path: Path) -> AsyncIterator[str]:
    """Another database, without a table."""
    name = f"restored_{os.getpid()}_{abs(hash(tmp_path))}"
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute(f'CREATE DATABASE "{name}"')
    yield other_database(postgres_dsn, name)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


async def contents(pool: Pool) -> dict[str, list[str]]:
    return {
        table: [row[0] for row in await pool.fetch(f"SELECT t::text FROM {table} t ORDER BY 1")]  # noqa: S608 (our own names)
        for table in TABLES
    }


async def tables_in(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        return int(
            await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        )
    finally:
        await connection.close()


async def trade(database: Pool) -> None:
    books = books_on(database)
    ann, token = await meet(books), await known_token(database)
    await books.book(*await decided_long(books, ann, token, request_id="tg:1"), [])


async def test_what_was_backed_up_comes_back_to_the_row_and_stays_append_only(
    forks: Forks, database: Pool, database_dsn: str, safe: Safe, elsewhere: str
) -> None:
    await trade(database)
    code, said = await forks.run(["backup", "--json"], safe.of(database_dsn))
    assert code == 0, said
    taken = json.loads(said)
    assert taken["kept"] == [safe.backup.name]
    assert safe.folder.stat().st_mode & 0o077 == 0
    assert safe.backup.stat().st_size == taken["size_bytes"]
    code, said = await forks.run(["backup", "--if-due", "--json"], safe.of(database_dsn))
    assert (code, json.loads(said).get("taken")) == (0, None), "this night's is there already"
    assert b"PGDMP" not in safe.backup.read_bytes(), "a dump in the clear begins with this"
    words = ["restore", str(safe.backup), "--key", str(safe.key), "--json"]
    code, said = await forks.run(words, safe.of(elsewhere))
    assert code == 0, said
    assert json.loads(said)["is_balanced"] is True
    async with open_pool(elsewhere, size=2) as restored:
        assert await contents(restored) == await contents(database)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await restored.execute("DELETE FROM transfers")
    # And never over what is there already.
    code, said = await forks.run(words, safe.of(elsewhere))
    assert code == 1
    assert "is not empty" in said


async def test_a_backup_of_a_server_that_marks_its_columns_comes_back(
    forks: Forks, database: Pool, database_dsn: str, safe: Safe, elsewhere: str
) -> None:
    await trade(database)
    # What PostgreSQL 15.20 leaves at each column, and its own pg_dump alone leaves out.
    owner = database_dsn.replace(f"//{APPLICATION_USER}@", f"//{SUPERUSER}@")
    connection = await asyncpg.connect(owner)
    await connection.execute(
        "UPDATE pg_attribute SET attoptions = '{pg_attver=26913888}'"
        " WHERE attrelid = 'positions'::regclass AND attnum > 0"
    )
    await connection.close()
    code, said = await forks.run(["backup"], safe.of(database_dsn))
    assert code == 0, said
    words = ["restore", str(safe.backup), "--key", str(safe.key)]
    code, said = await forks.run(words, safe.of(elsewhere))
    assert code == 0, said
    async with open_pool(elsewhere, size=2) as restored:
        assert await contents(restored) == await contents(database)


async def test_it_comes_back_append_only_for_an_owner_of_another_name(
    forks: Forks, database: Pool, database_dsn: str, safe: Safe, elsewhere: str
) -> None:
    await trade(database)
    code, said = await forks.run(["backup"], safe.of(database_dsn))
    assert code == 0, said
    # Whoever comes in there acts as another, who owns what they make.
    owner = await asyncpg.connect(elsewhere.replace(f"//{APPLICATION_USER}@", f"//{SUPERUSER}@"))
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(
        f'CREATE ROLE "{OTHER}"; GRANT "{OTHER}" TO {APPLICATION_USER};'
        f'GRANT ALL ON SCHEMA public TO "{OTHER}";'
        f'ALTER ROLE {APPLICATION_USER} IN DATABASE "{name}" SET role = "{OTHER}"'
    )
    try:
        words = ["restore", str(safe.backup), "--key", str(safe.key)]
        code, said = await forks.run(words, safe.of(elsewhere))
        assert code == 0, said
        async with open_pool(elsewhere, size=2) as restored:
            assert await restored.fetchval("SELECT current_user") == OTHER
            assert await contents(restored) == await contents(database)
            may = "SELECT has_table_privilege('transfers', $1)"
            assert await restored.fetchval(may, "INSERT") is True
            assert await restored.fetchval(may, "DELETE") is False
    finally:
        await owner.execute(
            f'ALTER ROLE {APPLICATION_USER} IN DATABASE "{name}" RESET role;'
            f'DROP OWNED BY "{OTHER}" CASCADE; DROP ROLE "{OTHER}"'
        )
        await owner.close()


async def test_a_changed_a_cut_and_a_foreign_backup_change_nothing(
    forks: Forks, database_dsn: str, safe: Safe, elsewhere: str, tmp_path: Path
) -> None:
    code, said = await forks.run(["backup", "--json"], safe.of(database_dsn))
    assert code == 0, said
    whole = safe.backup.read_bytes()
    middle = len(whole) // 2
    spoiled = {
        "changed": whole[:middle] + bytes((whole[middle] ^ 1,)) + whole[middle + 1 :],
        "changed at its end": whole[:-1] + bytes((whole[-1] ^ 1,)),
        "cut": whole[:middle],
        "empty": b"",
    }
    for name, content in spoiled.items():
        bad = tmp_path / "bad.dump.age"
        bad.write_bytes(content)
        words = ["restore", str(bad), "--key", str(safe.key)]
        code, said = await forks.run(words, safe.of(elsewhere))
        assert (name, code, await tables_in(elsewhere)) == (name, 1, 0)
        assert "nothing was restored" in said
    other = tmp_path / "other.key"
    await forks.run(["backup", "--new-key", str(other)], {})
    words = ["restore", str(safe.backup), "--key", str(other)]
    code, said = await forks.run(words, safe.of(elsewhere))
    assert (code, await tables_in(elsewhere)) == (1, 0)
    assert "AGE-SECRET-KEY" not in said


async def test_no_key_and_a_key_that_is_there_already_are_told_in_words(
    forks: Forks, database_dsn: str, safe: Safe
) -> None:
    without = {**safe.of(database_dsn), "BACKUP_RECIPIENTS": ""}
    code, said = await forks.run(["backup"], without)
    assert (code, "--new-key" in said) == (2, True)
    wrong = {**safe.of(database_dsn), "BACKUP_RECIPIENTS": "age1nonsense"}
    code, said = await forks.run(["backup"], wrong)
    assert (code, "no public key of age" in said) == (2, True)
    before = safe.key.read_bytes()
    code, said = await forks.run(["backup", "--new-key", str(safe.key)], {})
    assert (code, safe.key.read_bytes()) == (1, before)
