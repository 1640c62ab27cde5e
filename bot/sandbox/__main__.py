"""Runs a sandbox world as a process of its own: ``python -m bot.sandbox``."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import orjson
import uvloop

from bot.sandbox.world import sandbox_world
from bot.sandbox.world_options import CommandLine, read_command_line

PARENT_CHECK_SECONDS = 0.5
COULD_NOT_START = 1


def main() -> int:
    """Run until SIGTERM, SIGINT or the end of the parent process; gives the exit code."""
    command_line = read_command_line(sys.argv[1:])
    try:
        uvloop.run(_run(command_line, parent_pid=os.getppid()))
    except OSError as error:
        sys.stderr.write(f"the sandbox could not start: {error}\n")
        return COULD_NOT_START
    return 0


async def _run(command_line: CommandLine, *, parent_pid: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with sandbox_world(command_line.options) as world:
        _announce(orjson.dumps(world.to_ready()) + b"\n", command_line)
        while not stop.is_set() and os.getppid() == parent_pid:
            await _wait(stop)


async def _wait(stop: asyncio.Event) -> None:
    """Wait for the signal, but never longer than until the parent is looked at again."""
    try:
        async with asyncio.timeout(PARENT_CHECK_SECONDS):
            await stop.wait()
    except TimeoutError:
        return


def _announce(line: bytes, command_line: CommandLine) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    if command_line.ready_fd is not None:
        with os.fdopen(command_line.ready_fd, "wb") as pipe:
            pipe.write(line)
    if command_line.ready_file is not None:
        _write_whole(command_line.ready_file, line)


def _write_whole(path: Path, line: bytes) -> None:
    """Write beside and rename, so that a reader never sees half a line."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_bytes(line)
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
