"""A bot in many processes: started, known by what each holds, killed and replaced."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.journeys.processes import STARTS_WITHIN_SECONDS, Child, Forks, environment_of
from tests.journeys.town import Town

CAST = ("web", "worker", "worker", "market", "market", "sender", "sender")
_READY = """
    SELECT count(*) FROM leases WHERE starts_with(name, 'process/') AND fence > 0
"""
_HELD = """
    SELECT name FROM leases
    WHERE holder LIKE '%-' || $1::int || '-%' AND NOT starts_with(name, 'process/')
"""
_HOLDERS = """
    SELECT count(*) FROM leases
    WHERE name = ANY ($1) AND holder <> '' AND holder NOT LIKE '%-' || $2::int || '-%'
      AND until > now()
"""


@dataclass(slots=True, kw_only=True)
class Troupe:
    """The processes of a split bot, by what each is for."""

    town: Town
    forks: Forks
    variants: Sequence[str]
    changes: Mapping[str, object]
    cast: list[tuple[str, Child]] = field(default_factory=list)

    async def start(self, role: str) -> Child:
        """Start one more process of a role, or of several."""
        settings = self.town.settings(
            public_url="https://split.example", log_level="WARNING", **self.changes
        )
        environment = environment_of(settings)
        child = await self.forks.start(["run", "--role", role], environment, variants=self.variants)
        self.cast.append((role, child))
        return child

    async def until_up(self) -> None:
        """Wait until every process shares the work; says what one wrote that ended instead."""
        async with asyncio.timeout(STARTS_WITHIN_SECONDS):
            roles = sum(len(each.split(",")) for each, _ in self.cast)
            while int(await self.town.value(_READY)) < roles:
                for role, child in self.cast:
                    assert not child.ended.done(), f"{role}: {child.said()}"
                await asyncio.sleep(0.05)

    async def held_by(self, child: Child) -> list[str]:
        """Name the leases that a process has."""
        return [row["name"] for row in await self.town.rows(_HELD, child.pid)]

    async def holder_of(self, role: str) -> Child:
        """Give a process of a role that has leases, waiting until one does."""
        while True:
            for each, child in self.cast:
                if each == role and await self.held_by(child):
                    return child
            await asyncio.sleep(0.02)

    async def are_replaced(self, names: Sequence[str], child: Child) -> bool:
        """Tell whether others have all of these leases, and the process has none of them."""
        return int(await self.town.value(_HOLDERS, names, child.pid)) == len(names)

    async def bury(self, child: Child) -> None:
        """Kill a process that may be stopped, and strike it off."""
        child.kill()
        await child.code()
        self.cast = [each for each in self.cast if each[1] is not child]


@asynccontextmanager
async def split_bot(
    town: Town,
    forks: Forks,
    cast: Sequence[str] = CAST,
    *,
    variants: Sequence[str] = ("sends at once",),
    **changes: object,
) -> AsyncIterator[Troupe]:
    """Run the bot as many processes for the length of a block, all of them up."""
    troupe = Troupe(town=town, forks=forks, variants=variants, changes=changes)

    try:
        for role in cast:
            await troupe.start(role)
        await troupe.until_up()
        yield troupe
    finally:
        for _, child in troupe.cast:
            child.ask_to_stop()
        for _, child in troupe.cast:
            await child.code()
