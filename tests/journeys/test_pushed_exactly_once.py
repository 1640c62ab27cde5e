"""What is pushed to the webhook many times, at once, or around a restart acts once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.faults.full_disk import full_disk
from tests.journeys.people import button
from tests.journeys.town import WIF, Town

SECRET = "town-hall-secret-0123456789"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
FIRST_UPDATE = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pusher:
    """Pushes updates as Telegram does, but as often and as much at once as one likes."""

    session: aiohttp.ClientSession
    url: str

    async def push(self, update: dict[str, Any]) -> int:
        """Give the status of one delivery."""
        async with self.session.post(self.url, json=update, headers=HEADERS) as answer:
            return answer.status

    async def push_all(self, updates: list[dict[str, Any]]) -> list[int]:
        """Give the statuses of deliveries at the same moment."""
        return await asyncio.gather(*map(self.push, updates))


@asynccontextmanager
async def pushing(town: Town, port: int) -> AsyncIterator[Pusher]:
    """Run the bot behind a webhook for the length of a block."""
    url = f"http://127.0.0.1:{port}/telegram/webhook"
    async with (
        town.bot(webhook_url=url, webhook_secret=SECRET, http_port=port),
        aiohttp.ClientSession() as session,
    ):
        yield Pusher(session=session, url=url)


def a_press(number: int, who: int, card: dict[str, Any], data: str) -> dict[str, Any]:
    """Give a press as Telegram spells it; each is an update of its own."""
    person = {"id": who, "is_bot": False, "first_name": "Nick"}
    press = {"id": str(number), "from": person, "chat_instance": "1", "data": data}
    message = {name: card[name] for name in ("message_id", "date", "chat", "from", "text")}
    return {"update_id": FIRST_UPDATE + number, "callback_query": press | {"message": message}}


def a_letter(number: int, who: int, text: str) -> dict[str, Any]:
    """Give a message as Telegram spells it."""
    person = {"id": who, "is_bot": False, "first_name": "Nick"}
    chat = {"id": who, "type": "private", "first_name": "Nick"}
    letter = {"message_id": number, "date": FIRST_UPDATE, "from": person, "chat": chat}
    return {"update_id": FIRST_UPDATE + number, "message": letter | {"text": text}}


async def closed(town: Town, *numbers: int) -> None:
    """Wait until these were dealt with."""
    ids = [FIRST_UPDATE + number for number in numbers]
    query = "SELECT count(*) FROM inbox WHERE update_id = ANY ($1) AND closed_at IS NOT NULL"

    async def are_closed() -> bool:
        return bool(await town.value(query, ids) == len(ids))

    await town.until(are_closed, "all is answered")


async def test_fifty_presses_pushed_at_once_are_one_order(
    empty_town: Town, unused_tcp_port: int
) -> None:
    town = empty_town
    async with pushing(town, unused_tcp_port) as pusher:
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        data = button(card, "Buy 5")
        presses = [a_press(number, who, card, data) for number in range(50)]
        assert await pusher.push_all(presses) == [200] * 50
        await closed(town, *range(50))
        assert await town.orders(who) == 1
        toasts = await town.rows(
            "SELECT payload ->> 'text' AS said FROM outbox WHERE method = 'answerCallbackQuery'"
        )
        said = [row["said"] for row in toasts]
        assert sum(words.startswith("Bought") for words in said) == 1
        assert sum(words.startswith("Already done") for words in said) == 49
        await town.prove_books()


async def test_one_update_pushed_twenty_times_at_once_acts_once(
    empty_town: Town, unused_tcp_port: int
) -> None:
    town = empty_town
    async with pushing(town, unused_tcp_port) as pusher:
        who = await town.newcomer()
        assert await pusher.push_all([a_letter(1, who, "/open WIF long 1")] * 20) == [200] * 20
        await closed(town, 1)
        assert await pusher.push(a_letter(1, who, "/open WIF long 1")) == 200
        await town.say(who, "/wallet")
        assert await town.orders(who) == 1
        answers = "SELECT count(*) FROM outbox WHERE update_id = $1"
        assert await town.value(answers, FIRST_UPDATE + 1) == 1
        await town.prove_books()


async def test_a_press_pushed_before_a_restart_is_already_done_after_it(
    empty_town: Town, unused_tcp_port: int
) -> None:
    town = empty_town
    async with pushing(town, unused_tcp_port) as pusher:
        who = await town.newcomer()
        card = (await town.say(who, WIF)).message()
        data = button(card, "Buy 5")
        assert await pusher.push(a_press(1, who, card, data)) == 200
        await closed(town, 1)
    async with pushing(town, unused_tcp_port) as pusher:
        assert await pusher.push(a_press(1, who, card, data)) == 200
        assert await pusher.push(a_press(2, who, card, data)) == 200
        await closed(town, 1, 2)
        said = await town.value(
            "SELECT payload ->> 'text' FROM outbox WHERE update_id = $1", FIRST_UPDATE + 2
        )
        assert said == "Already done: order #1. Nothing was done twice."
        assert await town.orders(who) == 1
        await town.prove_books()


async def test_what_cannot_be_stored_is_refused_and_done_once_when_pushed_again(
    empty_town: Town, unused_tcp_port: int
) -> None:
    town = empty_town
    async with pushing(town, unused_tcp_port) as pusher:
        who = await town.newcomer()
        order = a_letter(1, who, "/open WIF long 1")
        async with full_disk(town.pool, ["inbox"]):
            assert await pusher.push_all([order] * 3) == [503] * 3
        assert await town.value("SELECT count(*) FROM inbox") == 0
        assert await pusher.push_all([order] * 3) == [200] * 3
        await closed(town, 1)
        assert await town.orders(who) == 1
        await town.prove_books()
