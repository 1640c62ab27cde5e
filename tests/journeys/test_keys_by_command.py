"""`kitrader keys` as a process: rotation through kills, lost master keys, and nothing in plain."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.embedded import EmbeddedServer
from bot.adapters.vault.keyring import Keyring, keyring_from_folder, write_new_version
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey
from tests.builders.live_wallets import keep, kept
from tests.builders.memory_search import canaries_of, found_in_folder
from tests.builders.sealed_keys import older
from tests.journeys.processes import Forks

WALLETS, KILLS = 300, 2
PLAIN = "Canary Plain Name"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two master keys."""
    for version in (1, 2):
        write_new_version(tmp_path / "keys", version)
    return tmp_path / "keys"


@pytest.fixture
def environment(database_dsn: str, folder: Path) -> dict[str, str]:
    return {"DATABASE_URL": database_dsn, "MASTER_KEYS_DIR": str(folder)}


async def run(
    forks: Forks, words: str, environment: Mapping[str, str]
) -> tuple[int, dict[str, object]]:
    code, said = await forks.run(["keys", *words.split(), "--json"], dict(environment))
    return code, json.loads(said)


async def fill(pool: Pool, ring: Keyring, count: int) -> None:
    vault = SealedKeyVault(older(ring, 1))
    await keep(pool, [vault.create(1000 + number, 1) for number in range(count)])


async def done(pool: Pool) -> int:
    return int(await pool.fetchval("SELECT count(*) FROM live_wallets WHERE key_version = 2"))


def in_files(ring: Keyring, key: SealedKey) -> dict[str, bytes]:
    """Give the forms in which a key could get into a file."""
    forms = canaries_of(ring, [key]).items()
    return {
        f"{name} of version {key.key_version}": secret
        for name, secret in forms
        if name.endswith(("seed", "hex", "data key"))
    }


async def test_a_rotation_that_is_killed_goes_on_and_loses_no_key(
    database: Pool,
    folder: Path,
    environment: dict[str, str],
    forks: Forks,
    postgres: EmbeddedServer,
) -> None:
    ring = keyring_from_folder(folder)
    await fill(database, ring, WALLETS)
    before = await kept(database)
    wanted = in_files(ring, before[0])
    for _ in range(KILLS):
        child = await forks.start(["keys", "rotate", "--batch", "1"], environment)
        reached = await done(database) + 20
        while await done(database) < reached:  # noqa: ASYNC110 (another process's work)
            await asyncio.sleep(0.002)
        child.kill()
        assert await child.code() < 0, "it was killed amid the rotation"
        for key in await kept(database):
            SealedKeyVault(ring).check(key)
    log = {"LOG_DIR": str(folder.parent / "log")}
    code, told = await run(forks, "rotate", environment | log)
    assert (code, told["left"], told["faults"]) == (0, 0, [])
    assert "wallet_keys_rotated" in (folder.parent / "log" / "live.log").read_text()
    after = await kept(database)
    assert {key.key_version for key in after} == {2}
    assert [key.address for key in after] == [key.address for key in before]
    for key in after:
        SealedKeyVault(ring).check(key)
    await database.execute("UPDATE users SET first_name = $1 WHERE user_id = 1000", PLAIN)
    wanted |= in_files(ring, after[0]) | {"control": PLAIN.encode()}
    assert found_in_folder(postgres.data_folder, wanted) == {"control"}
    said = "".join(path.read_text() for path in forks.folder.glob("output-*.txt"))
    assert [name for name, secret in wanted.items() if secret in said.encode()] == []


