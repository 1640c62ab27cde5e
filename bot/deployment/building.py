"""Makes a version ready beside the others: its files, its packages, and nothing left to compile."""

import compileall
import os
import subprocess
from pathlib import Path

from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.sources import copied, name_of
from bot.deployment.versions import Versions

_HIDDEN_FROM_SERVICES = ("/home", "/root")
_LOCK = "requirements.txt"
_KEPT = ("PATH", "HOME", "LANG", "KITRADER_PYTHON", "SSL_CERT_FILE", "https_proxy", "HTTPS_PROXY")


def build(source: Path, place: Layout, *, environment: Path | None = None) -> str:
    """Install a version from its folder, unless it is there; gives its name.

    The packages come from those of a version with the same lock file, or from `environment` (a
    `.venv` that fits), else from the package index, by locked hashes. Raises `DeploymentError`.
    """
    versions = Versions(place)
    name = name_of(source)
    if versions.is_complete(name):
        return name
    target = versions.folder(name)
    versions.remove(name)
    place.versions.mkdir(parents=True, exist_ok=True)
    copied(source, target)
    _bring_packages(target, environment or _fitting(versions, target))
    _try(target)
    # Services cannot write here, so they would compile at every start.
    for part in ("bot", "migrations"):
        compileall.compile_dir(target / part, quiet=2, workers=1)
    if place.is_this_machine:
        _refuse_hidden_python(target)
    versions.complete(name)
    return name


def _fitting(versions: Versions, target: Path) -> Path | None:
    wanted = (target / _LOCK).read_bytes()
    for name in reversed(versions.names()):
        lock, found = versions.folder(name) / _LOCK, versions.folder(name) / ".venv"
        if lock.is_file() and lock.read_bytes() == wanted and found.is_dir():
            return found
    return None


def _bring_packages(target: Path, environment: Path | None) -> None:
    if environment is None:
        return
    # Hard links where they are possible: nothing is ever changed in a version.
    for how in ("-al", "-a"):
        words = ["cp", how, f"{environment.resolve()}/.", str(target / ".venv")]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:  # noqa: S603
            return
    raise DeploymentError(f"the packages in {environment} cannot be copied")


def _try(target: Path) -> None:
    """Have the launcher make what is missing, and the code say its version."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT or name.startswith("PIP_")
    }
    words = [str(target / "kitrader"), "--version"]
    ran = subprocess.run(  # noqa: S603 - the launcher of the version that is installed
        words, env=environment, cwd="/", capture_output=True, text=True, check=False, umask=0o022
    )
    if ran.returncode:
        said = (ran.stderr or ran.stdout).strip()
        raise DeploymentError(f"{target.name} does not start even to say its version:\n{said}")


def _refuse_hidden_python(target: Path) -> None:
    python = str((target / ".venv" / "bin" / "python").resolve())
    if python.startswith(tuple(f"{folder}/" for folder in _HIDDEN_FROM_SERVICES)):
        raise DeploymentError(
            f"services cannot see {python}. Install Python 3.11 or newer for the whole machine, "
            "and name it in KITRADER_PYTHON."
        )
