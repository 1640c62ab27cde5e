"""The answer to a commit is lost: whoever asks again with the same key gets one effect."""

import random

import pytest

from tests.chaos.ambiguous_commit import book_over_a_bad_line
from tests.faults.killpoints import AMBIGUOUS_WRITES
from tests.faults.proxy import proxy_to_postgres
from tests.journeys.town import Town

TALK = ("/open WIF long 1", "/open WIF long 0.5", "/wallet", "/close 1 10")
ORDERS = 3
# Batches make few statements of many updates: at less, no answer at all may be lost here. Bounded,
# since pauses grow and a line that is never mended answers some in minutes only.
HEAVY_LOSS, MOST_LOST = 0.5, 12


async def test_every_intent_is_applied_once_though_answers_are_lost(
    database_dsn: str, seed: int
) -> None:
    outcome = await book_over_a_bad_line(database_dsn, intents=120, seed=seed)
    outcome.check()


async def test_a_fresh_key_for_each_try_applies_intents_twice(database_dsn: str, seed: int) -> None:
    outcome = await book_over_a_bad_line(
        database_dsn, intents=120, seed=seed, fresh_key_per_try=True
    )
    assert outcome.doubled > 0
    assert outcome.differences == (), "what was booked twice is still balanced: totals see nothing"
    with pytest.raises(AssertionError):
        outcome.check()


async def test_the_guard_answers_each_update_once_over_a_line_that_loses_answers(
    empty_town: Town, seed: int
) -> None:
    town, chance = empty_town, random.Random(seed)  # noqa: S311 (a seeded chance)
    async with proxy_to_postgres(town.dsn, seed=seed) as proxy:
        async with town.bot(database_url=proxy.address):
            people = [await town.newcomer() for _ in range(4)]
            rule = proxy.cut_before_reply(HEAVY_LOSS, matching=AMBIGUOUS_WRITES, times=MOST_LOST)
            told = [
                await town.wire.speak(who, text)
                for text in TALK
                for who in chance.sample(people, k=len(people))
            ]
            replies = [await town.reply(each["update_id"]) for each in told]
            proxy.mend()
        assert rule.hits > 0
        assert [reply.failure for reply in replies] == [""] * len(told)
        assert [len(reply.messages) for reply in replies] == [1] * len(told)
        assert [await town.orders(who) for who in people] == [ORDERS] * len(people)
        await town.prove_books()
