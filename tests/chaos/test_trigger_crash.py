"""A stop that was reached sells once, whenever the bot dies; and without claims it would not."""

from tests.chaos.trigger_crash import TriggerCrash, lines_of
from tests.journeys.processes import Forks
from tests.journeys.town import Town

AFTER_COMMIT = "after the booking's commit, before its reply"


async def test_a_stop_sells_once_and_soon_after_each_death(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    async with lines_of(empty_town, seed=seed) as lines:
        crash = TriggerCrash(town=empty_town, forks=forks, lines=lines)
        await crash.round(["in the landing delay", AFTER_COMMIT])
    assert [strike for strike in crash.strikes if not strike.is_sound] == []
    await empty_town.prove_books()


async def test_without_claims_a_death_behind_the_commit_sells_twice(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    async with lines_of(empty_town, seed=seed) as lines:
        crash = TriggerCrash(
            town=empty_town,
            forks=forks,
            lines=lines,
            variants=("sends at once", "forgets claims"),
        )
        await crash.round([AFTER_COMMIT])
    assert crash.strikes[0].sales > 1
