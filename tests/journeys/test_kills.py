"""The bot asked to stop in the middle; and the receiver whose updates a kill takes along.

That kills lose and double nothing is for `tests/chaos/test_crash.py` to show.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.journeys.processes import Child, Forks, environment_of
from tests.journeys.town import BOT_CONNECTIONS, Town, open_town

KILLS, PEOPLE = 3, 15
LIVES_SECONDS = (1.0, 1.2)
TALK = (
    "/open WIF long 1",
    "/wallet",
    "/open WIF long 0.5",
    "/close 1 10",
    "/open JUP long 2",
    "/positions",
    "/close 2 50",
    "/open WIF long 0.25",
    "/history",
    "/close 1 25",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One thing that a person said, and the update that came of it."""

    who: int
    text: str
    update_id: int


async def test_a_bot_asked_to_stop_in_the_middle_ends_well_and_goes_on_later(
    database_dsn: str, forks: Forks
) -> None:
    async with open_town(database_dsn) as town:
        async with town.bot():
            people = [await town.newcomer() for _ in range(8)]
        child = await forks.start(["run"], environment_of(town.settings()))
        told = [await town.wire.speak(who, text) for text in TALK[:3] for who in people]
        await town.reply(told[0]["update_id"])
        child.ask_to_stop()
        assert await child.code() == 0, child.said()
        assert "Traceback" not in child.said()
        async with town.bot():
            await asyncio.gather(*(town.reply(each["update_id"]) for each in told))
        assert [await town.orders(who) for who in people] == [2] * len(people)
        await town.prove_books()
        await no_connection_stays(town)


async def test_a_receiver_that_acknowledges_first_loses_updates(
    database_dsn: str, forks: Forks
) -> None:
    async with open_town(database_dsn) as town:
        chance = random.Random(1)  # noqa: S311 (a seeded chance)
        spoken = await kill_often(town, forks, chance, variants=["acknowledges first"])
        async with life(town, forks):
            await town.until(town.is_quiet, "what is left is answered")
        assert await lost(town, spoken)


async def kill_often(
    town: Town,
    forks: Forks,
    chance: random.Random,
    *,
    variants: Sequence[str] = (),
) -> Sequence[Spoken]:
    """Let people talk while the bot is killed and started again; gives all that they said."""
    async with town.bot():
        people = [await town.newcomer() for _ in range(PEOPLE)]
    spoken: list[Spoken] = []
    async with asyncio.TaskGroup() as group:
        talking = group.create_task(talk(town, people, spoken, chance))
        for _ in range(KILLS):
            async with life(town, forks, variants=variants):
                await asyncio.sleep(chance.uniform(*LIVES_SECONDS))
        await talking
    return spoken


async def talk(
    town: Town, people: Sequence[int], spoken: list[Spoken], chance: random.Random
) -> None:
    """Say everything, in order for each person and mixed among them, for about 5 seconds."""
    for text in TALK:
        for who in chance.sample(people, k=len(people)):
            told = await town.wire.speak(who, text)
            spoken.append(Spoken(who=who, text=text, update_id=told["update_id"]))
            await asyncio.sleep(chance.uniform(0, 0.06))


@asynccontextmanager
async def life(town: Town, forks: Forks, *, variants: Sequence[str] = ()) -> AsyncIterator[Child]:
    """Start the bot and kill it at the end of the block, even while it still starts."""
    environment = environment_of(town.settings(log_level="WARNING"))
    child = await forks.start(["run"], environment, variants=variants)
    try:
        yield child
    finally:
        child.kill()
        assert await child.code() == -9, child.said()


async def lost(town: Town, spoken: Sequence[Spoken]) -> list[Spoken]:
    """Give what was said but never answered."""
    query = "SELECT update_id FROM inbox WHERE closed_at IS NOT NULL"
    answered = {row[0] for row in await town.rows(query)}
    return [each for each in spoken if each.update_id not in answered]


async def no_connection_stays(town: Town) -> None:
    """Fail unless every database connection of the killed bots is gone."""

    async def is_alone() -> bool:
        return not await town.value(f"SELECT count(*) {BOT_CONNECTIONS}")

    await town.until(is_alone, "no connection of a killed bot stays")
