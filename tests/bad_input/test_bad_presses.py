"""Section B of the threat list: what comes twice, late, at once, early or out of order.

Not here, because the thing is not there: cancelling a working order (20; closing against closing
stands in), a tolerance between card and press (19; a press pays the price of its moment and says
so), copies, transfers and referrals (27 to 29: their words are unknown commands) and deposits
(30). A press after a restart (17) is in `tests/journeys/test_exactly_once.py`, two bots that poll
(26) in `tests/telegram/test_chat_poller.py`.
"""

import asyncio
import random
from datetime import UTC, datetime, timedelta

from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox
from bot.ports.mail import StoredUpdate
from bot.telegram.callbacks import Keys, new_nonce
from tests.bad_input.quarter import Quarter, letter
from tests.journeys.people import button
from tests.journeys.town import WIF


async def test_an_update_delivered_five_times_acts_once(quarter: Quarter) -> None:
    """B15."""
    town, who = quarter.town, await quarter.settler()
    told = await town.wire.speak(who, "/open WIF long 1")
    for _ in range(4):
        await town.wire.post("/sandbox/updates/repeat", {"update_id": told["update_id"]})
    assert "Bought" in (await town.reply(told["update_id"])).text
    await town.say(who, "/wallet")
    assert await town.orders(who) == 1
    await quarter.calm()


async def test_fifty_presses_at_once_make_one_order(quarter: Quarter) -> None:
    """B16."""
    town, who = quarter.town, await quarter.settler()
    card, data = await quarter.buy_button(who)
    presses = [town.wire.touch(who, card, data, forged=True) for _ in range(50)]
    toasts = [told["text"] for told in await asyncio.gather(*presses)]
    assert sum(toast.startswith("Bought") for toast in toasts) == 1
    assert sum(toast.startswith("Already done") for toast in toasts) == 49
    assert await town.orders(who) == 1
    await quarter.calm()


async def test_yesterdays_keyboard_gets_fresh_prices_and_orders_nothing(quarter: Quarter) -> None:
    """B18."""
    town, who = quarter.town, await quarter.settler()
    card, data = await quarter.buy_button(who)
    chance = random.Random(18)  # noqa: S311 (a seeded chance)
    nonce = new_nonce(datetime.now(UTC) - timedelta(days=1), chance)  # noqa: TID251 (the bot runs on the real clock)
    old = data.rsplit(":", 1)[0] + ":" + nonce
    async with quarter.harmless():
        told = await town.press_data(who, card, old, forged=True)
        assert told.toast == "That price is old, nothing was ordered. Press again."
        fresh = told.message("WIF")
        assert button(fresh, "Buy 1") != old
        assert button(fresh, "Buy 1") != data


async def test_a_press_after_a_jump_pays_the_new_price_and_says_which(quarter: Quarter) -> None:
    """B19."""
    town, who = quarter.town, await quarter.settler()
    card, data = await quarter.buy_button(who)
    old_price = card["text"].splitlines()[1]

    async def has_jumped() -> bool:
        return (await quarter.card(who))["text"].splitlines()[1] != old_price

    await town.shock(WIF, 50)
    await town.until(has_jumped, "the chain has confirmed the jump")
    told = await town.press_data(who, card, data)
    units = int(await town.value("SELECT token_units FROM orders WHERE user_id = $1", who))
    assert units < 10**6 / 0.0027 / 1.4, "fewer tokens than the card promised"
    assert f"{units / 10**6:.1f} WIF" in told.toast
    await town.shock(WIF, -33)
    await quarter.calm()


async def test_a_position_closed_from_two_sides_at_once_is_closed_once(quarter: Quarter) -> None:
    """B20: a press and a command that close the same position."""
    town, who = quarter.town, await quarter.settler()
    receipt = (await town.say(who, "/open WIF long 2")).message()
    data = button(receipt, "Close")
    told = await asyncio.gather(
        town.wire.speak(who, "/close 1"), town.wire.touch(who, receipt, data, forged=True)
    )
    replies = [await town.reply(each["update_id"]) for each in told]
    words = replies[0].text + told[1]["text"]
    assert "no open position #1" in words or "Nothing is left to close" in words
    assert await town.orders(who) in {2, 3}
    await quarter.calm()


async def test_two_devices_that_spend_everything_at_once_spend_it_once(quarter: Quarter) -> None:
    """B21."""
    town, who = quarter.town, await quarter.settler()
    texts = ("/open WIF long 90", "/open JUP long 90", "/open WIF long 90")
    told = await asyncio.gather(*(town.wire.speak(who, text) for text in texts))
    replies = [(await town.reply(each["update_id"])).text for each in told]
    assert sum("Bought" in reply for reply in replies) == 1
    assert sum("SOL free" in reply or "Too big" in reply for reply in replies) == 2
    assert await town.orders(who) == 1
    await quarter.calm()


