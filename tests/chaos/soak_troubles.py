"""What goes wrong around a bot that runs for hours: each trouble begins, lasts, and is over."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.redis_server import RedisServer
from tests.faults.sandbox_switches import BotApiFaults, RpcFaults
from tests.faults.stopping_postgres import StoppingPostgres
from tests.journeys.people import Wire
from tests.journeys.variants import CLOCK_FILE

_LAGGING_SLOTS = 300
_STEP_SECONDS = 20
_LOG_VOLUME_MEGABYTES = 64
_CHUNK = 1 << 20

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How one begins, and how it ends."""

    begin: Act
    end: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a bot stands on; `logs` is a small volume of its own, `clock` the folder of its clock.

    `redis` and `logs` are None where there is none: then nothing befalls them. Where the bot
    `is_split`, PostgreSQL is back at once: processes whose leases lapse begin anew, by design.
    """

    wire: Wire
    server: StoppingPostgres
    redis: RedisServer | None
    logs: Path | None
    clock: Path
    is_split: bool = False


def troubles(around: Around) -> Mapping[str, Trouble]:
    """Give every trouble by its name."""
    telegram = BotApiFaults(wire=around.wire)
    first, second = (RpcFaults(wire=around.wire, number=number) for number in (1, 2))
    both = _both(first.mend, second.mend)
    found = {
        "one RPC endpoint dead": Trouble(begin=first.die, end=first.mend),
        "every RPC endpoint hangs": Trouble(begin=_both(first.hang, second.hang), end=both),
        "RPC lags behind": Trouble(begin=lambda: first.lag(_LAGGING_SLOTS), end=first.mend),
        "RPC answers nonsense": Trouble(begin=_both(first.garble, second.garble), end=both),
        "PostgreSQL stopped at once": _stopped(around),
        "Telegram answers 429": Trouble(begin=lambda: telegram.flood(rate=0.5), end=telegram.mend),
        "Telegram away": Trouble(begin=telegram.fail, end=telegram.mend),
        "Telegram hangs": Trouble(begin=telegram.hang, end=telegram.mend),
        "Telegram's answers lost": Trouble(
            begin=lambda: telegram.lose_replies(rate=0.3, methods=["sendMessage"]),
            end=telegram.mend,
        ),
        "clock set forward": _stepped(around.clock, _STEP_SECONDS),
        "clock set back": _stepped(around.clock, -_STEP_SECONDS),
    }
    if around.redis is not None:
        found["Redis killed"] = Trouble(begin=around.redis.kill, end=around.redis.start)
    if around.logs is not None:
        found["log volume full"] = _filled(around.logs)
    return found


@asynccontextmanager
async def log_volume() -> AsyncIterator[Path | None]:
    """Lend a small file system for logs, None where this user may mount none."""
    with tempfile.TemporaryDirectory() as name:
        size = f"size={_LOG_VOLUME_MEGABYTES}m"
        words = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", name]
        mounted = await asyncio.to_thread(_runs, words)
        try:
            yield Path(name) if mounted else None
        finally:
            if mounted:
                await asyncio.to_thread(_runs, ["umount", "--lazy", name])


def _stopped(around: Around) -> Trouble:
    """Away for long it ends processes that hold leases, which is told apart: see `is_split`."""
    if not around.is_split:
        return Trouble(begin=around.server.stop_at_once, end=around.server.start)

    async def restart() -> None:
        await around.server.stop_at_once()
        await around.server.start()

    return Trouble(begin=restart, end=_nothing)


async def _nothing() -> None:
    return None


def _both(one: Act, other: Act) -> Act:
    async def act() -> None:
        await one()
        await other()

    return act


def _stepped(folder: Path, seconds: int) -> Trouble:
    async def step(to: int) -> None:
        await asyncio.to_thread((folder / CLOCK_FILE).write_text, str(to), "ascii")

    return Trouble(begin=lambda: step(seconds), end=lambda: step(0))


def _filled(volume: Path) -> Trouble:
    ballast = volume / "ballast"

    async def fill() -> None:
        await asyncio.to_thread(_fill, ballast)

    async def empty() -> None:
        await asyncio.to_thread(ballast.unlink)

    return Trouble(begin=fill, end=empty)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (_CHUNK, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError:
                continue


def _runs(words: list[str]) -> bool:
    done = subprocess.run(words, check=False, capture_output=True)  # noqa: S603 (our own words)
    return done.returncode == 0
