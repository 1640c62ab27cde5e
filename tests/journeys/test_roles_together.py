"""A bot of two processes with two roles each: whichever dies, the other goes on with its own."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from bot.bootstrap.roles import ProcessRole, wanted_by
from tests.builders.ports import free_port
from tests.journeys.processes import Forks
from tests.journeys.split_town import split_bot
from tests.journeys.town import Town

_STORED = "SELECT count(*) FROM inbox WHERE update_id = ANY ($1)"
_OPEN = "SELECT count(*) FROM inbox WHERE update_id = ANY ($1) AND closed_at IS NULL"
_FREE = """
    SELECT count(*) FROM unnest($1::text[]) wanted
    WHERE NOT EXISTS (SELECT FROM leases WHERE name = wanted AND holder <> '')
"""
_LIVES = "SELECT holder FROM leases WHERE starts_with(name, 'process/') AND until > now()"
_LAPSE = "UPDATE leases SET until = now() WHERE starts_with(holder, 'sender-')"
_TWICE = """
    SELECT count(*) FROM (
      SELECT FROM outbox WHERE update_id = ANY ($1) GROUP BY update_id HAVING count(*) > 1
    ) twice
"""


async def test_of_two_processes_one_dies_and_the_other_goes_on_and_nothing_is_lost(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town
    two = ("web,sender", "worker,market")
    every = [name for role in ProcessRole for name in wanted_by(role)]
    async with split_bot(town, forks, two, lease_seconds=3.0) as troupe:
        (_, front), (_, back) = troupe.cast
        people = [await town.newcomer() for _ in range(6)]
        replies = await asyncio.gather(*(town.say(who, "/open WIF long 2") for who in people))
        await town.until(lambda: _is_none(town, _FREE, every), "all is held")
        of_front, of_back = [await troupe.held_by(child) for child in (front, back)]
        assert set(of_front) == {*wanted_by(ProcessRole.WEB), *wanted_by(ProcessRole.SENDER)}
        assert set(of_back) == {*wanted_by(ProcessRole.WORKER), *wanted_by(ProcessRole.MARKET)}

        async def counts(query: str, told: list[int]) -> bool:
            return int(await town.value(query, told)) == len(told)

        # Nobody answers, but what people say is stored.
        await troupe.bury(back)
        unanswered = [(await town.wire.speak(who, "/close 1 50"))["update_id"] for who in people]
        await town.until(partial(counts, _STORED, unanswered), "the web goes on")
        assert await counts(_OPEN, unanswered)
        await troupe.start("worker,market")
        replies += await asyncio.gather(*map(town.reply, unanswered))
        await town.until(partial(troupe.are_replaced, of_back, back), "another has it")

        # Nobody sends, but what was said is done. A process for each role comes instead.
        stored = [(await town.wire.speak(who, "/close 1 50"))["update_id"] for who in people]
        await town.until(partial(counts, _STORED, stored), "the web has heard it")
        await troupe.bury(front)
        await town.until(lambda: _is_none(town, _OPEN, stored), "the worker goes on")
        for role in ("web", "sender"):
            await troupe.start(role)
        replies += await asyncio.gather(*map(town.reply, stored))
        assert [reply.failure for reply in replies] == [""] * len(replies)
        await town.until(partial(troupe.are_replaced, of_front, front), "others have it")
        assert [await town.orders(who) for who in people] == [3] * len(people)
        assert await town.value(_TWICE, [reply.update_id for reply in replies]) == 0
    assert await town.value("SELECT count(*) FROM leases WHERE holder <> ''") == 0
    await town.prove_books()


async def _is_none(town: Town, query: str, of: Sequence[object]) -> bool:
    return not await town.value(query, of)


async def test_a_role_that_lapsed_begins_anew_and_its_neighbour_goes_on(
    empty_town: Town, forks: Forks
) -> None:
    town = empty_town

    async def lives() -> dict[str, str]:
        found = [row["holder"] for row in await town.rows(_LIVES)]
        return {holder.split("-")[0]: holder for holder in found}

    async def is_another() -> bool:
        return (await lives()).get("sender", first["sender"]) != first["sender"]

    async with split_bot(town, forks, ("web,sender", "worker,market")) as troupe:
        first = await lives()
        await town.rows(_LAPSE)
        await town.until(is_another, "the sender lives again")
        assert await lives() == first | {"sender": (await lives())["sender"]}
        reply = await town.say(await town.newcomer(), "/open WIF long 2")
        assert reply.failure == ""
        assert not any(child.ended.done() for _, child in troupe.cast)


async def test_the_door_of_a_process_tells_of_all_its_roles_and_the_worst_counts(
    empty_town: Town, forks: Forks
) -> None:
    town, port = empty_town, free_port()
    base = f"http://127.0.0.1:{port}"

    async def get(path: str) -> tuple[int, Any]:
        async with town.wire.session.get(f"{base}{path}") as answer:
            is_text = answer.content_type == "text/plain"
            return answer.status, await (answer.text() if is_text else answer.json())

    async def is_ready() -> bool:
        return (await get("/health/ready"))[0] == 200

    quick = {"health_seconds": 0.2, "operations_port": port}
    async with split_bot(town, forks, ("sender,web",), **quick):
        await town.until(is_ready, "both are ready")
        told = (await get("/health"))[1]
        assert told["role"] == "web,sender"
        assert {each["role"] for each in told["checks"]} == {"web", "sender"}
        assert [each["role"] for each in (await get("/status"))[1]["roles"]] == ["web", "sender"]
        series = Counter(
            (sample.name, *sorted(sample.labels.items()))
            for family in text_string_to_metric_families((await get("/metrics"))[1])
            for sample in family.samples
        )
        assert [one for one, times in series.items() if times > 1] == []
        up = {one[1:] for one in series if one[0] == "kitrader_uptime_seconds"}
        assert up == {(("role", "web"),), (("role", "sender"),)}

        for number in (1, 2):
            await town.break_rpc(number, dead=True)
        # The web asks endpoints, the sender does not.
        await town.until(lambda: _not(is_ready), "it is not ready")
        why = (await get("/health/ready"))[1]["why"]
        assert why.startswith("web: endpoints: ")
        assert "sender" not in why
        assert (await get("/health/live"))[0] == 200
        for number in (1, 2):
            await town.break_rpc(number)
        await town.until(is_ready, "both are ready again")


async def _not(is_so: Any) -> bool:
    return not await is_so()
