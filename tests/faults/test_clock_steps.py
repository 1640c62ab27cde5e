"""The clock is set forward or back while people trade: one effect each, in order, balanced."""

import asyncio
import re

import pytest

from tests.faults.stepping_clock import SteppingClock
from tests.journeys.people import button
from tests.journeys.town import WIF, Town

HOUR = 3600.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SteppingClock:
    stepping = SteppingClock()
    monkeypatch.setattr("bot.bootstrap.outside.SystemClock", lambda: stepping)
    return stepping


@pytest.mark.parametrize("seconds", [HOUR, -HOUR, 400 * 24 * HOUR])
async def test_a_step_of_the_clock_changes_nothing_twice_and_stops_nobody(
    empty_town: Town, clock: SteppingClock, seconds: float
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        assert "Bought" in (await town.say(who, "/open WIF long 1")).text
        clock.step(seconds)
        # Ahead of Telegram's clock, what was said just now looks late, and late orders are refused.
        said = await insist(town, who, "/open WIF long 2", "Bought|reached me late")
        clock.step(-seconds)
        await insist(town, who, "/close 1", "closed")
        assert await town.orders(who) == 2 + ("Bought" in said)
        await town.prove_books()


async def insist(town: Town, who: int, text: str, wanted: str) -> str:
    """Say it again while prices are called old: a step looks like a standstill for a slot."""
    async with asyncio.timeout(30):
        while not re.search(wanted, said := (await town.say(who, text)).text):
            assert "too old" in said, said
    return said


async def test_a_button_that_a_step_made_old_buys_nothing_and_a_fresh_one_buys_once(
    empty_town: Town, clock: SteppingClock
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        clock.step(24 * HOUR)
        await town.press(who, card, "Buy 5")
        assert await town.orders(who) == 0
        fresh = (await town.say(who, WIF)).message()
        data = button(fresh, "Buy 5")
        async with asyncio.timeout(30):
            while "too old" in (await town.press_data(who, fresh, data, forged=True)).text:
                pass
        again = await town.press_data(who, fresh, data, forged=True)
        assert again.toast.startswith("Already done")
        assert await town.orders(who) == 1
        await town.prove_books()


async def test_a_short_is_still_liquidated_after_the_clock_was_set_back(
    empty_town: Town, clock: SteppingClock
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        assert "Sold" in (await town.say(who, "/open WIF short 5 x3")).text
        clock.step(-HOUR)
        await town.shock(WIF, 60)

        async def is_liquidated() -> bool:
            return await town.orders(who) == 2

        await town.until(is_liquidated, "the short is liquidated")
        await town.prove_books()