async def test_another_size_under_the_same_key_does_nothing(quarter: Quarter) -> None:
    """B22: the buttons of one keyboard share its key."""
    town, who = quarter.town, await quarter.settler()
    card, data = await quarter.buy_button(who)
    await town.press_data(who, card, data)
    async with quarter.harmless():
        told = await town.press_data(who, card, button(card, "Buy 10"), forged=True)
        assert "Already done" in told.toast or "first one counts" in told.toast


async def test_a_press_on_what_was_never_sent_is_answered(quarter: Quarter, settler: int) -> None:
    """B23: buttons of a message that is not there, of an inline message, and of no message."""
    town = quarter.town
    card, data = await quarter.buy_button(settler)
    ghost = {"chat": card["chat"], "message_id": 999_999}
    person = {"id": settler, "is_bot": False, "first_name": "Nick"}
    press = {"id": "1", "from": person, "chat_instance": "1", "data": data}
    inaccessible = {"chat": {"id": settler, "type": "private"}, "message_id": 3, "date": 0}
    stale = data.replace(":buy:", ":go:")
    async with quarter.harmless():
        told = await town.press_data(settler, ghost, stale, forged=True)
        assert "don't know this button" in told.toast
        for more in ({"inline_message_id": "abc"}, {}):
            await town.push({"callback_query": press | more})
        await town.push({"callback_query": press | {"data": "x", "message": inaccessible}})


async def test_an_update_with_a_lower_id_is_news_all_the_same(database: Pool) -> None:
    """B24: after a quiet week Telegram begins anew at any number."""
    inbox = PostgresInbox(database, on_outbox=lambda _queued: None)
    fresh = []
    for update_id in (900, 5, 899, 5, 900):
        raw = {"update_id": update_id, "message": letter(1001, "/start")}
        update = StoredUpdate(
            update_id=update_id, lane=1001, raw=raw, received_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        fresh += [each.update_id for each in await inbox.store([update])]
    assert fresh == [900, 5, 899]


async def test_an_edit_never_trades(quarter: Quarter, settler: int) -> None:
    """B25."""
    town = quarter.town
    said = await town.wire.speak(settler, "/price WIF")
    await town.reply(said["update_id"])
    body = {"chat_id": settler, "message_id": said["message"]["message_id"]}
    async with quarter.harmless():
        for text in ("/open WIF long 100", "/close 1", "hello"):
            path = f"/sandbox/people/{settler}/edit"
            told = await town.wire.post(path, body | {"text": text})
            answer = await town.reply(told["update_id"])
            expected = "Edited messages are never commands" if text.startswith("/") else ""
            assert expected in answer.text


async def test_what_the_bot_cannot_do_yet_is_an_unknown_command(
    quarter: Quarter, settler: int
) -> None:
    """B27 to B30: copies, transfers, referrals, deposits."""
    texts = ("/copy 1001", f"/transfer {settler} 5", "/transfer 1 5", "/ref me", "/deposit 5")
    async with quarter.harmless():
        for text in texts:
            answer = await quarter.town.say(settler, text)
            wanted = "premium only" if text.startswith("/deposit") else "See /help"
            assert wanted in answer.text, text


async def test_updates_repeated_and_shuffled_end_as_they_would_in_order(quarter: Quarter) -> None:
    """T2: each once to five times, in any order, presses before the messages around them."""
    town, chance = quarter.town, random.Random(2)  # noqa: S311 (a seeded chance)
    people = [await quarter.settler() for _ in range(3)]
    ids = []
    for who in people:
        card, data = await quarter.buy_button(who)
        texts = ("/open JUP long 2", "/wallet", "/close 1 50")
        told = [await town.wire.touch(who, card, data, wait=0)]
        told += [await town.wire.speak(who, text) for text in texts]
        ids += [each["update_id"] for each in told]
    copies = [update_id for update_id in ids for _ in range(chance.randint(0, 4))]
    chance.shuffle(copies)
    for update_id in copies:
        await town.wire.post("/sandbox/updates/repeat", {"update_id": update_id})
    for update_id in ids:
        await town.reply(update_id)
    await town.say(people[0], "/wallet")
    assert [await town.orders(who) for who in people] == [3, 3, 3]
    actions = """
        SELECT DISTINCT string_agg(action, ',' ORDER BY number) FROM orders
        WHERE user_id = ANY($1) GROUP BY user_id
    """
    assert [row[0] for row in await town.rows(actions, people)] == ["open,open,close"]
    await quarter.calm()


def test_a_key_is_shared_by_the_buttons_of_one_keyboard() -> None:
    """B22."""
    keys = Keys(owner=1001, nonce="hkxyzabcde", bot_name="b")
    assert {keys.data("buy", 7, size)[-10:] for size in ("1", "5")} == {"hkxyzabcde"}
