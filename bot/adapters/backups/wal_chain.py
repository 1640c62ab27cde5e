"""Which chain the log goes on in, and from where: the slot that keeps it on the server says so."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg

from bot.adapters.backups.sealed_files import sync_folder
from bot.adapters.backups.wal_process import STREAM_NAME
from bot.domain.archives import ChainName, read_archive_name, read_place, segment_at
from bot.domain.errors import Unavailable

_SLOT = (
    "SELECT active_pid, wal_status, restart_lsn::text AS place FROM pg_replication_slots "
    "WHERE slot_name = $1"
)
_CREATE = f"SELECT pg_create_physical_replication_slot('{STREAM_NAME}', true)"
_END_READER = (
    "SELECT pg_terminate_backend(active_pid, 2000) FROM pg_replication_slots "  # noqa: S608 (our name)
    f"WHERE slot_name = '{STREAM_NAME}' AND active_pid IS NOT NULL"
)
_DROP = (
    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "  # noqa: S608 (our name)
    f"WHERE slot_name = '{STREAM_NAME}'"
)
_NAMES = "synchronous_standby_names"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """The chain that the log goes on in, and the place from which on it is to be streamed."""

    chain: ChainName
    begin: int


class ServerHand:
    """What only the server's superuser may do: the slot, and what commits wait for.

    All raise `Unavailable("archive")`.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def wait_for_archive(self, *, is_on: bool) -> None:
        """Have commits wait until the archive has them, or no longer, from now on."""
        if is_on:
            change = f"ALTER SYSTEM SET {_NAMES} = '{STREAM_NAME}'"
        else:
            change = f"ALTER SYSTEM RESET {_NAMES}"
        await self._do(change, "SELECT pg_reload_conf()")

    async def place(self) -> int | None:
        """Give up to where the slot's log was archived; None where it has lost any of it."""
        try:
            connection = await asyncpg.connect(self._dsn)
            try:
                slot = await connection.fetchrow(_SLOT, STREAM_NAME)
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError) as error:
            raise Unavailable("archive", str(error)) from error
        if slot is None or slot["wal_status"] == "lost" or slot["place"] is None:
            return None
        return read_place(slot["place"])

    async def forget_slot(self) -> None:
        """Let the server keep no more log for an archive."""
        await self._do(_END_READER, _DROP)

    async def make_slot(self) -> int:
        """Have the server keep its log from here on; gives where that is."""
        await self._do(_CREATE)
        place = await self.place()
        if place is None:
            raise Unavailable("archive", "the slot was lost as soon as it was made")
        return place

    async def _do(self, *statements: str) -> None:
        try:
            connection = await asyncpg.connect(self._dsn)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()
        except (OSError, asyncpg.PostgresError) as error:
            raise Unavailable("archive", str(error)) from error


async def continued(hand: ServerHand, *, folder: Path, note: Path, now: datetime) -> Continuation:
    """Go on in the chain that `note` names, or begin one where the log has a gap since.

    Raises `Unavailable`, `OSError`.
    """
    place, chain = await hand.place(), _noted(note)
    if place is None or chain is None or not (folder / str(chain)).is_dir():
        await hand.forget_slot()
        chain = ChainName(begun_at=now.replace(microsecond=0), mark=secrets.token_hex(4))
        _make_folder(folder / str(chain))
        place = await hand.make_slot()
        _write_note(note, chain)
    # The server keeps whole segments, and a segment is sealed from its beginning.
    return Continuation(chain=chain, begin=segment_at(1, place).begin)


def _noted(note: Path) -> ChainName | None:
    try:
        name = read_archive_name(note.read_text("ascii").strip())
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return name if isinstance(name, ChainName) else None


def _write_note(note: Path, chain: ChainName) -> None:
    part = note.with_suffix(".new")
    part.write_text(f"{chain}\n", "ascii")
    part.replace(note)


def _make_folder(chain: Path) -> None:
    for folder in (chain.parent.parent, chain.parent, chain):
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            sync_folder(folder.parent)
    # Whatever a kill left half written is nobody's.
    for part in chain.parent.glob("*/*.part"):
        part.unlink(missing_ok=True)
