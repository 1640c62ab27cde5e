"""The embedded PostgreSQL starts anywhere, survives kills and leaves nothing behind."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.adapters.database.embedded import EmbeddedPostgresError, embedded_postgres
from bot.adapters.database.embedded_cluster import prepare_cluster

ROOT = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
BOT = """
import asyncio, pathlib, sys
from bot.adapters.database.embedded import embedded_postgres

async def main():
    async with embedded_postgres(pathlib.Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def private_home() -> Iterator[Path]:
    """Give a mode-700 folder of a short name, as a home is."""
    with tempfile.TemporaryDirectory(prefix="kit") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def data_dir(private_home: Path) -> Path:
    """Share one cluster, since making one takes most of a second."""
    return private_home / "data"


def _runs(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()  # a zombie has none
    except FileNotFoundError:
        return False


def _about(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8")


def _mode(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


def _wait_for(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happened()


async def _run(dsn: str, *statements: str) -> list[object]:
    connection = await asyncpg.connect(dsn)
    try:
        return [await connection.fetchval(statement) for statement in statements]
    finally:
        await connection.close()


def _modes_above(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_mode, path.stat().st_uid) for path in folder.parents}


async def test_server_answers_both_drivers_and_leaves_no_process_behind(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        answers = await _run(server.dsn, "SHOW data_checksums", "SHOW listen_addresses")
        engine = create_async_engine(make_url(server.dsn).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            database = await connection.scalar(text("SELECT current_database()"))
        await engine.dispose()
        assert _runs(server.pid)
    assert answers == ["on", ""]
    assert database == "kitrader"
    assert not _runs(server.pid)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


async def test_text_is_utf8_and_sorts_the_same_on_every_machine(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        found = await _run(
            server.dsn,
            "SHOW server_encoding",
            "SELECT datlocale FROM pg_database WHERE datname = current_database()",
            "SELECT upper('é')",
        )
    assert found == ["UTF8", "C.UTF-8", "É"]


async def test_role_of_the_bot_owns_its_database_and_is_no_superuser(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        found = await _run(
            server.dsn,
            "SHOW is_superuser",
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()",
        )
    assert found == ["off", "kitrader"]


async def test_secrets_of_the_bot_do_not_reach_the_server(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_TOKEN", "canary")
    async with embedded_postgres(data_dir) as server:
        try:
            environment = _about(server.pid, "environ")
        except PermissionError:
            pytest.skip("this system hides the environment of the server even from us")
    assert environment
    assert "canary" not in environment


async def test_settings_of_the_caller_count_but_cannot_open_the_door(data_dir: Path) -> None:
    settings = {"max_connections": "17", "hba_file": "elsewhere"}
    async with embedded_postgres(data_dir, settings=settings) as server:
        assert await _run(server.dsn, "SHOW max_connections") == ["17"]


async def test_committed_rows_survive_a_killed_postmaster(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        await _run(server.dsn, "CREATE TABLE kept (fact text)", "INSERT INTO kept VALUES ('here')")
        os.kill(server.pid, signal.SIGKILL)
        assert await asyncio.to_thread(_wait_for, lambda: not _runs(server.pid))
    assert (data_dir / "postgres" / "postmaster.pid").exists()
    async with embedded_postgres(data_dir) as server:
        assert await _run(server.dsn, "SELECT fact FROM kept") == ["here"]


async def test_killed_bot_takes_its_server_along_and_the_next_one_starts(data_dir: Path) -> None:
    if shutil.which("setpriv") is None:
        pytest.skip("without setpriv the kernel does not tie the server to the bot")
    server_pid = await asyncio.to_thread(_start_and_kill_a_bot, data_dir)
    assert await asyncio.to_thread(_wait_for, lambda: not _runs(server_pid))
    async with embedded_postgres(data_dir) as server:
        assert await _run(server.dsn, "SELECT 1") == [1]


def _start_and_kill_a_bot(data_dir: Path) -> int:
    with subprocess.Popen(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", BOT, str(data_dir)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as bot:
        assert bot.stdout is not None
        server_pid = int(bot.stdout.readline())
        assert _runs(server_pid)
        bot.kill()
    return server_pid


async def test_server_left_running_by_an_earlier_bot_is_replaced(data_dir: Path) -> None:
    cluster = await asyncio.to_thread(prepare_cluster, data_dir, settings={})
    pid_file = data_dir / "postgres" / "postmaster.pid"
    with subprocess.Popen(cluster.command, cwd="/", stderr=subprocess.DEVNULL) as left:  # noqa: S603, ASYNC220 - ours, at once
        assert await asyncio.to_thread(
            _wait_for, lambda: pid_file.exists() and "ready" in pid_file.read_text(encoding="utf-8")
        )
        async with embedded_postgres(data_dir) as server:
            assert server.pid != left.pid
            assert not _runs(left.pid)
            assert await _run(server.dsn, "SELECT 1") == [1]


async def test_pid_file_that_names_a_stranger_does_not_stop_the_start(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        os.kill(server.pid, signal.SIGKILL)
    pid_file = data_dir / "postgres" / "postmaster.pid"
    _, rest = pid_file.read_text(encoding="utf-8").split("\n", 1)
    command = ["sleep", "60"]
    with subprocess.Popen(command, user=pid_file.stat().st_uid) as stranger:  # noqa: S603, ASYNC220 - starts at once
        pid_file.write_text(f"{stranger.pid}\n{rest}", encoding="utf-8")
        async with embedded_postgres(data_dir) as server:
            assert await _run(server.dsn, "SELECT 1") == [1]
        assert stranger.poll() is None
        stranger.kill()


async def test_second_bot_on_one_folder_is_refused_by_name(data_dir: Path) -> None:
    async with embedded_postgres(data_dir) as server:
        with pytest.raises(EmbeddedPostgresError, match=rf"process {os.getpid()}\) already uses"):
            async with embedded_postgres(data_dir):
                pytest.fail("two servers on one folder")
        assert await _run(server.dsn, "SELECT 1") == [1]


async def test_cluster_half_made_by_a_killed_bot_is_made_anew(private_home: Path) -> None:
    half = private_home / "half" / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18", encoding="utf-8")
    async with embedded_postgres(private_home / "half", database="other") as server:
        assert await _run(server.dsn, "SELECT current_database()") == ["other"]
    assert not half.exists()


async def test_long_and_odd_path_gets_its_socket_elsewhere_and_leaves_none(
    data_dir: Path, private_home: Path
) -> None:
    long_dir = private_home / "a, b: c" / ("x" * 90)
    shutil.copytree(data_dir, long_dir)
    owner = (data_dir / "postgres").stat()
    async with embedded_postgres(long_dir) as server:
        socket_folder = Path(str(make_url(server.dsn).query["host"]))
        mode = _mode(socket_folder)
        assert await _run(server.dsn, "SELECT 1") == [1]
    assert mode == 0o700
    assert _mode(socket_folder) is None
    assert server.data_folder.stat().st_uid == owner.st_uid


@needs_root
async def test_root_runs_it_as_another_below_a_closed_home_whose_mode_stays(
    private_home: Path, data_dir: Path
) -> None:
    before = _modes_above(data_dir / "postgres")
    async with embedded_postgres(data_dir) as server:
        status = _about(server.pid, "status")
        assert await _run(server.dsn, "SELECT 1") == [1]
    assert _mode(private_home) == 0o700
    assert "\nUid:\t0\t" not in status
    assert "\nNoNewPrivs:\t1\n" in status
    assert _modes_above(data_dir / "postgres") == before


@needs_root
def test_plain_user_can_run_it() -> None:
    python = _python_for_everyone()
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, 65534, 65534)
        run = _run_as_plain_user(python, BOT, f"{folder}/data")
        assert run.returncode == 0, run.stderr
        assert not _runs(int(run.stdout))
        assert (Path(folder) / "data" / "postgres").stat().st_uid == 65534


def _run_as_plain_user(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return subprocess.run(  # noqa: S603 - an interpreter and our own script
        [*become, python, "-c", *arguments],
        cwd=ROOT,
        env={"PYTHONPATH": sysconfig.get_paths()["purelib"], "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _python_for_everyone() -> str:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        with contextlib.suppress(OSError):
            if _run_as_plain_user(python, "import bot, asyncpg").returncode == 0:
                return python
    return pytest.skip("an unprivileged account reaches no Python with our packages here")


async def test_folder_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "postgres" / "precious"
    precious.parent.mkdir()
    precious.write_text("mine", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError, match="not a database"):
        async with embedded_postgres(tmp_path):
            pytest.fail("started on somebody's files")
    assert precious.read_text(encoding="utf-8") == "mine"


async def test_cluster_of_another_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15\n", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 15.*pg_dump"):
        async with embedded_postgres(tmp_path):
            pytest.fail("started on another version")


async def test_server_that_will_not_start_says_why_and_keeps_its_words(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers") as caught:
        async with embedded_postgres(data_dir, settings={"shared_buffers": "nonsense"}):
            pytest.fail("started on nonsense")
    assert "FATAL" in caught.value.log_tail


@pytest.mark.parametrize("database", ["", 'x"; DROP', "Kitrader", "a" * 64])
async def test_name_that_would_need_quoting_is_no_database_name(
    tmp_path: Path, database: str
) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no database name"):
        async with embedded_postgres(tmp_path, database=database):
            pytest.fail("took a strange name")
