"""A round that fails is played again only where this machine stood still."""

import asyncio
import time

import pytest

from tests.faults.calm import Round, judged_when_calm, least_standstill_seconds


async def test_what_fails_in_a_calm_round_fails_at_once() -> None:
    played = []

    async def fails(this: Round) -> None:
        played.append(this.slowness)
        this.began_at -= 3600  # so long a round was calm, whatever this machine does now
        raise AssertionError("too many")

    with pytest.RaisesGroup(pytest.RaisesExc(AssertionError, match="too many")):
        await judged_when_calm(fails, margin_seconds=3600)
    assert played == [1]


async def test_what_fails_in_a_round_of_many_short_standstills_is_played_again() -> None:
    played = []

    async def fails_once(this: Round) -> None:
        played.append(this.slowness)
        if len(played) == 1:
            for _ in range(10):
                this.stood_still(0.02)
            raise AssertionError

    await judged_when_calm(fails_once, margin_seconds=3600)
    assert played == [1, 1]


async def test_what_fails_while_the_loop_stands_still_is_played_again() -> None:
    played = []

    async def fails_once(this: Round) -> None:
        played.append(this.slowness)
        if len(played) == 1:
            time.sleep(0.03)  # noqa: ASYNC251 (the standstill)
            raise AssertionError

    await judged_when_calm(fails_once, margin_seconds=0.01)
    assert played == [1, 1]


async def test_where_no_round_is_calm_there_is_no_verdict_and_each_is_slower() -> None:
    played = []

    async def fails(this: Round) -> None:
        played.append(this.slowness)
        this.stood_still(3600)
        raise AssertionError

    with pytest.raises(pytest.skip.Exception, match="3600"):
        await judged_when_calm(fails, margin_seconds=0.01)
    assert played == [1, 1, 2, 4, 8]


async def test_work_that_holds_the_loop_up_does_so_in_each_round_and_chance_only_in_some() -> None:
    done = []

    async def holds_up() -> None:
        time.sleep(0.05)  # noqa: ASYNC251 (what is looked for)

    async def held_up_once() -> None:
        if not done:
            await holds_up()
        done.append(await asyncio.sleep(0, result=True))

    assert await least_standstill_seconds(holds_up, enough_seconds=0.02) > 0.02
    await least_standstill_seconds(held_up_once, enough_seconds=0.02)
    assert len(done) > 1
