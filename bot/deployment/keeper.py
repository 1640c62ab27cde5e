"""Keeps one version running where there is no systemd: the current one, or one on trial."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.deployment.journal import write_whole
from bot.deployment.layout import Layout
from bot.deployment.units import settings_in
from bot.deployment.versions import Versions

_LOOK_SECONDS = 0.1
_STOP_SECONDS = 60.0
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 5.0)
_LONGEST_LOG = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A version to run in place of the current one, until a moment of this machine's uptime."""

    name: str
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the keeper runs: since how many starts, and how the last one before ended."""

    name: str = ""
    pid: int = 0
    starts: int = 0
    ended: int | None = None


def trial_file(place: Layout) -> Path:
    """Where a deployment says what is to be tried; a restart of the machine forgets it."""
    return place.passing / "kitrader" / "trial.json"


def status_file(place: Layout) -> Path:
    """Where the keeper says what it runs."""
    return place.passing / "kitrader" / "status.json"


def log_file(place: Layout) -> Path:
    """Where the output of what runs goes."""
    return place.passing / "kitrader" / "output.log"


def uptime() -> float:
    """Give the seconds since the machine started; setting its clock does not change them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def read_trial(place: Layout) -> Trial | None:
    """Give the trial that is to be run now; one whose time is over counts no more."""
    try:
        trial = Trial(**json.loads(trial_file(place).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return trial if uptime() < trial.until else None


def read_status(place: Layout) -> Status:
    """Give what the keeper runs; an empty status where none is at work."""
    try:
        return Status(**json.loads(status_file(place).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return Status()


def environment_of(place: Layout) -> dict[str, str]:
    """Give what a service's process gets: the settings, its folders, and where the secrets are."""
    base = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "DATA_DIR": str(place.state),
        "CREDENTIALS_DIRECTORY": str(place.settings),
        "KITRADER_SETTINGS": str(place.settings_file),
    }
    return {**base, **settings_in(place.settings_file)}


class Keeper:
    """Starts, restarts and replaces one process until told to stop."""

    def __init__(self, place: Layout, words: Sequence[str], more: Mapping[str, str]) -> None:
        self._place = place
        self._words = words
        self._more = more
        self._versions = Versions(place)
        self._process: subprocess.Popen[bytes] | None = None
        self._status = Status()
        self._again_at = 0.0
        self._is_stopping = False

    def run(self) -> None:
        """Keep a version running until SIGTERM or SIGINT."""
        status_file(self._place).parent.mkdir(parents=True, exist_ok=True)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        _end(read_status(self._place).pid)
        while not self._is_stopping:
            self._look()
            time.sleep(_LOOK_SECONDS)
        self._end()
        status_file(self._place).unlink(missing_ok=True)

    def _stop_soon(self, _number: int, _frame: object) -> None:
        self._is_stopping = True

    def _look(self) -> None:
        trial = read_trial(self._place)
        wanted = trial.name if trial else self._versions.current()
        if not wanted:
            return
        if wanted != self._status.name:
            self._end()
            self._status, self._again_at = Status(name=wanted), 0.0
        if self._process is not None and self._process.poll() is not None:
            self._note_end(self._process.returncode)
        if self._process is None and time.monotonic() >= self._again_at:
            self._start()

    def _start(self) -> None:
        log = log_file(self._place)
        if log.exists() and log.stat().st_size > _LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        self._place.state.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - the launcher of an installed version
                [str(self._versions.folder(self._status.name) / "kitrader"), *self._words],
                cwd=self._place.state,
                env={**environment_of(self._place), **self._more},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._tell(pid=self._process.pid, starts=self._status.starts + 1)

    def _note_end(self, code: int) -> None:
        self._process = None
        pause = _PAUSES_SECONDS[min(self._status.starts, len(_PAUSES_SECONDS)) - 1]
        self._again_at = time.monotonic() + pause
        self._tell(pid=0, starts=self._status.starts, ended=code)

    def _tell(self, *, pid: int, starts: int, ended: int | None = None) -> None:
        last = self._status.ended if ended is None else ended
        self._status = Status(name=self._status.name, pid=pid, starts=starts, ended=last)
        write_whole(status_file(self._place), json.dumps(asdict(self._status)))

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _end(pid: int) -> None:
    """End what a keeper that was killed left running, if that is still what the number names."""
    if not pid or not _is_ours(pid):
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + _STOP_SECONDS
        while _is_ours(pid) and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)
        os.kill(pid, signal.SIGKILL)


def _is_ours(pid: int) -> bool:
    try:
        return b"/versions/" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
