"""An alert is told once, whenever the bot dies; with its news behind the claim it would be lost."""

from tests.chaos.alert_crash import AlertCrash, is_told_once
from tests.chaos.trigger_crash import lines_of
from tests.journeys.processes import Forks
from tests.journeys.town import Town

AFTER_COMMIT = "after the commit, before its reply"


async def test_an_alert_is_told_once_though_the_bot_dies_behind_the_commit(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    async with lines_of(empty_town, seed=seed) as lines:
        crash = AlertCrash(town=empty_town, forks=forks, lines=lines)
        await crash.round([AFTER_COMMIT])
    assert [strike for strike in crash.strikes if not is_told_once(strike)] == []


async def test_with_the_news_behind_the_claim_a_death_between_loses_it(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    async with lines_of(empty_town, seed=seed) as lines:
        crash = AlertCrash(
            town=empty_town,
            forks=forks,
            lines=lines,
            variants=("sends at once", "claims first"),
        )
        await crash.round([AFTER_COMMIT])
    (strike,) = crash.strikes
    assert (strike.sales, strike.receipts) == (1, 0)
