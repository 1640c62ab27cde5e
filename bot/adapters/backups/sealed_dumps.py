"""Backups as files: PostgreSQL's dump, sealed by age for the operator's public keys as it comes."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.programs import complaint_of, started
from bot.adapters.backups.sealed_files import create_sealed, read_recipients, sync_folder
from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.adapters.database.migrate import schema_state
from bot.domain.backups import BackupName, read_backup_name
from bot.domain.errors import Unavailable

T = TypeVar("T")
_DUMP = (
    "--format=custom",
    "--no-owner",
    "--lock-wait-timeout=30s",
    # Read from the chain every minute, and many times the size of everything else.
    "--exclude-table-data-and-children=token_prices",
)


class SealedDumps:
    """Implements `BackupShelf`: files in a folder that only their owner can enter.

    Nothing is ever on the disk in the clear: the dump goes through age (X25519, ChaCha20-Poly1305,
    https://age-encryption.org/v1) on its way. A copy has its name only once it is whole and synced.
    """

    def __init__(self, *, dsn: str, folder: Path, recipients: Sequence[str]) -> None:
        """Raises `BadRecipientError`."""
        self._dsn = dsn
        self._folder = folder
        self._recipients = read_recipients(recipients)

    async def take(self, at: datetime) -> tuple[BackupName, int]:
        """Copy the database as it is at one moment."""
        schema, _ = await schema_state(self._dsn)
        name = BackupName(taken_at=at.replace(microsecond=0), schema=schema)
        return name, await _in_thread(lambda: self._write(name))

    async def kept(self) -> Sequence[BackupName]:
        """Give the whole copies that are there."""
        return await _in_thread(self._names)

    async def drop(self, name: BackupName) -> None:
        """Take a copy away."""
        await _in_thread(lambda: (self._folder / str(name)).unlink(missing_ok=True))

    def _names(self) -> list[BackupName]:
        if not self._folder.exists():
            return []
        found = (read_backup_name(path.name) for path in self._folder.iterdir())
        return sorted(name for name in found if name is not None)

    def _write(self, name: BackupName) -> int:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self._folder / str(name)
        part = place.with_name(f"{name}.part")
        # Whatever an earlier try left is nobody's.
        part.unlink(missing_ok=True)
        handle = create_sealed(part)
        try:
            with os.fdopen(handle, "wb") as file:
                self._dump_into(file.fileno())
                os.fsync(file.fileno())
                size_bytes = file.seek(0, os.SEEK_END)
            part.replace(place)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(self._folder)
        return size_bytes

    def _dump_into(self, handle: int) -> None:
        process = started("pg_dump", _DUMP, self._dsn, stdout=subprocess.PIPE)
        try:
            with os.fdopen(os.dup(handle), "wb") as file:
                pyrage.encrypt_io(process.stdout, file, self._recipients)
        except BaseException:
            process.kill()
            complaint_of(process)
            raise
        complaint = complaint_of(process)
        if process.returncode != 0:
            raise Unavailable("backup", complaint)


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, EmbeddedPostgresError) as error:
        raise Unavailable("backup", str(error)) from error
