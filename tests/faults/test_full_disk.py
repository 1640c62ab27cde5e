"""A disk without room: nothing by halves, nothing lost, and all of it done once there is room."""

import asyncio

from tests.faults.full_disk import full_disk
from tests.journeys.town import Town

FULL_SECONDS = 0.7


async def test_orders_wait_for_room_and_are_then_booked_once(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        people = [await town.newcomer() for _ in range(4)]
        async with full_disk(town.pool, ["orders"]):
            told = [await town.wire.speak(who, "/open WIF long 1") for who in people]
            await asyncio.sleep(FULL_SECONDS)
            assert await town.value("SELECT count(*) FROM positions") == 0
            open_updates = "SELECT count(*) FROM inbox WHERE closed_at IS NULL"
            assert await town.value(open_updates) == len(told)
        replies = [await town.reply(each["update_id"]) for each in told]
        assert ["Bought" in reply.text for reply in replies] == [True] * len(people)
        assert [reply.failure for reply in replies] == [""] * len(people)
        assert [await town.orders(who) for who in people] == [1] * len(people)
        await town.prove_books()


async def test_updates_that_cannot_be_stored_are_not_acknowledged(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        async with full_disk(town.pool, ["inbox"]):
            told = [await town.wire.speak(who, f"/open WIF long {size}") for size in (1, 2)]
            await asyncio.sleep(FULL_SECONDS)
            assert await town.value("SELECT count(*) FROM inbox") == 0
        for each in told:
            await town.reply(each["update_id"])
        assert await town.orders(who) == 2
        await town.prove_books()
