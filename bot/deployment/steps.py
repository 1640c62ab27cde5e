"""Single steps of an installation, each of which says itself and does nothing twice."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.deployment.layout import DeploymentError, Layout


class Step(Protocol):
    """One thing that an installation makes."""

    def says(self, place: Layout) -> str:
        """Say it in a line, without any secret."""

    def is_done(self, place: Layout) -> bool:
        """Tell whether it is so already."""

    def do(self, place: Layout) -> None:
        """Make it so; raises `DeploymentError` or `OSError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder with its rights."""

    path: Path
    mode: int
    group: str = "root"

    def says(self, place: Layout) -> str:
        """Say it."""
        return f"folder   {place.seen(self.path)}  root:{self.group} {self.mode:04o}"

    def is_done(self, place: Layout) -> bool:
        """Tell whether it is there with these rights."""
        return self.path.is_dir() and _has_rights(place, self.path, self.mode, self.group)

    def do(self, place: Layout) -> None:
        """Make it."""
        self.path.mkdir(parents=True, exist_ok=True)
        _give_rights(place, self.path, self.mode, self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file with its rights; `is_kept` leaves the content of one that is there alone."""

    path: Path
    content: str
    mode: int = 0o644
    group: str = "root"
    is_kept: bool = False

    def says(self, place: Layout) -> str:
        """Say it, but not what is in it."""
        kept = ", kept as it is" if self.is_kept and self.path.exists() else ""
        return f"file     {place.seen(self.path)}  root:{self.group} {self.mode:04o}{kept}"

    def is_done(self, place: Layout) -> bool:
        """Tell whether it is there with this content and these rights."""
        if not self.path.is_file() or not _has_rights(place, self.path, self.mode, self.group):
            return False
        return self.is_kept or self.path.read_text("utf-8") == self.content

    def do(self, place: Layout) -> None:
        """Write it whole or not at all; nobody else can read it at any moment."""
        if not (self.is_kept and self.path.exists()):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(self.path.name + ".new")
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        _give_rights(place, self.path, self.mode, self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A file, link or folder that is there no more."""

    path: Path

    def says(self, place: Layout) -> str:
        """Say it."""
        return f"remove   {place.seen(self.path)}"

    def is_done(self, _place: Layout) -> bool:
        """Tell whether nothing is there."""
        return not (self.path.exists() or self.path.is_symlink())

    def do(self, _place: Layout) -> None:
        """Remove it."""
        if self.path.is_dir() and not self.path.is_symlink():
            shutil.rmtree(self.path)
        else:
            self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A symbolic link; its target may not be there yet."""

    path: Path
    target: str

    def says(self, place: Layout) -> str:
        """Say it."""
        return f"link     {place.seen(self.path)} -> {self.target}"

    def is_done(self, _place: Layout) -> bool:
        """Tell whether it leads there."""
        return self.path.is_symlink() and str(self.path.readlink()) == self.target

    def do(self, _place: Layout) -> None:
        """Make it, in place of another one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program of the system; `is_needed` looks first whether it has anything to do."""

    words: tuple[str, ...]
    is_needed: Callable[[], bool] = lambda: True
    may_fail: bool = False

    def says(self, _place: Layout) -> str:
        """Say it."""
        return f"command  {' '.join(self.words)}"

    def is_done(self, _place: Layout) -> bool:
        """Tell whether it has nothing to do."""
        return not self.is_needed()

    def do(self, _place: Layout) -> None:
        """Run it; its own words are the reason where it fails."""
        try:
            ran = subprocess.run(  # noqa: S603 - fixed words
                self.words, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise DeploymentError(f"{self.words[0]} cannot be run: {error.strerror}") from error
        if ran.returncode and not self.may_fail:
            said = (ran.stderr or ran.stdout).strip()
            raise DeploymentError(f"{' '.join(self.words)}: {said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something of our own, in words."""

    words: str
    done: Callable[[], bool]
    work: Callable[[], object]

    def says(self, _place: Layout) -> str:
        """Say it."""
        return self.words

    def is_done(self, _place: Layout) -> bool:
        """Tell whether it is so already."""
        return self.done()

    def do(self, _place: Layout) -> None:
        """Do it."""
        self.work()


def _has_rights(place: Layout, path: Path, mode: int, group: str) -> bool:
    found = path.stat()
    number = group_number(place, group)
    is_owned = os.geteuid() != 0 or number is None or (found.st_uid, found.st_gid) == (0, number)
    return is_owned and found.st_mode & 0o7777 == mode


def _give_rights(place: Layout, path: Path, mode: int, group: str) -> None:
    number = group_number(place, group)
    # Whoever lays out an image without being root owns it all; the builder of the image maps that.
    if os.geteuid() == 0 and number is not None:
        os.chown(path, 0, number)
    path.chmod(mode)


def group_number(place: Layout, group: str) -> int | None:
    """Give a group's number below the root; None where it has no such group yet."""
    try:
        lines = (place.root / "etc" / "group").read_text("utf-8").splitlines()
    except OSError:
        return 0 if group == "root" else None
    found = (line.split(":") for line in lines)
    numbers = [int(parts[2]) for parts in found if parts[0] == group]
    return numbers[0] if numbers else None
