"""The versions that are installed side by side, and the link that says which one serves."""

import os
import shutil
from pathlib import Path

from bot.deployment.layout import DeploymentError, Layout

COMPLETE = ".complete"
"""A file that is written last: a folder without it was cut off half way, and counts for nothing."""


class Versions:
    """What lies under `/opt/kitrader`."""

    def __init__(self, place: Layout) -> None:
        self._place = place

    def folder(self, name: str) -> Path:
        """Give where a version lies, or would."""
        return self._place.versions / name

    def is_complete(self, name: str) -> bool:
        """Tell whether a version is there as a whole."""
        return bool(name) and (self.folder(name) / COMPLETE).is_file()

    def names(self) -> list[str]:
        """List the whole versions, the one that was completed last at the end."""
        found = self._place.versions.glob(f"*/{COMPLETE}")
        return [path.parent.name for path in sorted(found, key=_completed_at)]

    def find(self, asked: str) -> str:
        """Give the version of a name, or the newest of a number; '' where there is none."""
        names = self.names()
        if asked in names:
            return asked
        return next((name for name in reversed(names) if name.rpartition("-")[0] == asked), "")

    def complete(self, name: str) -> None:
        """Say that a version is whole; what it consists of is on the disk by then."""
        if self._place.is_this_machine:
            os.sync()
        (self.folder(name) / COMPLETE).touch()

    def current(self) -> str:
        """Name the version that serves; '' where none was ever switched to."""
        try:
            return self._place.current.readlink().name
        except OSError:
            return ""

    def switch(self, name: str) -> None:
        """Let a version serve from the next start on; the link is never missing meanwhile."""
        if not self.is_complete(name):
            raise DeploymentError(f"{name} is not installed as a whole")
        beside = self._place.current.with_name("current.new")
        beside.unlink(missing_ok=True)
        # Relative, so that it holds in an image under another root.
        beside.symlink_to(Path(self._place.versions.name) / name)
        beside.replace(self._place.current)

    def prune(self, keep: int, *, spared: set[str]) -> list[str]:
        """Remove all but the newest `keep` old versions, and whatever was cut off; gives which."""
        old = [name for name in self.names() if name not in spared]
        gone = old[: max(0, len(old) - keep)]
        for path in sorted(self._place.versions.iterdir()):
            if path.name in gone or not (self.is_complete(path.name) or path.name in spared):
                self.remove(path.name)
        return gone

    def remove(self, name: str) -> None:
        """Remove a version, so that one that is half removed counts for nothing."""
        (self.folder(name) / COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(self.folder(name), ignore_errors=True)


def _completed_at(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.parent.name
