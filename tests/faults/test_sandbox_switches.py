"""Telegram and RPC endpoints that fail on demand: every order once, every receipt in the end."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import pytest

from tests.faults.sandbox_switches import BotApiFaults, RpcFaults
from tests.journeys.town import Town

SEND = ("sendMessage",)
TELEGRAMS: Mapping[str, Callable[[BotApiFaults], Awaitable[None]]] = {
    "floods": lambda api: api.flood(retry_after=1, methods=SEND),
    "server errors": lambda api: api.fail(503, methods=SEND),
    "hanging sends": lambda api: api.hang(methods=SEND),
    "a slow server": lambda api: api.slow(50),
    "lost acknowledgements": lambda api: api.lose_replies(rate=0.3, methods=["getUpdates"]),
}
ENDPOINTS: Mapping[str, Callable[[RpcFaults], Awaitable[None]]] = {
    "dead": lambda node: node.die(),
    "hanging": lambda node: node.hang(),
    "lagging": lambda node: node.lag(400),
    "failing": lambda node: node.fail(503),
    "limited": lambda node: node.limit(1),
    "garbled": lambda node: node.garble(),
}


@pytest.mark.parametrize("trouble", TELEGRAMS)
async def test_each_update_acts_once_through(empty_town: Town, trouble: str) -> None:
    town = empty_town
    api = BotApiFaults(wire=town.wire)
    async with town.bot():
        people = [await town.newcomer() for _ in range(3)]
        await TELEGRAMS[trouble](api)
        told = [await town.wire.speak(who, "/open WIF long 1") for who in people]
        for each in told:
            await api.repeat(each["update_id"], 2)

        async def is_booked() -> bool:
            return bool(await town.value("SELECT count(*) FROM orders") == len(people))

        await town.until(is_booked, "all is booked")
        await api.mend()
        await asyncio.gather(*(town.reply(each["update_id"]) for each in told))
        assert [await town.orders(who) for who in people] == [1] * len(people)
        await town.prove_books()


@pytest.mark.parametrize("trouble", ENDPOINTS)
async def test_an_endpoint_fails_on_demand_and_is_mended(empty_town: Town, trouble: str) -> None:
    town = empty_town
    node = RpcFaults(wire=town.wire, number=1)
    await ENDPOINTS[trouble](node)
    await node.mend()
