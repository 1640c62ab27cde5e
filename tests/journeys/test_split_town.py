"""A bot of seven processes answers as one; whichever of them dies, another takes over."""

import asyncio
from functools import partial

from tests.journeys.processes import Forks
from tests.journeys.split_town import split_bot
from tests.journeys.town import Town

_SHARES = """
    SELECT kind, array_agg(held) AS held FROM (
      SELECT split_part(name, '/', 1) AS kind, holder, count(*) AS held FROM leases
      WHERE name LIKE ANY ('{lanes/%,chats/%}') AND holder <> '' GROUP BY 1, 2
    ) GROUP BY kind
"""
_TWICE = """
    SELECT count(*) FROM (SELECT FROM outbox GROUP BY update_id HAVING count(*) > 1) twice
"""
_MOVED = "SELECT count(*) FROM token_prices WHERE received_at > $1"


async def test_a_bot_of_seven_processes_goes_on_as_one_whichever_dies(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town
    async with split_bot(town, forks, lease_seconds=3.0) as troupe:
        people = [await town.newcomer() for _ in range(8)]
        await asyncio.gather(*(town.say(who, "/open WIF long 2") for who in people))

        async def is_shared() -> bool:
            shares = {row["kind"]: row["held"] for row in await town.rows(_SHARES)}
            return shares == {"chats": [16, 16], "lanes": [32, 32]}

        await town.until(is_shared, "each has half of the work")
        dead = [await troupe.holder_of(role) for role in ("worker", "market", "sender")]
        held = [await troupe.held_by(child) for child in dead]
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
        assert await town.value(_TWICE) == 0
    assert await town.value("SELECT count(*) FROM leases WHERE holder <> ''") == 0
    await town.prove_books()
