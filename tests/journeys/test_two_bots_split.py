"""Two tokens and a process for each role: every bot is polled by one, and sends by itself."""

from pathlib import Path

from bot.sandbox.telegram_api.people_actions import Utterance, press, say
from bot.sandbox.telegram_api.server import serve_telegram
from tests.faults.redis_server import redis_server
from tests.journeys.processes import Forks
from tests.journeys.split_town import split_bot
from tests.journeys.test_split_town import shared_in
from tests.journeys.test_two_bots import FIRST, SECOND, ZOE, bot_world, texts, told, until
from tests.journeys.town import Town

_POLLERS = "SELECT holder, fence FROM leases WHERE name = 'poller' AND holder <> ''"
_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM outbox WHERE update_id IS NOT NULL GROUP BY update_id, method HAVING count(*) > 1
    ) twice
"""


async def test_each_bot_is_heard_and_answers_by_itself_whichever_process_dies(
    empty_town: Town, forks: Forks, tmp_path: Path
) -> None:
    town, one, two = empty_town, bot_world(FIRST, "one_bot"), bot_world(SECOND, "two_bot")
    async with redis_server(tmp_path) as redis, serve_telegram(one, two) as base:
        bots = {"bot_token": FIRST, "bot_tokens": (SECOND,), "bot_api_base": base}
        bots |= {"redis_url": redis.url, "lease_seconds": 3.0}
        cast = ("web", "web", "worker", "market", "sender", "sender")
        async with split_bot(town, forks, cast, **bots) as troupe:
            for world in (one, two):
                say(world, ZOE, ZOE, Utterance(text="/price WIF"))
                await until(lambda w=world: any("WIF" in text for text in texts(w)))
            (card,) = told(two)
            data = card.to_people()["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
            opened, _ = press(two, ZOE, ZOE, card.message_id, data)
            await until(lambda: opened.answered)
            (before,) = await town.rows(_POLLERS)
            for role in ("web", "sender"):
                await troupe.bury(await troupe.holder_of(role))
            said = len(texts(one)), len(texts(two))
            for world, before_ in zip((one, two), said, strict=True):
                say(world, ZOE, ZOE, Utterance(text="/wallet"))
                await until(lambda w=world, n=before_: len(texts(w)) > n)
            (after,) = await town.rows(_POLLERS)
            assert after["fence"] > before["fence"]
            assert await town.value(_TWICE) == 0
            assert await shared_in(redis.url) >= {"pace:turns", "pace:1:turns"}
