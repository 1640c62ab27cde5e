"""A folder in memory: copying a database there takes a tenth of what it takes on a busy disk."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own in it, made with mode 700)
_NAME = "kitrader-tests-"
_ROOM_BYTES = 2**30


@contextmanager
def folder_in_memory(*, otherwise: Path) -> Iterator[Path]:
    """Give a folder in memory for the length of a block, or the other where there is no room."""
    if not _has_room():
        yield otherwise
        return
    sweep_memory()
    folder = _MEMORY / f"{_NAME}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_memory() -> None:
    """Remove what test runs that were killed have left there."""
    for folder in _MEMORY.glob(f"{_NAME}*"):
        is_alive = Path("/proc", folder.name.removeprefix(_NAME)).exists()
        if not is_alive and folder.stat().st_uid == os.geteuid():
            shutil.rmtree(folder, ignore_errors=True)


def _has_room() -> bool:
    is_there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and Path("/proc/self").exists()
    return is_there and shutil.disk_usage(_MEMORY).free > _ROOM_BYTES
