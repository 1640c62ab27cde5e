"""Deploys under `kitrader keep`: plain processes, for tests and for machines without systemd."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict

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
_OF_A_TERMINAL = ("HOME", "LANG", "TERM")


class ProcessRunner:
    """Tells a keeper what to run, by files; the keeper ends a trial that nobody confirms."""

    def __init__(self, place: Layout) -> None:
        self._place = place
        self._versions = Versions(place)
        self._said_before_bytes = 0

    def inside(self, name: str, words: Sequence[str]) -> Ran:
        """Run a command as the kept process is run."""
        self._place.state.mkdir(parents=True, exist_ok=True)
        ran = subprocess.run(  # noqa: S603 - the launcher of an installed version
            self._command(name, words),
            cwd=self._place.state,
            env=environment_of(self._place),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(code=ran.returncode, said=(ran.stdout + ran.stderr).strip())

    def inside_terminal(self, name: str, words: Sequence[str]) -> int:
        """Run a command so that a person sees it, in the folder they are in; gives its exit code.

        Of a person's own environment it gets what a terminal needs, and none of their settings.
        """
        self._place.state.mkdir(parents=True, exist_ok=True)
        theirs = {name: os.environ[name] for name in _OF_A_TERMINAL if name in os.environ}
        environment = {**theirs, **environment_of(self._place)}
        command = self._command(name, words)
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - the same

    def try_version(self, name: str, seconds: float) -> None:
        """Have the keeper run it; waits until it was started."""
        file = trial_file(self._place)
        file.parent.mkdir(parents=True, exist_ok=True)
        self._said_before_bytes = len(_output(self._place))
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
            ends = status.starts - 1
            times = "once" if ends == 1 else f"{ends} times, at last"
            return f"it ended {times} with code {status.ended}"
        return ""

    def doors(self) -> Sequence[str]:
        """Give the one door of the one process."""
        port = settings_in(self._place.settings_file).get("OPERATIONS_PORT") or _PORT
        return (f"http://127.0.0.1:{port}",)

    def last_words(self) -> str:
        """Give the end of what was said since a version was tried."""
        said = _output(self._place)
        # A log that was begun anew meanwhile is shorter.
        since = said[self._said_before_bytes :] or said
        last = since[-_LAST_BYTES:]
        whole = last if last == since else last.partition(b"\n")[2]
        return whole.decode("utf-8", "replace").strip()

    def _command(self, name: str, words: Sequence[str]) -> list[str]:
        return [str(self._versions.folder(name) / "kitrader"), *words]

    def _await_start(self, name: str) -> None:
        until = time.monotonic() + _TAKEN_UP_SECONDS
        while (status := read_status(self._place)).name != name or not status.starts:
            if time.monotonic() > until or not status_file(self._place).parent.is_dir():
                raise DeploymentError(
                    f"nobody starts {name}: is 'kitrader keep' running on this folder?"
                )
            time.sleep(_LOOK_SECONDS)


def _output(place: Layout) -> bytes:
    try:
        return log_file(place).read_bytes()
    except OSError:
        return b""
