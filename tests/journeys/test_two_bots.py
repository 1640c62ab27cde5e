"""Two tokens, one installation: each chat is served by the bot that it wrote to last."""

import asyncio
from collections.abc import Callable, Sequence

import orjson
import pytest

from bot.domain.bot_numbers import numbered
from bot.domain.errors import Unavailable
from bot.sandbox.telegram_api.messages import StoredMessage
from bot.sandbox.telegram_api.people import Person
from bot.sandbox.telegram_api.people_actions import Utterance, press, say
from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.world import TelegramWorld
from tests.journeys.town import Town

FIRST, SECOND = "111:first-token-first-token", "222:second-token-second-token"
ZOE = 7001
_QUEUE = "INSERT INTO outbox (chat_id, method, payload, priority) VALUES ($1, $2, $3, 1)"
_SERVED = "SELECT bot FROM chat_bots WHERE chat_id = $1"


def bot_world(token: str, name: str) -> TelegramWorld:
    return TelegramWorld(token, 7, username=name, people=[Person(id=ZOE, first_name="Zoe")])


def told(world: TelegramWorld) -> Sequence[StoredMessage]:
    return [one for one in world.chats[ZOE].messages.values() if one.sender["is_bot"]]


def texts(world: TelegramWorld) -> Sequence[str]:
    return [str(one.to_people()["text"]) for one in told(world)]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():  # noqa: ASYNC110 (the other side is a server)
            await asyncio.sleep(0.02)


async def test_people_are_served_by_the_bot_they_wrote_to_last(
    empty_town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    pool, one, two = empty_town.pool, bot_world(FIRST, "one_bot"), bot_world(SECOND, "two_bot")
    async with serve_telegram(one, two) as base:
        bots = {"bot_token": FIRST, "bot_tokens": (SECOND,), "bot_api_base": base}
        async with empty_town.bot(**bots):
            # Both worlds number alike: the same update id of two bots is two updates.
            for world in (one, two):
                said, update_id = say(world, ZOE, ZOE, Utterance(text="/price WIF"))
                await until(lambda: any("WIF" in text for text in texts(world)))  # noqa: B023
            assert update_id is not None
            assert await pool.fetchval(_SERVED, ZOE) == 1
            # A press is answered by the bot that was pressed.
            (card,) = told(two)
            data = card.to_people()["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            opened, _ = press(two, ZOE, ZOE, card.message_id, data)
            await until(lambda: opened.answered)
            # What answers nothing goes by the bot that serves the chat.
            news = {"chat_id": ZOE, "text": "news for Zoe"}
            await pool.execute(_QUEUE, ZOE, "sendMessage", orjson.dumps(news).decode())
            await until(lambda: "news for Zoe" in texts(two))
            say(one, ZOE, ZOE, Utterance(text="/wallet"))
            await until(lambda: len(texts(one)) > 1)
            assert await pool.fetchval(_SERVED, ZOE) == 0
            # An edit of the other bot's message is said anew here, where Zoe looks.
            kept = numbered(1, card.message_id)
            edit = {"chat_id": ZOE, "message_id": kept, "text": "changed for Zoe"}
            await pool.execute(_QUEUE, ZOE, "editMessageText", orjson.dumps(edit).decode())
            await until(lambda: "changed for Zoe" in texts(one))
        assert texts(one).count("news for Zoe") == texts(two).count("changed for Zoe") == 0
        ids = [row["update_id"] for row in await pool.fetch("SELECT update_id FROM inbox")]
        assert {update_id, numbered(1, update_id)} <= set(ids)
        assert said.message_id > 0
        heard = capfd.readouterr()
        assert SECOND.partition(":")[2] not in heard.out + heard.err
        # Another bot in the same place would be taken for the one that was there.
        with pytest.raises(Unavailable, match="BOT_TOKENS"):
            async with empty_town.bot(**{**bots, "bot_token": SECOND, "bot_tokens": (FIRST,)}):
                raise AssertionError("it runs")
