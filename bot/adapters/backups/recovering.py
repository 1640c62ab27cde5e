"""Bring the archive back into an empty data folder, to a moment: all of it or nothing."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from bot.adapters.backups.base_opening import open_base
from bot.adapters.backups.log_opening import LogOpening, in_words
from bot.adapters.backups.restoring import BackupUnreadable
from bot.adapters.backups.sealed_files import sync_folder
from bot.adapters.backups.wal_archive import chains_in
from bot.adapters.database.embedded import embedded_postgres
from bot.adapters.database.embedded_cluster import stop_old_server
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.domain.archives import BaseName, ChainName, base_for
from bot.ports.archive import ChainFiles

_WORKPLACE = "restoring"
_TOO_SHORT = "recovery ended before configured recovery target was reached"
_LAST_ORDER = (
    "SELECT user_id, mode, season, number, action, state, decided_at FROM orders "
    "ORDER BY decided_at DESC, user_id, mode, season, number DESC LIMIT 1"
)
_ASK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a moment is brought back from."""

    chain: ChainName
    base: BaseName


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A server on what was brought back: the last commit in it, and the last order in words."""

    dsn: str
    choice: Choice
    archive_reaches: datetime
    last_commit: datetime | None
    last_order: str


def chosen(chains: Sequence[ChainFiles], to: datetime | None) -> Choice:
    """Choose the newest base copy from which a moment can be reached; raises `BackupUnreadable`."""
    for chain in reversed(chains):
        base = base_for(chain.bases, to)
        if base is not None:
            return Choice(chain=chain.name, base=base)
    oldest = min((base.taken_at for chain in chains for base in chain.bases), default=None)
    if oldest is None:
        raise BackupUnreadable("there is no base copy of the database in the archive")
    raise BackupUnreadable(f"the archive begins at {in_words(oldest)}, after that moment")


@asynccontextmanager
async def recovered(
    archive: Path,
    identity: object,
    workplace: Path,
    to: datetime | None,
    *,
    database: str = "kitrader",
) -> AsyncIterator[Recovered]:
    """Serve, inside the block, a cluster that is as the archived one was at a moment.

    `workplace` is an empty folder; its `postgres` is the cluster, and is left there. Raises
    `BackupUnreadable`, `EmbeddedPostgresError`, `OSError`.
    """
    choice = chosen(chains_in(archive), to)
    chain, cluster = archive / str(choice.chain), workplace / "postgres"
    cluster.mkdir(mode=0o700)

    def unpack() -> datetime:
        # The log first: most of what can be wrong shows there.
        log = cluster / "pg_wal"
        log.mkdir(mode=0o700)
        reach = LogOpening(chain, choice.base, identity, to).open_into(log)
        open_base(chain / str(choice.base), identity, cluster)
        (cluster / "recovery.signal").touch(mode=0o600)
        return reach

    reach = await asyncio.to_thread(unpack)
    async with AsyncExitStack() as stack:
        dsn = await _served(stack, workplace, to, database)
        last_commit, last_order = await _ending(dsn)
        yield Recovered(
            dsn=dsn,
            choice=choice,
            archive_reaches=reach,
            last_commit=last_commit,
            last_order=last_order,
        )


@contextmanager
def empty_place(data_folder: Path, *, besides: Path) -> Iterator[Path]:
    """Give a workplace in a data folder that holds nothing but perhaps `besides`.

    What a killed restore left is cleared first. Afterwards the workplace is gone. Raises
    `BackupUnreadable` where there is anything else, or somebody else at work.
    """
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data_folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupUnreadable(f"another restore is at work in {data_folder}") from error
        workplace = data_folder.resolve() / _WORKPLACE
        ours = {workplace, besides.resolve()}
        foreign = sorted(p.name for p in data_folder.resolve().iterdir() if p not in ours)
        if foreign:
            raise BackupUnreadable(
                f"{data_folder} is not empty ({', '.join(foreign[:3])}), and nothing in it is "
                "touched: name another DATA_DIR"
            )
        with cleared(workplace):
            yield workplace
    finally:
        os.close(handle)


@contextmanager
def cleared(workplace: Path) -> Iterator[None]:
    """Have an empty folder there inside the block, and none afterwards."""
    _clear(workplace)
    workplace.mkdir(mode=0o700)
    try:
        yield
    finally:
        _clear(workplace)


def settle(workplace: Path, data_folder: Path) -> None:
    """Move a cluster that was brought back to where the bot looks for it, in one step."""
    (workplace / "postgres").rename(data_folder / "postgres")
    sync_folder(data_folder)


def _clear(workplace: Path) -> None:
    if workplace.exists():
        stop_old_server(workplace)
        shutil.rmtree(workplace)


def _recovery(to: datetime | None) -> dict[str, str | None]:
    words: dict[str, str | None] = {
        # All of the log lies in the cluster already.
        "restore_command": "false",
        "recovery_target_action": "promote",
        "hot_standby": "on",
    }
    return words if to is None else {**words, "recovery_target_time": to.isoformat()}


async def _served(
    stack: AsyncExitStack, workplace: Path, to: datetime | None, database: str
) -> str:
    try:
        return await stack.enter_async_context(_opened(workplace, to, database))
    except (EmbeddedPostgresError, OSError, asyncpg.PostgresError):
        log = (workplace / "postgres.log").read_text("utf-8", errors="replace")
        if to is None or _TOO_SHORT not in log:
            raise
    # Nothing was committed between that moment and the end of the log.
    return await stack.enter_async_context(_opened(workplace, None, database))


@asynccontextmanager
async def _opened(workplace: Path, to: datetime | None, database: str) -> AsyncIterator[str]:
    async with embedded_postgres(workplace, database=database, settings=_recovery(to)) as server:
        await _wait_until_open(server.dsn)
        yield server.dsn


async def _wait_until_open(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        # The server tells nobody when it has done.
        while await connection.fetchval("SELECT pg_is_in_recovery()"):  # noqa: ASYNC110
            await asyncio.sleep(_ASK_AGAIN_SECONDS)
    finally:
        with suppress(OSError, asyncpg.PostgresError):
            await connection.close()


async def _ending(dsn: str) -> tuple[datetime | None, str]:
    connection = await asyncpg.connect(dsn)
    try:
        last_commit = await connection.fetchval("SELECT pg_last_xact_replay_timestamp()")
        order = await connection.fetchrow(_LAST_ORDER)
    finally:
        await connection.close()
    if order is None:
        return last_commit, ""
    who = f"user {order['user_id']}, {order['mode']}, season {order['season']}"
    what = f"order {order['number']} ({order['action']}, {order['state']})"
    return last_commit, f"{what} of {who}, at {in_words(order['decided_at'])}"
