"""A bot of many processes that are killed and stood still at random while people talk."""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from bot.sandbox.world_options import WorldOptions
from tests.chaos.crash_report import Report, Spoken, reconcile
from tests.journeys.processes import Child, Forks
from tests.journeys.split_town import Troupe, split_bot
from tests.journeys.town import Town, open_town

CAST = ("web", "web", "worker", "worker", "market", "market", "sender", "sender")
TOGETHER = ("web,sender", "web,sender", "worker,market", "worker,market")
TALK = (
    "/open WIF long 0.1",
    "/wallet",
    "/close 1 10",
    "/positions",
    "/open JUP long 0.05",
    "/close 1 25",
)
_UPDATES_KEPT = 100_000
_WORDS_KEPT = 3000
_LOOK_AGAIN_SECONDS, _PATIENCE_SECONDS, _DRAIN_SECONDS = 0.05, 40.0, 120.0
_SINCE = "SELECT max(since) FROM leases WHERE name = ANY ($1)"
_PRICED = "SELECT EXISTS (SELECT FROM token_prices WHERE received_at > $1)"
_HEARD = "SELECT EXISTS (SELECT FROM inbox WHERE received_at > $1)"
_EFFECTS = {"market": _PRICED, "web": _HEARD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which processes there are, how long people talk, how often one dies, and what it may lack.

    A share of the deaths is none: the process stands still for longer than what it holds is good
    for, and goes on.
    """

    seed: int
    cast: Sequence[str] = CAST
    seconds: float = 60.0
    people: int = 12
    rest_seconds: tuple[float, float] = (1.0, 4.0)
    still_share: float = 0.3
    still_seconds: float = 9.0
    lease_seconds: float = 6.0
    variants: Sequence[str] = ("sends at once",)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What was found; `taken_over` has for each role the seconds from a death to the next holder.

    `ended` has the last words of processes that nobody killed. Messages that a person got twice are
    `told_again`: where a sender dies between sending and noting so, nobody can know. There are no
    more of them than it may have had on their way.
    """

    report: Report
    taken_over: dict[str, list[float]]
    deaths: int
    stood_still: int
    ended: Sequence[str]
    told_again: int
    messages: int

    def faults(self) -> dict[str, int]:
        """Give every count that must be none."""
        slowest = max((max(each) for each in self.taken_over.values() if each), default=0.0)
        return {
            **self.report.faults(),
            "told again without a sender's death": max(0, self.told_again - self._may_be_again),
            "taken over too late": int(slowest > 10),
        }

    @property
    def _may_be_again(self) -> int:
        of_senders = [times for role, times in self.taken_over.items() if "sender" in role]
        return sum(map(len, of_senders)) * 2


@dataclass(slots=True, kw_only=True)
class _Show:
    plan: Plan
    chance: random.Random
    town: Town
    troupe: Troupe
    people: Sequence[int]
    spoken: list[Spoken] = field(default_factory=list)
    taken_over: dict[str, list[float]] = field(default_factory=dict)
    stood_still: int = 0
    ended: list[str] = field(default_factory=list)
    struck: Child | None = None

    async def run(self) -> None:
        """Talk and kill side by side, then wait until all is answered and sent."""
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(self._talk())
            managing = group.create_task(self._start_those_that_ended())
            while not talking.done():
                await asyncio.sleep(self.chance.uniform(*self.plan.rest_seconds))
                await self._strike(self.chance.choice(sorted(set(self.plan.cast))))
            managing.cancel()
        async with asyncio.timeout(_DRAIN_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110 (a database tells no events)
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        until, turn = loop.time() + self.plan.seconds, 0
        while loop.time() < until:
            for who in self.chance.sample(self.people, k=len(self.people)):
                text = TALK[turn % len(TALK)]
                told = await self.town.wire.speak(who, text)
                self.spoken.append(Spoken(who=who, text=text, update_id=told["update_id"]))
                await asyncio.sleep(self.chance.uniform(0.02, 0.2))
            turn += 1

    async def _start_those_that_ended(self) -> None:
        """Do as the service manager does; a process that only lapsed begins anew by itself."""
        while True:
            for role, child in list(self.troupe.cast):
                if child.ended.done() and child is not self.struck:
                    self.ended.append(f"{role}: {child.said()[-_WORDS_KEPT:]}")
                    await self.troupe.bury(child)
                    await self.troupe.start(role)
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _strike(self, role: str) -> None:
        self.struck = victim = await self.troupe.holder_of(role)
        held = await self.troupe.held_by(victim)
        is_still = self.chance.random() < self.plan.still_share
        began, at = asyncio.get_running_loop().time(), await self.town.value("SELECT now()")
        os.kill(victim.pid, signal.SIGSTOP if is_still else signal.SIGKILL)
        if not is_still:
            await self.troupe.bury(victim)
            await self.troupe.start(role)
        await self._until_taken_over(role, held, victim, at)
        seconds = asyncio.get_running_loop().time() - began
        self.taken_over.setdefault(role, []).append(seconds)
        if is_still:
            self.stood_still += 1
            await asyncio.sleep(max(0.0, self.plan.still_seconds - seconds))
            os.kill(victim.pid, signal.SIGCONT)

    async def _until_taken_over(
        self, role: str, held: Sequence[str], victim: Child, at: datetime
    ) -> None:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await self.troupe.are_replaced(held, victim):  # noqa: ASYNC110 (as above)
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            # A market has taken over once it reads prices, a poller once it is heard of again.
            since = max(at, await self.town.value(_SINCE, held))
            for effect in [_EFFECTS[one] for one in role.split(",") if one in _EFFECTS]:
                while not await self.town.value(effect, since):  # noqa: ASYNC110 (as above)
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _is_settled(self) -> bool:
        arrived = await self.town.value("SELECT count(*) FROM inbox")
        return int(arrived) >= len(self.spoken) and await self.town.is_quiet()


async def fail_over(plan: Plan, forks: Forks, dsn: str) -> Outcome:
    """Carry out a plan on a migrated database of its own; gives what was found afterwards."""
    async with _show(plan, forks, dsn) as show:
        await show.run()
        report = await reconcile(show.town, show.spoken)
        report.seed = plan.seed
        sent = int(await show.town.value("SELECT count(*) FROM outbox WHERE state = 'sent'"))
        return Outcome(
            report=report,
            taken_over=show.taken_over,
            deaths=sum(map(len, show.taken_over.values())),
            stood_still=show.stood_still,
            ended=show.ended,
            told_again=report.receipts_sent_again,
            messages=sent,
        )


@asynccontextmanager
async def _show(plan: Plan, forks: Forks, dsn: str) -> AsyncIterator[_Show]:
    async with open_town(dsn, options=WorldOptions(seed=7, updates_kept=_UPDATES_KEPT)) as town:
        people = [await town.newcomer() for _ in range(plan.people)]
        async with _split(plan, forks, town, people) as troupe:
            yield _Show(
                plan=plan,
                chance=random.Random(plan.seed),  # noqa: S311 (a seeded chance)
                town=town,
                troupe=troupe,
                people=people,
            )


@asynccontextmanager
async def _split(
    plan: Plan, forks: Forks, town: Town, people: Sequence[int]
) -> AsyncIterator[Troupe]:
    # Of admins no order is one too many.
    changes = {"lease_seconds": plan.lease_seconds, "admin_ids": frozenset(people)}
    async with split_bot(town, forks, plan.cast, variants=plan.variants, **changes) as troupe:
        try:
            yield troupe
        finally:
            for _, child in troupe.cast:
                with suppress(ProcessLookupError):
                    os.kill(child.pid, signal.SIGCONT)
