"""Starts the command line as real processes, quickly: children of a warm parent."""

import asyncio
import itertools
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.bootstrap.settings import Settings

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_SECONDS = 180.0
ENDS_WITHIN_SECONDS = 60.0
_SECRETS = (
    "bot_token", "database_url", "webhook_secret", "master_key", "redis_url", "auth_password_hash",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Child:
    """One process of the product, with all that it wrote."""

    pid: int
    output: Path
    ended: "asyncio.Future[int]"

    def ask_to_stop(self) -> None:
        """Ask it to end, as systemd does."""
        os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Pull the plug."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    async def code(self) -> int:
        """Wait for its end and give its exit code; negative is the signal that ended it."""
        async with asyncio.timeout(ENDS_WITHIN_SECONDS):
            return await asyncio.shield(self.ended)

    def said(self) -> str:
        """Give what it wrote to output and errors."""
        return self.output.read_text("utf-8") if self.output.exists() else ""


@dataclass(slots=True, kw_only=True)
class Forks:
    """The warm parent seen from here."""

    process: asyncio.subprocess.Process
    folder: Path
    ends: "dict[int, asyncio.Future[int]]" = field(default_factory=dict)
    started: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def start(
        self,
        words: Sequence[str],
        environment: dict[str, str] | None = None,
        *,
        variants: Sequence[str] = (),
    ) -> Child:
        """Run `kitrader` with these words and no other environment than given."""
        output = self.folder / f"output-{next(self.numbers)}.txt"
        order = {
            "words": list(words),
            "environment": {"PATH": os.environ["PATH"]} | (environment or {}),
            "output": str(output),
            "folder": str(self.folder),
            "variants": list(variants),
        }
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        await self.process.stdin.drain()
        pid = await self.started.get()
        return Child(pid=pid, output=output, ended=self.ends[pid])

    async def run(
        self, words: Sequence[str], environment: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Run `kitrader` to its end; gives exit code and output."""
        child = await self.start(words, environment)
        return await child.code(), child.said()

    async def listen(self) -> None:
        """Take down what the parent tells, until it ends."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            event = json.loads(line)
            pid = event["pid"]
            if "code" in event:
                self.ends[pid].set_result(event["code"])
            else:
                self.ends[pid] = asyncio.get_running_loop().create_future()
                self.started.put_nowait(pid)


@asynccontextmanager
async def open_forks(folder: Path) -> AsyncIterator[Forks]:
    """Keep a warm parent for the length of a block; all its children end with it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.journeys.forks",
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    forks = Forks(process=process, folder=folder)
    listening = asyncio.get_running_loop().create_task(forks.listen())
    async with asyncio.timeout(STARTS_WITHIN_SECONDS):
        await forks.started.get()
    try:
        yield forks
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await listening


def environment_of(settings: Settings) -> dict[str, str]:
    """Spell settings as the environment variables that an operator would set."""
    given = settings.model_dump()
    plain = {
        name.upper(): ",".join(map(str, value))
        if isinstance(value, tuple | frozenset)
        else str(value)
        for name, value in given.items()
        if isinstance(value, str | int | float | tuple | frozenset) and not isinstance(value, bool)
    }
    secret = {name.upper(): getattr(settings, name).get_secret_value() for name in _SECRETS}
    return (
        plain
        | secret
        | {
            "BOT_TOKENS": ",".join(one.get_secret_value() for one in settings.bot_tokens),
            "SOLANA_RPC_URLS": ",".join(settings.rpc_urls()),
            "SOLANA_WS_URLS": ",".join(settings.ws_urls()),
        }
    )