async def test_what_is_missing_or_damaged_is_named_with_exit_code_1(
    database: Pool, folder: Path, environment: dict[str, str], forks: Forks
) -> None:
    ring = keyring_from_folder(folder)
    await fill(database, ring, 3)
    code, told = await run(forks, "status", environment)
    rows = told["versions"]
    assert isinstance(rows, list)
    assert code == 0
    assert [(row["version"], row["wallets"], row["is_newest"]) for row in rows] == [
        (1, 3, False),
        (2, 0, True),
    ]
    assert rows[0]["key_id"] == ring.key_id(1)
    (folder / "master-key-1").rename(folder / "put-away")
    code, told = await run(forks, "status", environment)
    assert (code, told["missing"]) == (1, [1])
    code, said = await forks.run(["keys", "status"], environment)
    assert "version 1: MISSING, 3 wallets" in said
    code, said = await forks.run(["keys", "rotate"], environment)
    assert (code, said.count("the master key of its version is not here")) == (1, 3)
    code, said = await forks.run(["keys", "new-version"], environment)
    assert (code, "wallets lie under master key 1, which is not here" in said) == (1, True)
    (folder / "put-away").rename(folder / "master-key-1")
    await database.execute("UPDATE live_wallets SET sealed = wrapped_key WHERE user_id = 1001")
    code, told = await run(forks, "check", environment)
    faults = told["faults"]
    assert isinstance(faults, list)
    assert (code, told["checked"]) == (1, 3)
    assert [(fault["user_id"], fault["fault"]) for fault in faults] == [(1001, "does_not_open")]


async def test_a_new_version_is_made_used_and_rotated_to(
    database: Pool, folder: Path, environment: dict[str, str], forks: Forks
) -> None:
    await fill(database, keyring_from_folder(folder), 3)
    code, told = await run(forks, "new-version", environment)
    assert (code, told["version"], told["copied"]) == (0, 3, [])
    assert told["key_id"] == keyring_from_folder(folder).key_id(3)
    code, told = await run(forks, "rotate", environment)
    assert (code, told["newest"], told["resealed"]) == (0, 3, 3)
    code, said = await forks.run(["keys", "check"], environment)
    assert (code, "3 of 3 keys open" in said) == (0, True)


async def test_a_single_file_grows_into_a_folder_without_losing_its_key(
    database: Pool, database_dsn: str, tmp_path: Path, forks: Forks
) -> None:
    (tmp_path / "old").mkdir()
    path = write_new_version(tmp_path / "old", 1)
    environment = {"DATABASE_URL": database_dsn, "MASTER_KEY_FILE": str(path)}
    await fill(database, keyring_from_folder(tmp_path / "old"), 2)
    code, said = await forks.run(["keys", "new-version"], environment)
    assert (code, "--into FOLDER, or MASTER_KEYS_DIR" in said) == (1, True)
    environment["MASTER_KEYS_DIR"] = str(tmp_path / "new")
    code, said = await forks.run(["keys", "new-version"], environment)
    assert (code, "copied version 1 beside it" in said) == (0, True)
    assert keyring_from_folder(tmp_path / "new").versions == (1, 2)
    code, told = await run(forks, "rotate", environment)
    assert (code, told["resealed"], told["left"]) == (0, 2, 0)


async def test_without_a_key_or_with_one_in_the_environment_it_says_what_to_do(
    database_dsn: str, tmp_path: Path, forks: Forks
) -> None:
    environment = {"DATABASE_URL": database_dsn}
    code, said = await forks.run(["keys", "check"], environment)
    assert (code, "new-version --into FOLDER" in said) == (1, True)
    code, told = await run(forks, "status", environment)
    assert (code, told["came_from"], told["versions"]) == (0, None, [])
    secret = "ca9a17" * 10 + "ca9a"
    code, said = await forks.run(["keys", "check"], environment | {"MASTER_KEY": secret})
    assert (code, "take no key from the environment" in said, secret in said) == (1, True, False)
    environment["MASTER_KEYS_DIR"] = str(tmp_path / "first")
    code, said = await forks.run(["keys", "status"], environment)
    assert (code, "the folder of master keys: FileNotFoundError" in said) == (1, True)
    environment["MASTER_KEY"] = secret
    code, told = await run(forks, "new-version", environment)
    assert (code, told["version"], told["copied"]) == (0, 1, [])
    assert (tmp_path / "first" / "master-key-1").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("words", ["", "turn", "rotate --batch 0", "rotate --batch x"])
async def test_wrong_usage_of_keys_exits_with_2(forks: Forks, words: str) -> None:
    code, said = await forks.run(["keys", *words.split()])
    assert (code, "usage: kitrader keys" in said) == (2, True)
