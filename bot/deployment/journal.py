"""What a deployment under way has done, on the disk, and the lock that lets only one be at work."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.deployment.layout import DeploymentError, Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deployment of `name` over `before`; `done` are the steps that need not be done again."""

    name: str
    before: str
    done: tuple[str, ...] = ()


class Journal:
    """The one deployment that is under way, if any."""

    def __init__(self, place: Layout) -> None:
        self._path = place.journal

    def read(self) -> Entry | None:
        """Give what is under way; what cannot be read counts as nothing done."""
        try:
            found = json.loads(self._path.read_text("utf-8"))
            return Entry(name=found["name"], before=found["before"], done=tuple(found["done"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def note(self, entry: Entry, step: str = "") -> Entry:
        """Write down that a step is done; gives the entry with it."""
        if step:
            entry = replace(entry, done=(*entry.done, step))
        write_whole(self._path, json.dumps(asdict(entry)))
        return entry

    def close(self) -> None:
        """Nothing is under way any more."""
        self._path.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Put a text into a file so that whoever reads it sees all of it or what was there before."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


@contextmanager
def alone(place: Layout, *, waits: bool = False) -> Iterator[None]:
    """Hold the lock of deployments; it ends with the process, however that ends.

    Raises `DeploymentError` where another is at work, unless this one waits.
    """
    place.home.mkdir(parents=True, exist_ok=True)
    handle = os.open(place.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            raise DeploymentError("another deployment is at work here") from None
        yield
    finally:
        os.close(handle)
