"""Killed at every named moment, the bot trades once and says so once, or twice where it must."""

import asyncio
import re
from collections.abc import Sequence

from tests.faults.killpoints import KILL_POINTS, SENT_TWICE, Lines, lines_of
from tests.journeys.people import text_of
from tests.journeys.processes import Forks, environment_of
from tests.journeys.town import PATIENCE_SECONDS, Town


async def test_a_kill_at_each_point_leaves_one_order_and_its_receipt(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    town = empty_town
    async with lines_of(town.dsn, town.world.bot_api_base, seed=seed) as lines:
        people = {name: await town.newcomer() for name in KILL_POINTS}
        for name, who in people.items():
            await live_and_die(town, forks, lines, name, who)
        async with town.bot():
            await town.until(town.is_quiet, "what the last one left is answered")
        for name, who in people.items():
            assert await town.orders(who) == 1, name
            # Sent at least once: a kill between sending and noting so may always send again.
            assert await receipts_of(town, who) in ({2} if name in SENT_TWICE else {1, 2}), name
        assert await town.value("SELECT count(*) FROM inbox WHERE failure <> ''") == 0
        await town.prove_books()


async def test_without_idempotency_a_kill_behind_the_commit_doubles_the_order(
    empty_town: Town, forks: Forks, seed: int
) -> None:
    town, name = empty_town, "after the booking's commit, before its reply"
    async with lines_of(town.dsn, town.world.bot_api_base, seed=seed) as lines:
        who = await town.newcomer()
        await live_and_die(town, forks, lines, name, who, variants=["forgets keys"])
        async with town.bot():
            await town.until(town.is_quiet, "what was left is answered")
        assert await town.orders(who) == 2
        await town.prove_books()


async def live_and_die(
    town: Town,
    forks: Forks,
    lines: Lines,
    name: str,
    who: int,
    *,
    variants: Sequence[str] = ("sends at once",),
) -> None:
    """Let a bot answer what the one before it left, then die at this point of a new order."""
    settings = town.settings(log_level="WARNING", **lines.settings())
    child = await forks.start(["run"], environment_of(settings), variants=variants)
    try:
        await town.until(town.is_quiet, f"the bot is ready to die {name}")
        await hears(town)
        struck = lines.kill_at(name, child.pid)
        await town.wire.speak(who, "/open WIF long 1")
        async with asyncio.timeout(PATIENCE_SECONDS):
            await struck.wait()
    finally:
        child.kill()
        await child.code()
        lines.mend()


async def hears(town: Town) -> None:
    """Wait until the bot of the moment answers, so that its kill falls on the order alone."""
    host = await town.newcomer("Host")
    await town.reply((await town.wire.speak(host, "/help"))["update_id"])


async def receipts_of(town: Town, who: int) -> int:
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    return sum(bool(re.search(r"order #1\b", text_of(each))) for each in shown)
