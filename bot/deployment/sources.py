"""Where a version comes from: a folder, a git checkout, or a packed file by its checksum."""

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from bot.deployment.layout import DeploymentError

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".env", ".*_cache", ".hypothesis", "__pycache__", "*.pyc", "data", "logs",
    ".complete",
)  # fmt: skip
_NEEDED = ("kitrader", "requirements.txt", "bot/__init__.py", "migrations")
_VERSION = re.compile(r'^__version__ = "([0-9A-Za-z.+-]{1,40})"$', re.MULTILINE)
_CHECKSUM = re.compile(r"^([0-9a-fA-F]{64})\b")


@contextmanager
def opened_source(path: Path, checksum: Path | None = None) -> Iterator[Path]:
    """Give a folder with a version's files, for the length of a block.

    `checksum` is a file as `sha256sum` writes it, for a packed file; one beside it with the ending
    `.sha256` counts by itself. Raises `DeploymentError` for what is no version, or not that one.
    """
    with tempfile.TemporaryDirectory(prefix="kitrader-") as made:
        folder = Path(made) / "version"
        if path.is_dir():
            if checksum is not None:
                raise DeploymentError("a checksum is of a packed file, and this is a folder")
            _copy_checkout(path, folder) if (path / ".git").exists() else copied(path, folder)
        elif path.is_file():
            _verify(path, checksum)
            folder = _unpacked(path, folder)
        else:
            raise DeploymentError(f"{path} is no installed version, no folder and no file")
        lacking = [name for name in _NEEDED if not (folder / name).exists()]
        if lacking:
            raise DeploymentError(f"{path} is no version of Kitrader: it lacks {lacking[0]}")
        yield folder


def copied(source: Path, target: Path) -> None:
    """Copy a version's files, without what a checkout gathers; all may read them, its owner write.

    Links are copied as what they lead to, so that a version stands alone.
    """
    shutil.copytree(source, target, ignore=_LEFT_OUT)
    for path in (target, *target.rglob("*")):
        is_program = path.is_dir() or os.access(path, os.X_OK)
        path.chmod(0o755 if is_program else 0o644)


def name_of(folder: Path) -> str:
    """Name a version: its number, and the begin of a checksum of all that it consists of."""
    found = _VERSION.search((folder / "bot" / "__init__.py").read_text("utf-8"))
    if found is None:
        raise DeploymentError("bot/__init__.py names no version")
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{found[1]}-{whole.hexdigest()[:8]}"


def extract(archive: tarfile.TarFile, target: Path) -> None:
    """Write an archive's files and folders below `target`, and nothing else anywhere.

    The filter of `tarfile` does more, but Python 3.11 has it only from 3.11.4. Raises
    `DeploymentError` for links, devices, and names that lead elsewhere.
    """
    target.mkdir(parents=True, exist_ok=True)
    for member in archive:
        name = PurePosixPath(member.name)
        is_plain = member.isfile() or member.isdir()
        if not is_plain or name.is_absolute() or ".." in name.parts:
            raise DeploymentError(f"{member.name} is no plain file within the version")
        path = target / name
        content = archive.extractfile(member)
        if content is None:
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _copy_checkout(path: Path, target: Path) -> None:
    """Take what is committed, and nothing that merely lies there."""
    target.mkdir()
    git = ["git", "-c", f"safe.directory={path.resolve()}", "-C", str(path)]
    try:
        with tempfile.TemporaryFile() as packed:
            subprocess.run([*git, "archive", "HEAD"], stdout=packed, check=True)  # noqa: S603
            packed.seek(0)
            with tarfile.open(fileobj=packed) as archive:
                extract(archive, target)
    except (OSError, subprocess.CalledProcessError) as error:
        raise DeploymentError(f"git could not hand out what is committed in {path}") from error


def _verify(path: Path, checksum: Path | None) -> None:
    beside = path.with_name(path.name + ".sha256")
    file = checksum or (beside if beside.is_file() else None)
    if file is None:
        return
    try:
        said = _CHECKSUM.match(file.read_text("utf-8"))
    except OSError as error:
        raise DeploymentError(f"{file}: {error.strerror}") from error
    if said is None:
        raise DeploymentError(f"{file} holds no SHA-256 checksum")
    with path.open("rb") as packed:
        found = hashlib.file_digest(packed, "sha256").hexdigest()
    if found != said[1].lower():
        raise DeploymentError(f"{path} is not the file that {file.name} speaks of: {found}")


def _unpacked(path: Path, target: Path) -> Path:
    try:
        with tarfile.open(path) as archive:
            extract(archive, target)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DeploymentError(f"{path} cannot be unpacked: {error}") from error
    inner = list(target.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else target
