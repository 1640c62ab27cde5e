"""Updates pushed to us: only with the secret, only as JSON, only in a sane size."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from io import BytesIO

import aiohttp
import orjson
import pytest

from bot.bootstrap.settings import Settings
from tests.journeys.town import Town

SECRET = "town-hall-secret-0123456789"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE = orjson.dumps({"update_id": 5, "message": {"text": "/start"}})
REFUSED: Mapping[str, tuple[Mapping[str, str], bytes, int]] = {
    "no secret": ({}, UPDATE, 401),
    "an empty secret": ({HEADER: ""}, UPDATE, 401),
    "a wrong secret": ({HEADER: SECRET[:-1] + "x"}, UPDATE, 401),
    "a secret that is not ASCII": ({HEADER: "sécret-ключ-0123456789"}, UPDATE, 401),
    "a forwarded address": ({"X-Forwarded-For": "149.154.167.220"}, UPDATE, 401),
    "garbage": ({HEADER: SECRET}, b"{not json", 400),
    "nothing": ({HEADER: SECRET}, b"", 400),
    "a list": ({HEADER: SECRET}, b"[1]", 400),
    "no update id": ({HEADER: SECRET}, b'{"message": {}}', 400),
    "deep nesting": ({HEADER: SECRET}, b"[" * 100_000, 400),
    "two megabytes": ({HEADER: SECRET}, b" " * 2_000_000, 413),
}


@asynccontextmanager
async def pushed(town: Town, free_port: int) -> AsyncIterator[str]:
    """Run the bot behind a webhook; gives the webhook's address."""
    url = f"http://127.0.0.1:{free_port}/telegram/webhook"
    async with town.bot(webhook_url=url, webhook_secret=SECRET, http_port=free_port):
        yield url


async def test_people_are_answered_through_the_webhook(
    empty_town: Town, unused_tcp_port: int
) -> None:
    town = empty_town
    async with pushed(town, unused_tcp_port):
        who = await town.newcomer()
        card = await town.say(who, "/price WIF")
        bought = await town.press(who, card.message(), "Buy 5")
        assert "Bought" in bought.text
        told = await town.wire.speak(who, "/close 1")
        for _ in range(3):
            body = {"update_id": told["update_id"]}
            await town.wire.post("/sandbox/updates/repeat", body)
        await town.reply(told["update_id"])
        assert await town.orders(who) == 2
        assert town.world.telegram.updates.webhook is not None
        await town.prove_books()
    # The same town without the webhook: polling takes over by itself.
    async with town.bot():
        assert "History" in (await town.say(who, "/history")).text


async def test_whoever_is_not_telegram_is_refused(empty_town: Town, unused_tcp_port: int) -> None:
    town = empty_town
    async with pushed(town, unused_tcp_port) as url, aiohttp.ClientSession() as stranger:
        answers = {}
        for name, (headers, body, _) in REFUSED.items():
            async with stranger.post(url, data=BytesIO(body), headers=headers) as answer:
                answers[name] = answer.status
                assert SECRET not in await answer.text()
        assert answers == {name: status for name, (_, _, status) in REFUSED.items()}
        assert await town.value("SELECT count(*) FROM inbox") == 0
        who = await town.newcomer()
        async with asyncio.timeout(30):
            assert "You have 100 SOL" in (await town.say(who, "/start")).text


@pytest.mark.parametrize("secret", ["", "short", "with space 0123456789", "ключ" * 8])
def test_a_webhook_without_a_good_secret_is_not_even_set_up(secret: str) -> None:
    with pytest.raises(ValueError, match="WEBHOOK_SECRET"):
        Settings.model_validate(
            {"webhook_url": "https://example.org/hook", "webhook_secret": secret}
        )
