"""Serve the bot's own PostgreSQL from DATA_DIR, for as long as the bot runs and no longer."""

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import asyncpg

from bot.adapters.database.embedded_account import WAY_OUT, server_environment
from bot.adapters.database.embedded_cluster import (
    APPLICATION_USER,
    SUPERUSER,
    Cluster,
    prepare_cluster,
    remove_socket_folder,
    socket_folder_of,
)
from bot.adapters.database.embedded_errors import EmbeddedPostgresError

__all__ = ["EmbeddedPostgresError", "EmbeddedServer", "embedded_postgres"]

# Recovery after a power cut reads at most max_wal_size, a gigabyte.
_START_TIMEOUT_SECONDS = 120
_STOP_LADDER = ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))
_LOG_LIMIT_BYTES = 10_000_000
_TAIL_BYTES = 4_000
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
NO_SERVER_SETTINGS: Mapping[str, str | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running server. The DSN suits asyncpg as it is and SQLAlchemy with its driver named."""

    dsn: str
    pid: int
    data_folder: Path
    log_file: Path


@contextlib.asynccontextmanager
async def embedded_postgres(
    data_dir: Path,
    *,
    database: str = "kitrader",
    settings: Mapping[str, str | None] = NO_SERVER_SETTINGS,
) -> AsyncIterator[EmbeddedServer]:
    """Run PostgreSQL on `data_dir` inside the block; create cluster and database on first use.

    One bot per folder. Whatever an earlier, killed bot left running there is stopped first, and
    nothing is left running afterwards: the server shuts down with the block, and by the kernel's
    hand when the thread of the event loop dies with the bot. `settings` are those of
    postgresql.conf, None for what its own files say. The bot's role owns the database and may
    create others; it is no superuser.

    Raises:
        EmbeddedPostgresError: it cannot start; the sentence says why and what to do.
    """
    if not _PLAIN_NAME.fullmatch(database):
        raise EmbeddedPostgresError(f"{database!r} is no database name: use a to z, 0 to 9 and _.")
    data_folder = _real(data_dir)
    with _only_user_of(data_folder):
        cluster = await asyncio.to_thread(_prepare, data_folder, settings)
        log_file = data_folder / "postgres.log"
        # Started on this thread: the kernel stops the server when the thread that began it ends.
        process = _start(cluster, log_file)
        try:
            await _make_database(cluster, process, log_file, database)
            yield EmbeddedServer(
                dsn=_address(cluster.socket_folder, database),
                pid=process.pid,
                data_folder=cluster.folder,
                log_file=log_file,
            )
        finally:
            await asyncio.to_thread(_stop, process)
            remove_socket_folder(cluster)


def running_dsn(data_dir: Path, database: str = "kitrader") -> str | None:
    """Give the address of the server that a running bot has on `data_dir`; None without a socket.

    A killed bot leaves its socket behind, so who is named here may not answer.
    """
    folder = socket_folder_of(_real(data_dir))
    return _address(folder, database) if (folder / ".s.PGSQL.5432").is_socket() else None


def superuser_dsn(data_dir: Path) -> str:
    """Give the address at which the server on `data_dir` is looked after, not used."""
    folder = socket_folder_of(_real(data_dir))
    return f"postgresql://{SUPERUSER}@/postgres?host={folder}&port=5432"


def _address(socket_folder: Path, database: str) -> str:
    return f"postgresql://{APPLICATION_USER}@/{database}?host={socket_folder}&port=5432"


def _real(data_dir: Path) -> Path:
    try:
        return data_dir.expanduser().resolve()
    except (OSError, RuntimeError) as error:
        raise EmbeddedPostgresError(f"DATA_DIR {data_dir} names no folder: {error}") from error


@contextlib.contextmanager
def _only_user_of(data_folder: Path) -> Iterator[None]:
    lock_file = data_folder / "postgres.lock"
    try:
        data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"Cannot write into DATA_DIR {data_folder}: {error.strerror}.",
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.read(lock, 20).decode(errors="replace").strip() or "unknown"
            raise EmbeddedPostgresError(
                f"Another Kitrader (process {owner}) already uses DATA_DIR {data_folder}. "
                "Stop it, or give this one a DATA_DIR of its own.",
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(lock)


def _prepare(data_folder: Path, settings: Mapping[str, str | None]) -> Cluster:
    try:
        return prepare_cluster(data_folder, settings=settings)
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL cannot be prepared in {data_folder}: {error}. {WAY_OUT}",
        ) from error


def _start(cluster: Cluster, log_file: Path) -> subprocess.Popen[bytes]:
    try:
        return _spawn(cluster, log_file)
    except OSError as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL cannot be started: {error}",
        ) from error


def _spawn(cluster: Cluster, log_file: Path) -> subprocess.Popen[bytes]:
    if log_file.exists() and log_file.stat().st_size > _LOG_LIMIT_BYTES:
        log_file.replace(log_file.with_suffix(".log.1"))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(log_file, flags, 0o600), "ab") as log:
        return subprocess.Popen(  # noqa: S603 - a fixed command on our own paths
            cluster.command,
            cwd="/",
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal is for the bot, which stops the server after its last commit.
            start_new_session=True,
        )


async def _make_database(
    cluster: Cluster, process: subprocess.Popen[bytes], log_file: Path, database: str
) -> None:
    connection = await _connect(cluster, process, log_file)
    try:
        role = "SELECT 1 FROM pg_roles WHERE rolname = $1"
        if not await connection.fetchval(role, APPLICATION_USER):
            await connection.execute(f"CREATE ROLE {APPLICATION_USER} LOGIN CREATEDB")
        known = "SELECT 1 FROM pg_database WHERE datname = $1"
        if not await connection.fetchval(known, database):
            await connection.execute(f'CREATE DATABASE "{database}" OWNER {APPLICATION_USER}')
    except (OSError, asyncpg.PostgresError) as error:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL could not make the database {database}: {error}",
            log_tail=_tail(log_file),
        ) from error
    finally:
        await connection.close()


async def _connect(
    cluster: Cluster, process: subprocess.Popen[bytes], log_file: Path
) -> "asyncpg.Connection[asyncpg.Record]":  # generic in its stubs only
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _START_TIMEOUT_SECONDS
    pause_seconds = 0.02
    while process.poll() is None and loop.time() < deadline:
        try:
            return await asyncpg.connect(
                host=str(cluster.socket_folder),
                port=5432,
                user=SUPERUSER,
                database="postgres",
                ssl=False,
            )
        except (OSError, asyncpg.CannotConnectNowError):
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 1.5, 0.5)
        except asyncpg.PostgresError as error:
            raise EmbeddedPostgresError(
                f"The embedded PostgreSQL turned us away: {error}", log_tail=_tail(log_file)
            ) from error
    ending = f"ended with code {process.returncode}" if process.returncode else "did not answer"
    raise EmbeddedPostgresError(
        f"The embedded PostgreSQL {ending} at its start: {_last_complaint(log_file)} "
        f"(see {log_file})",
        log_tail=_tail(log_file),
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, patience_seconds in _STOP_LADDER:
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_seconds)
            return


def _tail(log_file: Path) -> str:
    with contextlib.suppress(OSError):
        return log_file.read_bytes()[-_TAIL_BYTES:].decode(errors="replace")
    return ""


def _last_complaint(log_file: Path) -> str:
    lines = _tail(log_file).splitlines()
    fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
    return (fatal or lines or ["it wrote nothing"])[-1]
