"""A bot that dies at each named moment between a stop's being reached and its being told of."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bot.bootstrap.running import Running
from bot.domain.levels import Level, LevelUnit
from bot.domain.orders import OpenIntent
from bot.domain.positions import Side
from bot.domain.requests import Request
from bot.domain.resting_plans import ExitPlan, Stop
from bot.domain.users import PersonSeen
from tests.faults.proxy import FaultProxy, Moment, Rule, proxy_to_http, proxy_to_postgres
from tests.journeys.people import text_of
from tests.journeys.processes import Child, Forks, environment_of
from tests.journeys.town import WIF, Town

LANDING_SECONDS = 0.3
PROTECTED_WITHIN_SECONDS = 15.0  # one or two where the machine has nothing else to do
STEP_PERCENT = -7
_NOTING, _BOOKING, _SYNCING = r"note_triggered\(", r"book_settlements\(", r"interval '1 minute'"
_MARKING = r"\bmark_sent\("
_PATIENCE_SECONDS = 90.0
_DOUBT_SECONDS = 2.5
_NODES_LAG_SECONDS = 2.0
_SOLD = """
    SELECT count(*) FROM orders WHERE user_id = $1 AND reason = 'stop'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A request on one of the bot's lines, which side of it the kill falls, and how long after.

    `behind` names a request on the database line that must have passed before.
    """

    line: Literal["database", "telegram", "chain"]
    moment: Moment
    matching: str
    after_seconds: float = 0.0
    behind: str = ""


POINTS: Mapping[str, Point] = {
    "before the trigger is noted": Point(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_NOTING
    ),
    "while the trigger is noted": Point(
        line="database", moment=Moment.AFTER_REQUEST, matching=_NOTING
    ),
    "after the trigger is noted, before its reply": Point(
        line="database", moment=Moment.BEFORE_REPLY, matching=_NOTING
    ),
    "in the landing delay": Point(
        line="database",
        moment=Moment.BEFORE_REPLY,
        matching=_NOTING,
        after_seconds=LANDING_SECONDS / 2,
    ),
    "while the pool is read": Point(
        line="chain", moment=Moment.BEFORE_REPLY, matching="", behind=_NOTING
    ),
    "before the booking": Point(line="database", moment=Moment.BEFORE_REQUEST, matching=_BOOKING),
    "while the booking runs": Point(
        line="database", moment=Moment.AFTER_REQUEST, matching=_BOOKING
    ),
    "after the booking's commit, before its reply": Point(
        line="database", moment=Moment.BEFORE_REPLY, matching=_BOOKING
    ),
    "before memory follows the booking": Point(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_SYNCING, behind=_BOOKING
    ),
    "before sendMessage": Point(
        line="telegram", moment=Moment.BEFORE_REQUEST, matching="/sendMessage$"
    ),
    "after sendMessage, before its reply": Point(
        line="telegram", moment=Moment.BEFORE_REPLY, matching="/sendMessage$"
    ),
    "before the message is marked as sent": Point(
        line="database", moment=Moment.BEFORE_REQUEST, matching=_MARKING, behind=_BOOKING
    ),
}
SENT_TWICE = frozenset(
    {"after sendMessage, before its reply", "before the message is marked as sent"}
)


@dataclass(slots=True, kw_only=True)
class Strike:
    """One death of the bot, and what became of the stop that it was about."""

    point: str
    person_id: int
    seconds_to_protect: float = 0.0
    sales: int = 0
    receipts: int = 0

    @property
    def is_sound(self) -> bool:
        """Tell whether the stop sold once, was told of, and soon enough."""
        is_told = 1 <= self.receipts <= 2
        return self.sales == 1 and is_told and self.seconds_to_protect <= PROTECTED_WITHIN_SECONDS


@dataclass(slots=True, kw_only=True)
class Lines:
    """The three lines of a bot, each through a proxy."""

    database: FaultProxy
    telegram: FaultProxy
    chain: FaultProxy

    def settings(self) -> dict[str, object]:
        return {
            "database_url": self.database.address,
            "bot_api_base": self.telegram.address,
            "solana_rpc_urls": (self.chain.address,),
            "solana_ws_urls": ("off",),
        }

    def kill_at(self, point: Point, pid: int) -> asyncio.Event:
        """Kill a process when it passes this point; the event is set at the kill."""
        struck, loop = asyncio.Event(), asyncio.get_running_loop()

        def kill() -> None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            struck.set()

        def watch() -> None:
            line: FaultProxy = getattr(self, point.line)
            if point.after_seconds:
                line.add(_passing(point.moment, point.matching, later(kill, point.after_seconds)))
            else:
                line.call(kill, point.moment, matching=point.matching)

        def later(action: Callable[[], None], seconds: float) -> Callable[[], None]:
            return lambda: (loop.call_later(seconds, action), None)[1]

        if not point.behind:
            watch()
            return struck
        delay = LANDING_SECONDS if point.line == "chain" else 0.0
        passed = _passing(Moment.BEFORE_REPLY, point.behind, later(watch, delay))
        self.database.add(passed)
        return struck

    def mend(self) -> None:
        for line in (self.database, self.telegram, self.chain):
            line.mend()


def _passing(moment: Moment, matching: str, action: Callable[[], None]) -> Rule:
    """Do something at the next such request, once, and let it pass."""
    return Rule(moment=moment, matching=re.compile(matching), times=1, call=action)


@asynccontextmanager
async def lines_of(town: Town, *, seed: int) -> AsyncIterator[Lines]:
    """Stand on every line between a town and its bot."""
    async with (
        proxy_to_postgres(town.dsn, seed=seed) as database,
        proxy_to_http(town.world.bot_api_base, seed=seed) as telegram,
        proxy_to_http(town.world.rpc_urls[0], seed=seed) as chain,
    ):
        yield Lines(database=database, telegram=telegram, chain=chain)


@dataclass(slots=True, kw_only=True)
class TriggerCrash:
    """People with a stop for half of what they hold, each at a level of their own.

    The price falls from level to level; as it reaches one, the bot dies at a point; the next bot
    has to sell for that person, once, and is the one that dies for the next.
    """

    town: Town
    forks: Forks
    lines: Lines
    points: Mapping[str, Point] = field(default_factory=lambda: POINTS)
    variants: Sequence[str] = ("sends at once",)
    strikes: list[Strike] = field(default_factory=list)
    fallen_steps: int = 0

    async def round(self, names: Sequence[str]) -> None:
        """Strike once at each of these points."""
        await self._raise_price()
        async with self.town.bot(landing_seconds=LANDING_SECONDS) as running:
            people = [await self.settle(running, place) for place in range(len(names))]
        child, ready_at = await self._start()
        try:
            for name, person_id in zip(names, people, strict=True):
                strike = Strike(point=name, person_id=person_id)
                await self._strike(strike, child)
                child, ready_at = await self._start()
                await self.await_deed(strike, ready_at)
                self.strikes.append(strike)
            # Whatever would be sold twice is sold again by now.
            await asyncio.sleep(_DOUBT_SECONDS)
            await self.town.until(self.town.is_quiet, "everything is told")
        finally:
            child.kill()
            await child.code()
        self.fallen_steps = len(names)
        for strike in self.strikes[-len(names) :]:
            await self.count(strike)

    async def _raise_price(self) -> None:
        """Bring back what the round before took: people's stops stand below the price of now."""
        if not self.fallen_steps:
            return
        # In one step, since small errors of many would add up; the nodes tell of it slots later.
        fallen = (1 + STEP_PERCENT / 100) ** self.fallen_steps
        await self.town.shock(WIF, round(100 / fallen) - 100)
        await asyncio.sleep(_NODES_LAG_SECONDS)

    async def settle(self, running: Running, place: int) -> int:
        """Let somebody buy, and protect half of it a step below the one before."""
        services, person_id = running.services, await self.town.newcomer(is_premium=True)
        # Who never wrote cannot be written to.
        await self.town.say(person_id, "/start")
        user = await services.access.identify(PersonSeen(user_id=person_id, first_name="Nick"))
        mint = next(one for one in services.ticks._board.tokens.values() if one.mint == WIF)
        now = services.ticks._clock.now()
        await services.trading.open(
            Request(user=user, request_id="town:open", received_at=now),
            OpenIntent(token_id=mint.token_id, side=Side.LONG, size_lamports=10**9),
            lambda _filled: (),
        )
        price = services.ticks._board.priced(mint.token_id)
        assert price is not None
        fall = (1 + Decimal(STEP_PERCENT) / 100) ** place * (1 + Decimal(STEP_PERCENT) / 200)
        level = Level(unit=LevelUnit.SOL, value=price.best.price * fall)
        await services.resting.place(
            Request(user=user, request_id="town:stop", received_at=now),
            ExitPlan(
                position_number=1, exits=(Stop(level=level, share_percent=50),), slippage_bps=9000
            ),
            lambda _placed: (),
        )
        return person_id

    async def _start(self) -> tuple[Child, float]:
        """Start a bot; gives it with when it said that it runs."""
        settings = self.town.settings(
            landing_seconds=LANDING_SECONDS, log_level="INFO", **self.lines.settings()
        )
        child = await self.forks.start(["run"], environment_of(settings), variants=self.variants)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while "running" not in child.said():
                assert not child.ended.done(), child.said()
                await asyncio.sleep(0.02)
        return child, loop.time()

    async def _strike(self, strike: Strike, child: Child) -> None:
        await self.town.until(self.town.is_quiet, "the last one is told")
        await asyncio.sleep(1.0)  # two rounds of prices, so that it is at work
        struck = self.lines.kill_at(self.points[strike.point], child.pid)
        await self.town.shock(WIF, STEP_PERCENT)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await struck.wait()
        except TimeoutError:
            said = f"the bot never came {strike.point}: {child.said()}"
            raise AssertionError(said) from None
        finally:
            child.kill()
            await child.code()
            self.lines.mend()

    async def await_deed(self, strike: Strike, ready_at: float) -> None:
        loop = asyncio.get_running_loop()

        async def is_done() -> bool:
            return bool(await self.deeds(strike.person_id))

        await self.town.until(is_done, f"it is done after a death {strike.point}")
        strike.seconds_to_protect = max(loop.time() - ready_at, 0.0)

    async def count(self, strike: Strike) -> None:
        strike.sales = await self.deeds(strike.person_id)
        strike.receipts = await self.messages(strike.person_id, "Stop #2")

    async def deeds(self, person_id: int) -> int:
        """Count how often it was done for a person: how often their stop sold."""
        return int(await self.town.value(_SOLD, person_id))

    async def messages(self, person_id: int, words: str) -> int:
        """Count the messages with these words that a person got."""
        shown = (await self.town.wire.get(f"/sandbox/chats/{person_id}/messages"))["messages"]
        return sum(words in text_of(each) for each in shown)
