"""End what an earlier bot, or a killed server, left running on our cluster.

Call only while holding the lock of the data folder: then no living bot uses these processes.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bot.adapters.database.embedded_errors import EmbeddedPostgresError

_PROCESSES = Path("/proc")
_POLL_SECONDS = 0.05
# Fast shutdown writes a checkpoint, immediate shutdown leaves it to recovery; then force.
_LADDER = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))


def stop_leftovers(cluster: Path, *, cluster_name: str) -> None:
    """Stop every server process of this cluster and clear a pid file that names a stranger.

    Blocks, at most about half a minute.

    Raises:
        EmbeddedPostgresError: something survives even SIGKILL.
    """
    for number, patience_seconds in _LADDER:
        if _signal(_server_processes(cluster, cluster_name), number):
            _wait_until_gone(cluster, cluster_name, patience_seconds)
    left = sorted(_server_processes(cluster, cluster_name))
    if left:
        raise EmbeddedPostgresError(
            f"An old PostgreSQL still runs on {cluster} and cannot be stopped (processes {left}).",
        )
    _forget_stranger(cluster / "postmaster.pid")


def _signal(found: Iterator[tuple[int, bool]], number: signal.Signals) -> bool:
    """Ask the postmaster alone to shut down, since it tells its children; end all the hard way."""
    targets = [pid for pid, is_head in found if is_head or number != signal.SIGINT]
    for pid in targets:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return bool(targets)


def _wait_until_gone(cluster: Path, cluster_name: str, patience_seconds: float) -> None:
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline and any(_server_processes(cluster, cluster_name)):
        time.sleep(_POLL_SECONDS)


def _server_processes(cluster: Path, cluster_name: str) -> Iterator[tuple[int, bool]]:
    """Yield (pid, is the postmaster) of each process of the cluster, by its command line.

    The command line is readable by everyone, unlike a process's folder or program. Children
    carry the cluster's name in theirs. Empty where there is no /proc.
    """
    data_option = b"\0-D\0" + os.fsencode(cluster) + b"\0"
    child_title = b"postgres: " + cluster_name.encode() + b": "
    for entry in _PROCESSES.glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:  # it has just ended
            continue
        is_head = command.partition(b"\0")[0].endswith(b"/postgres") and data_option in command
        if is_head or command.startswith(child_title):
            yield int(entry.parent.name), is_head


def _forget_stranger(pid_file: Path) -> None:
    """Drop a pid file whose number now belongs to another program (a reboot, a new container).

    PostgreSQL would refuse to start for it; a file that names a dead process it handles itself.
    """
    try:
        pid = abs(int(pid_file.read_text(encoding="utf-8").partition("\n")[0]))
    except (FileNotFoundError, ValueError):
        return
    if (_PROCESSES / str(pid)).exists():
        pid_file.unlink(missing_ok=True)
