"""Deploys under `kitrader keep`: plain processes, for tests and for machines without systemd."""

import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.deployment.journal import write_whole
from bot.deployment.keeper import (
    Trial,
    environment_of,
    log_file,
    read_status,
    status_file,
    trial_file,
    uptime,
)
from bot.deployment.layout import DeploymentError, Layout
from bot.deployment.runner import Ran
from bot.deployment.units import settings_in
from bot.deployment.versions import Versions

_PORT = "8081"
_MOST_STARTS = 2
_TAKEN_UP_SECONDS = 90.0
_LOOK_SECONDS = 0.05
_LAST_BYTES = 2_000


class ProcessRunner:
    """Tells a keeper what to run, by files; the keeper ends a trial that nobody confirms."""

    def __init__(self, place: Layout) -> None:
        self._place = place
        self._versions = Versions(place)

    def inside(self, name: str, words: Sequence[str]) -> Ran:
        """Run a command as the kept process is run."""
        self._place.state.mkdir(parents=True, exist_ok=True)
        ran = subprocess.run(  # noqa: S603 - the launcher of an installed version
            [str(self._versions.folder(name) / "kitrader"), *words],
            cwd=self._place.state,
            env=environment_of(self._place),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(code=ran.returncode, said=(ran.stdout + ran.stderr).strip())

    def try_version(self, name: str, seconds: float) -> None:
        """Have the keeper run it; waits until it was started."""
        file = trial_file(self._place)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(asdict(Trial(name=name, until=uptime() + seconds))))
        self._await_start(name)

    def confirm(self) -> None:
        """Forget the trial: the current version is what is running."""
        trial_file(self._place).unlink(missing_ok=True)

    def give_up(self) -> None:
        """Forget the trial, and wait until the keeper has started the current version."""
        trial_file(self._place).unlink(missing_ok=True)
        self._await_start(self._versions.current())

    def trouble(self) -> str:
        """Say where a process ended again and again."""
        status = read_status(self._place)
        if status.starts >= _MOST_STARTS and status.ended is not None:
            return f"it ended {status.starts - 1} times, at last with code {status.ended}"
        return ""

    def doors(self) -> Sequence[str]:
        """Give the one door of the one process."""
        port = settings_in(self._place.settings_file).get("OPERATIONS_PORT") or _PORT
        return (f"http://127.0.0.1:{port}",)

    def last_words(self) -> str:
        """Give the end of its output."""
        return _tail(log_file(self._place))

    def _await_start(self, name: str) -> None:
        until = time.monotonic() + _TAKEN_UP_SECONDS
        while (status := read_status(self._place)).name != name or not status.starts:
            if time.monotonic() > until or not status_file(self._place).parent.is_dir():
                raise DeploymentError(
                    f"nobody starts {name}: is 'kitrader keep' running on this folder?"
                )
            time.sleep(_LOOK_SECONDS)


def _tail(log: Path) -> str:
    try:
        return log.read_bytes()[-_LAST_BYTES:].decode("utf-8", "replace").strip()
    except OSError:
        return ""
