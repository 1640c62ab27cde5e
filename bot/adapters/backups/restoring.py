"""Bring a backup back into an empty database, all of it or nothing."""

import subprocess
from pathlib import Path
from typing import IO, cast

import asyncpg
import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.programs import complaint_of, libpq_environment, started
from bot.domain.errors import Unavailable

_RESTORE = ("--no-owner", "--exit-on-error", "--single-transaction")
_TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


class BackupUnreadable(Exception):
    """A file that cannot be brought back; the text says why, and nothing has changed."""


class NewKey:
    """A fresh pair: `public` goes into the settings, `secret` to a safe place and nowhere else."""

    __slots__ = ("public", "secret")

    def __init__(self) -> None:
        identity = pyrage.x25519.Identity.generate()
        self.secret = str(identity)
        self.public = str(identity.to_public())

    def __repr__(self) -> str:
        """Name the public key alone."""
        return f"NewKey({self.public})"


def read_identity(path: Path) -> object:
    """Read age's secret key from a file, as age-keygen writes it; raises `BackupUnreadable`."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupUnreadable(f"the key's file {path} cannot be read") from error
    for line in lines:
        if line.strip().startswith("AGE-SECRET-KEY-"):
            try:
                return pyrage.x25519.Identity.from_str(line.strip())
            except pyrage.IdentityError as error:
                # Its own text would not be for a terminal: it may hold a part of the key.
                raise BackupUnreadable(f"{path} holds a secret key with a mistake") from error
    raise BackupUnreadable(f"{path} holds no line that begins with AGE-SECRET-KEY-")


async def is_empty(dsn: str) -> bool:
    """Tell whether a database has no tables yet; raises `Unavailable`."""
    try:
        connection = await asyncpg.connect(dsn)
        try:
            return bool(await connection.fetchval(_TABLES) == 0)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable("database", type(error).__name__) from error


def restore(backup: Path, identity: object, dsn: str) -> None:
    """Bring a backup back; blocks until it is done.

    Every piece is authenticated before it is used, and all is one transaction, so a file that was
    cut or changed leaves the database empty. Raises `BackupUnreadable`.
    """
    try:
        with backup.open("rb") as file:
            _restore_from(file.fileno(), identity, dsn)
    except OSError as error:
        raise BackupUnreadable(f"{backup}: {error.strerror or error}") from error


def _restore_from(handle: int, identity: object, dsn: str) -> None:
    # pg_restore takes the environment's word for everything but this.
    database = libpq_environment(dsn)["PGDATABASE"]
    arguments = (*_RESTORE, f"--dbname={database}")
    process = started("pg_restore", arguments, dsn, stdin=subprocess.PIPE)
    failure = ""
    try:
        # It was started with a pipe.
        with (
            open(handle, "rb", closefd=False) as sealed,
            cast("IO[bytes]", process.stdin) as opened,
        ):
            pyrage.decrypt_io(sealed, opened, [identity])
    except pyrage.DecryptError as error:
        # Before its input ends: what came so far must not be taken for all of it.
        process.kill()
        failure = f"it does not open with this key, or was changed ({error})"
    except OSError:
        failure = "PostgreSQL took no more of it"
    complaint = complaint_of(process)
    if process.returncode != 0 or failure:
        raise BackupUnreadable(failure if process.returncode < 0 else complaint)
