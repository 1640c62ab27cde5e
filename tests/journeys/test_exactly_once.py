"""Whatever comes twice, late, out of order or in another's name changes nothing twice."""

import asyncio
import random
from typing import Any

import pytest

from tests.journeys.people import ADA, ANN, LOUNGE, button
from tests.journeys.town import WIF, Town

ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
TRADE = "/open WIF long 1"


async def test_updates_that_come_three_times_and_shuffled_act_once(empty_town: Town) -> None:
    town, chance = empty_town, random.Random(20)  # noqa: S311 (a seeded chance)
    async with town.bot():
        people = [await town.newcomer() for _ in range(6)]
        texts = ("/open WIF long 1", "/open JUP long 2", "/close 1 50", "/wallet", "/close 2")
        told = [await town.wire.speak(who, text) for text in texts for who in people]
        ids = [each["update_id"] for each in told]

        async def all_came() -> bool:
            return await town.value("SELECT count(*) FROM inbox") >= len(ids)

        # Telegram repeats what it sent; it does not overtake itself.
        await town.until(all_came, "every update came once")
        for update_id in chance.sample(ids * 2, k=2 * len(ids)):
            await town.wire.post("/sandbox/updates/repeat", {"update_id": update_id})
        await asyncio.gather(*(town.reply(update_id) for update_id in ids))
        await sentinel(town)
        for update_id in chance.sample(ids, k=len(ids)):
            await town.wire.post("/sandbox/updates/repeat", {"update_id": update_id})
        await sentinel(town)
        assert [await town.orders(who) for who in people] == [4] * len(people)
        twice = "SELECT update_id FROM outbox GROUP BY update_id HAVING count(*) > 1"
        assert await town.rows(twice) == []
        await town.prove_books()


async def test_twenty_presses_of_one_button_at_once_buy_once(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        data = button(card, "Buy 5")
        presses = [town.wire.touch(who, card, data, forged=True) for _ in range(20)]
        toasts = [told["text"] for told in await asyncio.gather(*presses)]
        assert sum(toast.startswith("Bought") for toast in toasts) == 1
        assert sum(toast.startswith("Already done") for toast in toasts) == 19
        other = await town.press_data(who, card, button(card, "Buy 1"), forged=True)
        assert other.toast.startswith("One press per keyboard")
        assert await town.orders(who) == 1
        await town.prove_books()


async def test_a_press_from_before_a_restart_is_already_done_after_it(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        data = button(card, "Buy 5")
        assert (await town.press_data(who, card, data)).toast.startswith("Bought")
    waiting = await town.wire.touch(who, card, data, wait=0, forged=True)
    async with town.bot():
        await town.reply(waiting["update_id"])
        again = await town.press_data(who, card, data, forged=True)
        assert again.toast == "Already done: order #1. Nothing was done twice."
        closed = await town.say(who, "/close 1")
        assert "closed" in closed.text
        assert await town.orders(who) == 2
        await town.prove_books()


def from_ann(**more: Any) -> dict[str, Any]:
    sender = {"id": ANN, "is_bot": False, "first_name": "Ann"}
    chat = {"id": ANN, "type": "private", "first_name": "Ann"}
    told = {"message_id": 900, "date": 1_790_000_000, "from": sender, "chat": chat, "text": TRADE}
    return told | more


GROUP = {"id": LOUNGE, "type": "supergroup", "title": "Trading Lounge"}
CHANNEL = {"id": -1002000000002, "type": "channel", "title": "Pump News"}
BOT = {"id": 777001, "is_bot": True, "first_name": "Other", "username": "other_bot"}
HIDDEN_SENDER = {"type": "hidden_user", "date": 1_790_000_000, "sender_user_name": "Nobody"}
NOT_COMMANDS: dict[str, dict[str, Any]] = {
    "edited": {"edited_message": from_ann(edit_date=1_790_000_005)},
    "forwarded": {"message": from_ann(forward_origin=HIDDEN_SENDER)},
    "through another bot": {"message": from_ann(via_bot=BOT)},
    "by another bot": {"message": from_ann(**{"from": BOT})},
    "in a channel": {"channel_post": from_ann(chat=CHANNEL, sender_chat=CHANNEL)},
    "as a channel": {"message": from_ann(chat=GROUP, sender_chat=CHANNEL)},
    "as an anonymous admin": {
        "message": from_ann(**{"from": ANONYMOUS_ADMIN}, chat=GROUP, sender_chat=GROUP)
    },
    "edited in a channel": {"edited_channel_post": from_ann(chat=CHANNEL)},
    "in a business chat": {"business_message": from_ann(business_connection_id="b1")},
    "of an unknown kind": {"teleported_message": from_ann()},
    "without a sender": {"message": {k: v for k, v in from_ann().items() if k != "from"}},
    "not a message at all": {"message": {"text": TRADE}},
    "a message that is a list": {"message": [TRADE]},
}


@pytest.mark.filterwarnings("ignore:Detected unknown update type")  # aiogram's own
async def test_what_no_person_said_afresh_never_trades(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        for who in (ANN, ADA):
            await town.say(who, "/start")
        for name, update in NOT_COMMANDS.items():
            answer = await town.push(update)
            assert "Bought" not in answer.text, name
        assert await town.value("SELECT count(*) FROM orders") == 0
        assert await town.value("SELECT count(*) FROM users") == 2
        assert "Bought" in (await town.push({"message": from_ann()})).text
        await town.prove_books()


@pytest.mark.parametrize("update_id", [0, -5, "12", None, 1.5])
async def test_an_update_with_a_senseless_id_stops_nobody(
    empty_town: Town, update_id: object
) -> None:
    town = empty_town
    async with town.bot():
        town.world.telegram.updates.add_raw({"update_id": update_id, "message": from_ann()})
        who = await town.newcomer()
        assert "You have 100 SOL" in (await town.say(who, "/start")).text
        await town.prove_books()


async def sentinel(town: Town) -> None:
    """Let a newcomer be answered: whatever was delivered before has been taken by then."""
    await town.say(await town.newcomer(), "/start")
    await town.until(town.is_quiet, "all is quiet")
