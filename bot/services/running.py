"""What those who run the bot see and say in chat: sums, health, log lines, settings, broadcasts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot import __version__
from bot.domain.admin_reports import AdminDay
from bot.domain.health import Check, Proof, Proved
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.observability.log_ring import LogLine, LogRing
from bot.ports.clock import Clock
from bot.ports.groups import BroadcastAnswer, BroadcastBook, GroupBook, Totals
from bot.services.health import HealthView
from bot.services.operations import Operations
from bot.services.price_board import PriceBoard
from bot.services.views import OutsideView
from bot.services.well_being import WellBeing

MOST_LINES, FEW_LINES = 50, 20
_ALL_LINES = 100_000
_LOGGER = re.compile(r'"logger": ?"(?:bot\.)?(\w+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the whole is: every check, those that are silenced, and the outside in figures.

    `elsewhere` is what admins were told that fails and this process finds well, or does not look
    at: another process of many does.
    """

    view: HealthView
    silenced: Mapping[Check, datetime]
    outside: OutsideView
    elsewhere: Mapping[Check, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsAsked:
    """Which log lines: of at least a level, of one part of the bot or of all, that hold a text."""

    level: int
    component: str = ""
    text: str = ""
    count: int = FEW_LINES


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """How the machine runs: `orders_today` by mode, and what `/health` judges, in figures."""

    version: str
    up_seconds: float
    day: AdminDay
    view: HealthView
    outside: OutsideView
    proved: Mapping[Proof, Proved]


class RunningBot:
    """The use cases of those who run the bot; figures are sums, and nobody is named."""

    def __init__(
        self,
        *,
        book: GroupBook,
        broadcasts: BroadcastBook,
        operations: Operations,
        board: PriceBoard,
        clock: Clock,
        logs: LogRing,
        well_being: WellBeing,
        settings: Sequence[tuple[str, str]],
    ) -> None:
        self._book = book
        self._broadcasts = broadcasts
        self._operations = operations
        self._board = board
        self._clock = clock
        self._logs = logs
        self._well_being = well_being
        self._settings = tuple(settings)

    async def totals(self, user: User) -> Totals:
        """Give sums over everybody's present seasons."""
        user.require(Permission.OPERATE)
        return await self._book.totals()

    async def works(self, user: User) -> Works:
        """Give today so far, and how the machine runs."""
        user.require(Permission.OPERATE)
        day = await self._well_being.reports.view(user, is_yesterday=False)
        return Works(
            version=__version__,
            up_seconds=self._well_being.pulse.up_seconds,
            day=day,
            view=self._well_being.health.view(),
            outside=self._operations.outside(),
            proved=day.stored.proved,
        )

    def symbol(self, token_id: int) -> str:
        """Give what a token is called."""
        token = self._board.tokens.get(token_id)
        return token.symbol if token is not None else str(token_id)

    async def health(self, user: User) -> Health:
        """Give every check as it was found last, and of many processes what others have found."""
        user.require(Permission.OPERATE)
        health, alarms = self._well_being.health, self._well_being.alarms
        told = await alarms.standing() if health.is_one_of_many else {}
        view = health.view()
        seen = {each.check for each in view.failing()}
        return Health(
            view=view,
            silenced=alarms.silenced(),
            outside=self._operations.outside(),
            elsewhere={check: since for check, since in told.items() if check not in seen},
        )

    async def logs(self, user: User, asked: LogsAsked) -> Sequence[LogLine]:
        """Give the last log lines that were asked for, redacted as they were written."""
        user.require(Permission.READ_LOGS)
        found = self._logs.last(_ALL_LINES, level=asked.level, text=asked.text)
        if asked.component:
            found = [line for line in found if component_of(line) == asked.component]
        return found[-asked.count :]

    async def settings(self, user: User) -> Sequence[tuple[str, str]]:
        """Give the settings that are in force; of secrets only whether they are set."""
        user.require(Permission.OPERATE)
        return self._settings

    async def receivers(self, user: User) -> int:
        """Count whom a broadcast would reach."""
        user.require(Permission.BROADCAST)
        return await self._broadcasts.receivers()

    async def broadcast(
        self, request: Request, payload: Mapping[str, object], answer: BroadcastAnswer
    ) -> None:
        """Queue a text for everybody, behind all else; once for this request."""
        request.user.require(Permission.BROADCAST)
        await self._broadcasts.send(request, payload, answer)


def component_of(line: LogLine) -> str:
    """Give the part of the bot that wrote a line: `telegram`, `services`, `adapters` and so on."""
    found = _LOGGER.search(line.text)
    return found[1] if found is not None else ""
