"""The bot's end of the archive's stream: starts its process, hears of it, frees what waits."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson
import structlog

from bot.adapters.backups.wal_chain import ServerHand, continued
from bot.adapters.backups.wal_process import Plan
from bot.domain.errors import Unavailable
from bot.ports.archive import StreamState
from bot.ports.clock import Clock

_AGAIN_SECONDS = 5.0
_SILENCE_SECONDS = 2.0
_END_SECONDS = 10.0
_PROJECT = Path(__file__).parents[3]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSettings:
    """Where the log comes from and goes to.

    With `waits`, no commit is acknowledged before the archive has it, as long as the archive is
    well; it is let go within 2 seconds of falling ill.
    """

    superuser_dsn: str
    socket_file: Path
    data_folder: Path
    folder: Path
    recipients: Sequence[str]
    waits: bool
    least_free_bytes: int


class WalStream:
    """Keeps a process that streams the log into the archive, for as long as the bot runs."""

    def __init__(self, settings: StreamSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._hand = ServerHand(settings.superuser_dsn)
        self._process: Process | None = None
        self._state = StreamState(
            chain=None, covered_at=None, is_awaited=False, failure="it has not begun yet"
        )

    @property
    def state(self) -> StreamState:
        """Give how it is now."""
        return self._state

    async def release(self) -> None:
        """Have no commit wait for the archive, whatever an earlier bot had asked for."""
        await self._hand.wait_for_archive(is_on=False)
        self._note(is_awaited=False)

    async def keep(self) -> None:
        """Run for ever; a stream that ends is begun anew after 5 seconds."""
        try:
            while True:
                try:
                    await self._stream()
                except (Unavailable, OSError) as error:
                    self._note(failure=str(error))
                _log.warning("archive_stream_ended", reason=self._state.failure)
                await self._let_go()
                await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            await self._let_go()

    async def end(self) -> None:
        """Take what the server has still to send, and end the process."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _stream(self) -> None:
        await self.end()
        goes_on = await continued(
            self._hand,
            folder=self._settings.folder,
            note=self._settings.data_folder / "archive.chain",
            now=self._clock.now(),
        )
        self._note(chain=goes_on.chain)
        chain = self._settings.folder / str(goes_on.chain)
        self._process = await self._started(chain, goes_on.begin)
        reading = self._process.stdout
        while reading is not None:
            try:
                line = await next_line(reading, _SILENCE_SECONDS)
            except TimeoutError:
                # A disk that hangs: whoever waits for it must not.
                self._note(failure="the archive's disk does not answer")
                await self._let_go()
                continue
            if not line:
                break
            await self._hear(orjson.loads(line))
        await self._process.wait()
        if not self._state.failure:
            self._note(failure="its process ended")

    async def _hear(self, said: dict[str, object]) -> None:
        if failure := said.get("failure"):
            self._note(failure=str(failure))
        elif said.get("is_level"):
            covered_at = said.get("covered_at")
            if isinstance(covered_at, str):
                self._note(covered_at=datetime.fromisoformat(covered_at), failure="")
            if self._settings.waits and not self._state.is_awaited:
                await self._hand.wait_for_archive(is_on=True)
                self._note(is_awaited=True)

    async def _let_go(self) -> None:
        if self._state.is_awaited:
            # Where the server is away nobody waits.
            with suppress(Unavailable):
                await self.release()

    async def _started(self, chain: Path, begin: int) -> Process:
        plan = Plan(
            socket_file=str(self._settings.socket_file),
            user="postgres",
            chain=str(chain),
            lock_file=str(self._settings.data_folder / "archive.lock"),
            begin=begin,
            recipients=tuple(self._settings.recipients),
            least_free_bytes=self._settings.least_free_bytes,
        )
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.adapters.backups.wal_process", plan.as_text()),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            # It has no business with our token and keys.
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(_PROJECT)},
            # Ctrl-C in the terminal is for the bot.
            start_new_session=True,
        )

    def _note(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type] # of its own fields


async def next_line(reading: asyncio.StreamReader, seconds: float) -> bytes:
    """Give the next line, empty at the end; raises `TimeoutError` after so long.

    Before Python 3.12 `asyncio.wait_for` forgets that it was cancelled where a line comes at the
    same moment, and whoever asked for the end waits for ever.
    """
    async with asyncio.timeout(seconds):
        return await reading.readline()
