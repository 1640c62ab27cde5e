"""Starts programs apart from the benchmark, hears what they say, and leaves none behind."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped] # it brings none, and three figures need none

_PATIENCE_SECONDS = 15.0
_LINES_KEPT = 20
_MEGABYTE = 1_000_000


@dataclass(slots=True, kw_only=True)
class Program:
    """A program under way; both its outputs are read as lines."""

    pid: int
    started: float
    _process: asyncio.subprocess.Process
    _lines: list[tuple[float, str]] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def age_seconds(self) -> float:
        """Give the seconds since it was started."""
        return asyncio.get_running_loop().time() - self.started

    async def says(self, words: str) -> tuple[float, str]:
        """Wait for a line with these words; gives when it came, in seconds, and the line.

        Raises `ChildProcessError` with its last lines if it ends before that.
        """
        seen = 0
        while True:
            for seconds, line in self._lines[seen:]:
                if words in line:
                    return seconds, line
            seen = len(self._lines)
            if self._process.returncode is not None:
                last = [line for _, line in self._lines[-_LINES_KEPT:]]
                raise ChildProcessError("\n".join(last))
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._news.wait()

    async def hear(self, stream: asyncio.StreamReader | None) -> None:
        """Note what it says until the stream ends."""
        assert stream is not None
        async for line in stream:
            self._lines.append((self.age_seconds, line.decode(errors="replace").rstrip()))
            self._news.set()

    async def stop(self) -> None:
        """Ask it to end, and end it with its group if it does not."""
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._process.wait()
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        await self._process.wait()


@asynccontextmanager
async def program(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str]
) -> AsyncIterator[Program]:
    """Run a program for the length of a block, in a folder, with variables beside ours."""
    began = asyncio.get_running_loop().time()
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_MEGABYTE,
    )
    running = Program(pid=process.pid, started=began, _process=process)
    async with asyncio.TaskGroup() as group:
        listeners = [group.create_task(running.hear(s)) for s in (process.stdout, process.stderr)]
        try:
            yield running
        finally:
            await running.stop()
            for listener in listeners:
                listener.cancel()


def memory_mb(pid: int) -> float:
    """Give the resident memory of one process, without its children, in millions of bytes."""
    return float(psutil.Process(pid).memory_info().rss) / _MEGABYTE


def children_memory_mb(pid: int) -> float:
    """Give the memory of all its children; pages that they share count once (PSS)."""
    children = psutil.Process(pid).children(recursive=True)
    return sum(float(child.memory_full_info().pss) for child in children) / _MEGABYTE
