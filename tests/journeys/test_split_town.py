"""A bot in five roles and six processes answers as one; whichever dies, another takes over."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis

from tests.faults.redis_server import redis_server
from tests.journeys.processes import Child, Forks, environment_of
from tests.journeys.town import Town

CAST = ("web", "worker", "worker", "market", "sender", "sender")
_SHARES = """
    SELECT kind, array_agg(held) AS held FROM (
      SELECT split_part(name, '/', 1) AS kind, holder, count(*) AS held FROM leases
      WHERE name LIKE ANY ('{lanes/%,chats/%}') AND holder <> '' GROUP BY 1, 2
    ) GROUP BY kind
"""


@asynccontextmanager
async def split_town(
    town: Town, forks: Forks, **settings: object
) -> AsyncIterator[Sequence[tuple[str, Child]]]:
    """Run the bot as many processes for the length of a block."""
    children: list[tuple[str, Child]] = []
    environment = environment_of(town.settings(public_url="https://split.example", **settings))
    for role in CAST:
        child = await forks.start(["run", "--role", role], environment, variants=["sends at once"])
        children.append((role, child))
    try:
        yield children
    finally:
        for _, child in children:
            child.ask_to_stop()
        for _, child in children:
            await child.code()


async def shared_in(url: str) -> set[str]:
    """Give what the bot keeps in Redis, by the last words of its names."""
    async with Redis.from_url(url) as client:
        return {key.decode().split(":", 2)[2] for key in await client.keys("kitrader:*")}


async def test_a_bot_of_six_processes_answers_as_one_also_when_its_redis_dies(
    empty_town: Town, forks: Forks, tmp_path: Path
) -> None:
    town = empty_town
    async with redis_server(tmp_path) as redis, split_town(town, forks, redis_url=redis.url):
        people = [await town.newcomer() for _ in range(4)]
        for text in ("/open WIF long 5", "/close 1 50", "/wallet"):
            if text == "/close 1 50":
                assert await shared_in(redis.url) >= {"pace:turns", "rounds"}
                await redis.kill()
            for who in people:
                reply = await town.say(who, text)
                assert reply.failure == ""
                assert reply.messages
        assert [await town.orders(who) for who in people] == [2] * len(people)
        shares = await town.rows(_SHARES)
        assert {row["kind"]: row["held"] for row in shares} == {
            "chats": [16, 16],
            "lanes": [32, 32],
        }
    assert await town.value("SELECT count(*) FROM leases WHERE holder <> ''") == 0
    await town.prove_books()
