"""The moments at which a bot is killed, by name, as rules of the proxies it speaks through."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from tests.faults.proxy import FaultProxy, Moment, proxy_to_http, proxy_to_postgres

_STORING = r"INTO inbox\b"
_BOOKING = r"\bbook_\w+\("
_ANSWERING = r"\bclose_updates?\("
_MARKING = r"\bmark_sent\("


@dataclass(frozen=True, slots=True, kw_only=True)
class KillPoint:
    """A request of the bot on one of its lines, and which side of it the kill falls."""

    line: Literal["database", "telegram"]
    moment: Moment
    matching: str


KILL_POINTS: Mapping[str, KillPoint] = {
    "before the updates are stored": KillPoint(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_STORING
    ),
    "after the updates are stored, before the acknowledgement": KillPoint(
        line="database", moment=Moment.BEFORE_REPLY, matching=_STORING
    ),
    "before the booking": KillPoint(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_BOOKING
    ),
    "while the booking runs": KillPoint(
        line="database", moment=Moment.AFTER_REQUEST, matching=_BOOKING
    ),
    "after the booking's commit, before its reply": KillPoint(
        line="database", moment=Moment.BEFORE_REPLY, matching=_BOOKING
    ),
    "before sendMessage": KillPoint(
        line="telegram", moment=Moment.BEFORE_REQUEST, matching="/sendMessage$"
    ),
    "after sendMessage, before its reply": KillPoint(
        line="telegram", moment=Moment.BEFORE_REPLY, matching="/sendMessage$"
    ),
    "after sendMessage, before it is marked as sent": KillPoint(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_MARKING
    ),
    "after it is marked as sent": KillPoint(
        line="database", moment=Moment.BEFORE_REPLY, matching=_MARKING
    ),
}
SENT_TWICE = frozenset(
    {
        "after sendMessage, before its reply",
        "after sendMessage, before it is marked as sent",
    }
)
"""Where nobody can know whether Telegram has it, the message is sent again: at least once."""
AMBIGUOUS_WRITES = f"{_BOOKING}|{_ANSWERING}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The two lines of a bot that leave marks behind: to its database and to Telegram."""

    database: FaultProxy
    telegram: FaultProxy

    def settings(self) -> dict[str, object]:
        """Give the settings that send a bot through them."""
        return {"database_url": self.database.address, "bot_api_base": self.telegram.address}

    def kill_at(self, name: str, pid: int) -> asyncio.Event:
        """Kill a process when it next passes this point; the event is set at the kill."""
        point, struck = KILL_POINTS[name], asyncio.Event()

        def kill() -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            struck.set()

        line = self.database if point.line == "database" else self.telegram
        line.call(kill, point.moment, matching=point.matching)
        return struck

    def mend(self) -> None:
        """Lift every rule of both."""
        self.database.mend()
        self.telegram.mend()


@asynccontextmanager
async def lines_of(dsn: str, bot_api_base: str, *, seed: int) -> AsyncIterator[Lines]:
    """Stand before a database and a Bot API for the length of a block."""
    async with (
        proxy_to_postgres(dsn, seed=seed) as database,
        proxy_to_http(bot_api_base, seed=seed) as telegram,
    ):
        yield Lines(database=database, telegram=telegram)
