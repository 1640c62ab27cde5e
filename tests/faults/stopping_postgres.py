"""An embedded PostgreSQL that is stopped at once, as by a power cut, and started again."""

import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.database.embedded import NO_SERVER_SETTINGS, EmbeddedServer, embedded_postgres


@dataclass(slots=True, kw_only=True)
class StoppingPostgres:
    """A server in a folder; its address stays the same through every stop."""

    folder: Path
    settings: Mapping[str, str | None]
    stops: int = 0
    _server: EmbeddedServer | None = None
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def dsn(self) -> str:
        """Give its address; asserts that it runs."""
        assert self._server is not None
        return self._server.dsn

    async def start(self) -> None:
        """Start it; after a stop it recovers from its log first."""
        running = embedded_postgres(self.folder, settings=self.settings)
        self._server = await self._stack.enter_async_context(running)

    async def stop_at_once(self) -> None:
        """Do what `pg_ctl stop -m immediate` does: quit without a checkpoint or a goodbye."""
        assert self._server is not None
        os.kill(self._server.pid, signal.SIGQUIT)
        self.stops += 1
        await self.stop()

    async def stop(self) -> None:
        """Stop it as the bot does, or take away what is left of it."""
        await self._stack.aclose()
        self._server = None


@asynccontextmanager
async def stopping_postgres(
    folder: Path, settings: Mapping[str, str | None] = NO_SERVER_SETTINGS
) -> AsyncIterator[StoppingPostgres]:
    """Run a server for the length of a block, with the settings that the bot gives its own."""
    server = StoppingPostgres(folder=folder, settings=settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
