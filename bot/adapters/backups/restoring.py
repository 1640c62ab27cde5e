"""Bring a backup back into an empty database, all of it or nothing."""

import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, cast

import asyncpg
import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.dump_script import for_server
from bot.adapters.backups.programs import complaint_of, started
from bot.domain.errors import Unavailable

_SCRIPT = ("--exit-on-error", "--file=-")
_TAKE = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-")
_ASK_VERSION = ("--no-psqlrc", "-At", "--command=SHOW server_version_num")
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
        why = getattr(error, "strerror", None) or "it is no text"
        raise BackupUnreadable(f"the key's file {path} cannot be read: {why}") from error
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
    version = _version_of(dsn)
    script = started("pg_restore", _SCRIPT, dsn, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    taker = started("psql", _TAKE, dsn, stdin=subprocess.PIPE)
    opened = _Opening(handle, identity, script)
    opened.start()
    try:
        try:
            cast("IO[bytes]", taker.stdin).writelines(for_server(version, script.stdout or ()))
        except OSError:
            # The database takes no more; its own words say why.
            taker.wait()
            script.kill()
        opened.join()
        unreadable = complaint_of(script)
        if script.returncode != 0 or opened.failure:
            # Before its input ends: what came so far must not be taken for all of it.
            taker.kill()
    except BaseException:
        script.kill()
        taker.kill()
        raise
    with suppress(OSError):
        cast("IO[bytes]", taker.stdin).close()
    complaint = complaint_of(taker)
    if opened.failure:
        raise BackupUnreadable(opened.failure)
    if taker.returncode > 0:
        raise BackupUnreadable(complaint)
    if script.returncode != 0 or taker.returncode != 0:
        raise BackupUnreadable(unreadable)


class _Opening(Thread):
    """Opens the sealed file into the program that reads it; `failure` says why it could not."""

    def __init__(self, handle: int, identity: object, reader: "subprocess.Popen[bytes]") -> None:
        super().__init__(name="opening a backup", daemon=True)
        self._handle = handle
        self._identity = identity
        self._reader = reader
        self.failure = ""

    def run(self) -> None:
        """Open all of it, or kill the reader."""
        try:
            with (
                open(self._handle, "rb", closefd=False) as sealed,
                cast("IO[bytes]", self._reader.stdin) as opened,
            ):
                pyrage.decrypt_io(sealed, opened, [self._identity])
        except pyrage.DecryptError as error:
            self._reader.kill()
            self.failure = f"it does not open with this key, or was changed ({error})"
        except OSError:
            # It ended before its input did, and says why.
            return


def _version_of(dsn: str) -> int:
    asked = started("psql", _ASK_VERSION, dsn, stdout=subprocess.PIPE)
    said = asked.stdout.read() if asked.stdout else b""
    complaint = complaint_of(asked)
    if asked.returncode != 0:
        raise BackupUnreadable(complaint)
    return int(said)
