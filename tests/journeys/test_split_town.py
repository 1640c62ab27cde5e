"""A bot of seven processes answers as one; whichever of them dies, or their Redis, it goes on."""

import asyncio
from functools import partial
from pathlib import Path

from redis.asyncio import Redis

from bot.adapters.passwords import hash_password
from tests.faults.redis_server import redis_server
from tests.journeys.people import ADA
from tests.journeys.processes import Forks
from tests.journeys.split_town import split_bot
from tests.journeys.town import Town

PASSWORD = "correct-horse-battery"
_SHARES = """
    SELECT kind, array_agg(held) AS held FROM (
      SELECT split_part(name, '/', 1) AS kind, holder, count(*) AS held FROM leases
      WHERE name LIKE ANY ('{lanes/%,chats/%}') AND holder <> '' GROUP BY 1, 2
    ) GROUP BY kind
"""
_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM outbox WHERE update_id = ANY ($1) GROUP BY update_id HAVING count(*) > 1
    ) twice
"""
_ALARMS = """
    SELECT count(*) FROM outbox WHERE chat_id = $1 AND payload::text LIKE '%Redis does not%'
"""
_MOVED = "SELECT count(*) FROM token_prices WHERE received_at > $1"


async def shared_in(url: str) -> set[str]:
    """Give what the bot keeps in Redis, by the last words of its names."""
    async with Redis.from_url(url) as client:
        return {key.decode().split(":", 2)[2] for key in await client.keys("kitrader:*")}


async def test_a_bot_of_seven_processes_goes_on_as_one_whichever_dies(
    empty_town: Town, forks: Forks, tmp_path: Path
) -> None:
    town = empty_town
    changes = {
        "lease_seconds": 3.0,
        "health_seconds": 1.0,
        "auth_password_hash": hash_password(PASSWORD),
    }
    async with (
        redis_server(tmp_path) as redis,
        split_bot(town, forks, redis_url=redis.url, **changes) as troupe,
    ):
        people = [await town.newcomer() for _ in range(8)]
        await asyncio.gather(*(town.say(who, "/open WIF long 2") for who in people))

        async def is_shared() -> bool:
            shares = {row["kind"]: row["held"] for row in await town.rows(_SHARES)}
            return shares == {"chats": [16, 16], "lanes": [32, 32]}

        await town.until(is_shared, "each has half of the work")
        guest = await town.say(await town.newcomer(), f"/auth {PASSWORD}")
        assert "let in" in guest.text, "the worker knows what the web cut out"
        assert PASSWORD not in await town.value("SELECT string_agg(raw, '') FROM inbox")

        async def is_forgotten() -> bool:
            return not await town.value("SELECT count(*) FROM typed_secrets")

        await town.until(is_forgotten, "what was answered is forgotten")
        dead = [await troupe.holder_of(role) for role in ("worker", "market", "sender")]
        held = [await troupe.held_by(child) for child in dead]

        async def is_in_redis() -> bool:
            return await shared_in(redis.url) >= {"pace:turns", "rounds"}

        await town.until(is_in_redis, "turns and rounds are in Redis")
        redis.hang()
        told = [await town.wire.speak(who, "/close 1 50") for who in people]
        for child in dead:
            await troupe.bury(child)
        killed_at = await town.value("SELECT now()")
        replies = [await town.reply(each["update_id"]) for each in told]
        assert [reply.failure for reply in replies] == [""] * len(people)
        for child, names in zip(dead, held, strict=True):
            await town.until(partial(troupe.are_replaced, names, child), "others have it")

        async def is_priced() -> bool:
            return bool(await town.value(_MOVED, killed_at))

        await town.until(is_priced, "the other market reads prices")
        assert [await town.orders(who) for who in people] == [2] * len(people)

        async def is_alarmed() -> bool:
            return bool(await town.value(_ALARMS, ADA))

        await town.until(is_alarmed, "admins are told of Redis")
        assert await town.value(_ALARMS, ADA) == 1
        assert await town.value(_TWICE, [each["update_id"] for each in told]) == 0
    assert await town.value("SELECT count(*) FROM leases WHERE holder <> ''") == 0
    await town.prove_books()
