"""T4 of the threat list with the whole bot: forged presses and hostile texts do nothing at all.

The long run, ten thousand of each, is `python -m benchmarks.forgeries`.
"""

from tests.bad_input.forgeries import presses, push_all, texts
from tests.bad_input.quarter import LOUD, Quarter
from tests.journeys.people import ADA, LOUNGE

EACH = 300


async def test_forged_presses_and_hostile_texts_have_no_effect(quarter: Quarter) -> None:
    town, victim = quarter.town, ADA
    await town.say(victim, "/start")
    people = [await quarter.settler() for _ in range(4)]
    for updates in (presses(EACH, people, victim, 4, group=LOUNGE), texts(EACH, people, 5)):
        outcome = await push_all(town, updates)
        assert outcome.updates == EACH
        assert outcome.failures == 0
        assert not outcome.effects
    assert [one for one in quarter.logs if one["log_level"] in LOUD] == []
    await town.prove_books()
