"""When what we stand on fails: words instead of trades, and nothing lost or out of order."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.journeys.people import Message, text_of
from tests.journeys.town import BOT_CONNECTIONS, WIF, Town

BAD_ENDPOINTS: Mapping[str, dict[str, object]] = {
    "dead": {"dead": True},
    "lagging": {"lag_slots": 400},
    "talking garbage": {"garbage": True},
    "answering 503": {"http_status": 503},
    "rate limited": {"rate_limit_per_second": 1},
    "hanging": {"hang": True},
}
BAD_TELEGRAMS: Mapping[str, dict[str, object]] = {
    "a flood limit": {"fail_code": 429, "retry_after": 1},
    "server errors": {"fail_code": 500},
    "lost replies": {"fail_code": 502, "lose_reply": True},
}


async def test_without_any_endpoint_nothing_trades_and_the_last_price_shows_its_age(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        for number in (1, 2):
            await town.break_rpc(number, dead=True)
        refused = await town.say(who, "/open WIF long 1")
        assert "does not answer right now, so nothing was changed" in refused.text
        pressed = await town.press(who, card, "Buy 1")
        assert "does not answer" in pressed.toast
        assert await town.orders(who) == 0
        old = await town.say(who, "/price WIF")
        assert re.search(r"0\.0027 SOL .*\n\d+ s ago", old.text)
        for number in (1, 2):
            await town.break_rpc(number)

        async def trades() -> bool:
            return "Bought" in (await town.say(who, "/open WIF long 1")).text

        await town.until(trades, "trading goes on by itself")
        await town.prove_books()


async def test_a_first_start_without_the_chain_calls_no_token_unknown_and_learns_them_later(
    empty_town: Town,
) -> None:
    town = empty_town
    for number in (1, 2):
        await town.break_rpc(number, dead=True)
    async with town.bot():
        who = await town.newcomer()
        refused = await town.say(who, "/open WIF long 1")
        assert "does not answer right now, so nothing was changed" in refused.text
        for number in (1, 2):
            await town.break_rpc(number)

        async def trades() -> bool:
            return "Bought" in (await town.say(who, "/open WIF long 1")).text

        await town.until(trades, "the tokens are learned by themselves")


@pytest.mark.parametrize("trouble", BAD_ENDPOINTS)
async def test_with_one_bad_endpoint_trades_go_on(empty_town: Town, trouble: str) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer()
        await town.break_rpc(1, **BAD_ENDPOINTS[trouble])
        for text in ("/open WIF long 1", "/open JUP short 1 x2", "/close 1", "/close 2"):
            async with asyncio.timeout(4):
                answer = await town.say(who, text)
            assert re.search("Bought|Sold", answer.text), (text, answer.text)
        await town.prove_books()


@pytest.mark.parametrize("trouble", BAD_TELEGRAMS)
async def test_every_reply_arrives_in_order_through(empty_town: Town, trouble: str) -> None:
    town = empty_town
    async with town.bot():
        people = [await town.newcomer() for _ in range(4)]
        await town.break_telegram(methods=["sendMessage"], fail_rate=1, **BAD_TELEGRAMS[trouble])
        sizes = (1, 2, 3)
        told = [
            await town.wire.speak(who, f"/open WIF long {size}") for size in sizes for who in people
        ]

        async def is_booked() -> bool:
            return bool(await town.value("SELECT count(*) FROM orders") == len(told))

        await town.until(is_booked, "all is booked, though nobody can be told")
        await town.break_telegram(fail_rate=0)
        await asyncio.gather(*(town.reply(each["update_id"]) for each in told))
        for who in people:
            seen = [text_of(each) for each in await messages_of(town, who) if is_bots(each)]
            numbers = [int(found[1]) for text in seen if (found := re.search(r"order #(\d)", text))]
            # A reply whose delivery was not confirmed is sent again, but never out of order.
            assert sorted(set(numbers)) == [1, 2, 3]
            assert numbers == sorted(numbers)
            assert (len(numbers) > len(sizes)) == (trouble == "lost replies")
        await town.prove_books()


async def test_with_database_connections_cut_nothing_is_lost(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        people = [await town.newcomer() for _ in range(8)]
        told: list[dict[str, Any]] = []
        for size in (1, 2, 3):
            told += [await town.wire.speak(who, f"/open WIF long {size}") for who in people]
            await cut_connections(town)
        await asyncio.gather(*(town.reply(each["update_id"]) for each in told))
        assert [await town.orders(who) for who in people] == [3] * len(people)
        assert await town.value("SELECT count(*) FROM inbox WHERE failure <> ''") == 0
        await town.prove_books()


async def cut_connections(town: Town) -> None:
    """Cut every connection of the bot, in the middle of whatever it does."""
    await town.rows(f"SELECT pg_terminate_backend(pid) {BOT_CONNECTIONS}")


async def messages_of(town: Town, chat_id: int) -> list[Message]:
    shown = await town.wire.get(f"/sandbox/chats/{chat_id}/messages")
    return list(shown["messages"])


def is_bots(message: Message) -> bool:
    return bool(message["from"]["is_bot"])
