"""Open a sealed base copy into a folder, and hold each file against the copy's own manifest.

Source: PostgreSQL 18, chapter 70 (backup manifest format).
"""

import hashlib
import os
import tarfile
import threading
import zlib
from pathlib import Path
from typing import IO, cast

import orjson
import pyrage  # type: ignore[import-untyped] # it brings none

from bot.adapters.backups.restoring import BackupUnreadable

_MANIFEST = "backup_manifest"
_READ_BYTES = 1 << 20


def open_base(base: Path, identity: object, cluster: Path) -> None:
    """Unpack a base copy into a folder that is empty; raises `BackupUnreadable`, `OSError`.

    Every piece is authenticated before it is unpacked, and the whole is held against the sizes and
    SHA-256 sums that PostgreSQL wrote when it was taken.
    """
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def decrypt() -> None:
        try:
            with base.open("rb") as sealed, os.fdopen(writing, "wb") as opened:
                pyrage.decrypt_io(sealed, opened, [identity])
        except (pyrage.DecryptError, OSError) as error:
            failures.append(error)

    thread = threading.Thread(target=decrypt)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as opened:
            sums = _unpack(opened, cluster)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        failures.append(error)
        sums = {}
    finally:
        thread.join()
    if failures:
        raise BackupUnreadable(f"{base.name} does not open with this key, or was changed or cut")
    _hold_against_manifest(base, cluster, sums)


def _unpack(opened: IO[bytes], cluster: Path) -> dict[str, tuple[int, str]]:
    sums = {}
    with tarfile.open(fileobj=opened, mode="r|gz") as archive:
        for member in archive:
            place = cluster / member.name
            if not place.resolve().is_relative_to(cluster.resolve()):
                raise tarfile.OutsideDestinationError(member, str(place))
            if member.isdir():
                place.mkdir(mode=0o700, parents=True, exist_ok=True)
            elif member.isfile():
                # A plain file has content.
                content = cast("IO[bytes]", archive.extractfile(member))
                sums[member.name] = _write(content, place)
            else:
                raise tarfile.SpecialFileError(member)
        # What follows the last file is read too, so that its end is authenticated.
        while opened.read(_READ_BYTES):
            pass
    return sums


def _write(content: IO[bytes], place: Path) -> tuple[int, str]:
    sha, size = hashlib.sha256(), 0
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(place, flags, 0o600), "wb") as file:
        while piece := content.read(_READ_BYTES):
            sha.update(piece)
            size += file.write(piece)
    return size, sha.hexdigest()


def _hold_against_manifest(base: Path, cluster: Path, sums: dict[str, tuple[int, str]]) -> None:
    try:
        manifest = orjson.loads((cluster / _MANIFEST).read_bytes())
        wanted = {file["Path"]: (file["Size"], file["Checksum"]) for file in manifest["Files"]}
    except (OSError, orjson.JSONDecodeError, KeyError) as error:
        raise BackupUnreadable(f"{base.name} has no manifest, so it is not whole") from error
    for path, expected in wanted.items():
        if sums.get(path) != expected:
            raise BackupUnreadable(f"{base.name}: {path} is not as PostgreSQL had it")
