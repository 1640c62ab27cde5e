"""What is free on the disks that the bot writes to."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bot.domain.health import DiskSeen

_MEGABYTE = 1_000_000


class FolderDisks:
    """Implements `bot.ports.health.Disks`; a folder that is not there yet counts as its parent."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._folders = folders

    def look(self) -> Sequence[DiskSeen]:
        """Give what is free where each folder lies, under the name of its setting."""
        return [
            DiskSeen(folder=name, free_mb=shutil.disk_usage(there).free // _MEGABYTE)
            for name, folder in self._folders.items()
            if (there := _there(folder)) is not None
        ]


def _there(folder: Path) -> Path | None:
    whole = folder.absolute()
    return next((place for place in (whole, *whole.parents) if place.exists()), None)
