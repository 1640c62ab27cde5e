"""The operator's door as a process: help everywhere, exit codes, words and no tracebacks."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest

from tests.journeys.processes import ROOT, Forks, environment_of
from tests.journeys.town import Town, open_town

COMMANDS = ("demo", "run", "tour", "check", "decode", "ledger", "ledger check", "migrate")
WRONG_USAGE = ("", "fly", "run --fast", "ledger", "ledger mend", "decode", "demo --port many")


@pytest.mark.parametrize("command", ["", *COMMANDS])
async def test_every_command_explains_itself(forks: Forks, command: str) -> None:
    code, said = await forks.run([*command.split(), "--help"])
    assert code == 0
    assert said.startswith(f"usage: kitrader {command}".rstrip())


@pytest.mark.parametrize("words", WRONG_USAGE)
async def test_wrong_usage_is_told_and_exits_with_2(forks: Forks, words: str) -> None:
    code, said = await forks.run(words.split())
    assert code == 2
    assert "usage: kitrader" in said
    assert "Traceback" not in said


async def test_python_m_bot_is_the_same_door() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "--help", cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert said.startswith(b"usage: kitrader")


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ("webb", "'webb' is no role"),
        ("", "'' is no role"),
        ("web,", "'' is no role"),
        ("web, sender", "' sender' is no role"),
        ("web,sender,web", "web is there twice"),
        ("all,web", "all is every role"),
    ],
)
async def test_roles_that_cannot_be_are_refused_with_some_that_can(
    forks: Forks, roles: str, why: str
) -> None:
    code, said = await forks.run(["run", "--role", roles])
    assert code == 2
    assert why in said
    assert said.rstrip().endswith("several of the last four: web,sender")


async def test_several_roles_need_a_database_that_they_share(forks: Forks) -> None:
    code, said = await forks.run(["run", "--role", "sender,web"], {"BOT_TOKEN": "1:canary"})
    assert code == 2
    assert "--role web,sender needs DATABASE_URL" in said


async def test_run_without_a_token_says_where_to_get_one(forks: Forks) -> None:
    code, said = await forks.run(["run"])
    assert code == 2
    assert "@BotFather" in said
    assert "kitrader demo" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOG_LEVEL", "LOUD"),
        ("HTTP_PORT", "99999"),
        ("ADMIN_IDS", "ada"),
        ("PRICE_REFRESH_SECONDS", "nan"),
        ("LIVE_TRADING", "true"),  # and no signer
        ("WEBHOOK_URL", "https://example.org/hook"),
        ("SOLANA_RPC_URLS", ","),
        ("SOLANA_RPC_URLS", "not-a-url-canary"),
        ("DATABASE_URL", "mysql://canary@nowhere/none"),
    ],
)
async def test_a_wrong_setting_is_named_without_a_traceback(
    forks: Forks, name: str, value: str
) -> None:
    token = {"BOT_TOKEN": "1234567:AAcanaryAAcanaryAAcanaryAAcanaryAA0"}
    code, said = await forks.run(["run"], token | {name: value})
    assert code in {1, 2}
    assert name in said or name.partition("_")[0].lower() in said.lower()
    assert "Traceback" not in said
    assert "canary" not in said


async def test_check_finds_the_sandbox_well_and_says_what_to_do_where_it_is_not(
    database_dsn: str, forks: Forks, tmp_path: Path
) -> None:
    async with open_town(database_dsn) as town:
        environment = environment_of(town.settings())
        key = tmp_path / "key"
        key.write_text("ab" * 32)
        key.chmod(0o600)
        environment["MASTER_KEY_FILE"] = str(key)
        code, said = await forks.run(["check", "--live"], environment)
        assert code == 0, said
        lines = [line.split()[:2] for line in said.splitlines() if not line.startswith(" ")]
        assert ["ok", "database"] in lines
        assert ["ok", "telegram"] in lines
        assert ["ok", "swaps"] in lines
        assert ["ok", "landing"] in lines
        assert [line for line in lines if line[0] != "ok"] == []
        await town.break_rpc(2, dead=True)
        wrong = {"BOT_TOKEN": "1234567:AAwrong", "JUPITER_API_KEY": "wrong"}
        code, said = await forks.run(["check", "--live"], environment | wrong)
        assert code == 1
        assert "BAD  telegram" in said
        assert "BAD  rpc 2" in said
        assert "Jupiter: its key is refused" in said
        assert "1 of 2 endpoints tell their finalized block" in said
        assert "-> " in said


async def test_migrate_tells_where_the_schema_stands(database_dsn: str, forks: Forks) -> None:
    async with open_town(database_dsn) as town:
        environment = environment_of(town.settings())
        code, said = await forks.run(["migrate", "--check"], environment)
        assert code == 0
        assert said.endswith("(newest)\n")
        await drop_everything(town)
        code, said = await forks.run(["migrate", "--check"], environment)
        assert code == 1
        assert "schema base (newest is " in said
        assert (await forks.run(["ledger", "check"], environment))[0] in {1, 2}
        assert (await forks.run(["migrate"], environment))[0] == 0
        assert (await forks.run(["ledger", "check"], environment))[0] == 0


async def drop_everything(town: Town) -> None:
    await town.rows("DROP SCHEMA public CASCADE")
    await town.rows("CREATE SCHEMA public")


async def test_a_revision_that_fails_is_told_in_words_by_command(
    database_dsn: str, forks: Forks
) -> None:
    connection = await asyncpg.connect(database_dsn)
    await connection.execute("UPDATE alembic_version SET version_num = '0001'")
    await connection.close()
    code, said = await forks.run(["migrate"], {"DATABASE_URL": database_dsn})
    assert code == 1
    assert "kitrader migrate: revision 0002 failed: Duplicate" in said
    assert "Traceback" not in said
