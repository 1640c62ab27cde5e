"""Tokens that are looked at follow the chain by WebSocket, and by polls where that fails."""

from typing import Any

import pytest

from tests.journeys.town import WIF, Town

NEVER = 600.0


async def shown(town: Town, status_url: str) -> Any:
    async with town.wire.session.get(status_url) as answer:
        prices = (await answer.json())["prices"]
    return next(price["price_sol"] for price in prices if price["mint"] == WIF)


async def test_a_looked_at_token_moves_without_any_poll(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(hot_refresh_seconds=NEVER, price_refresh_seconds=NEVER) as running:
        who = await town.newcomer()
        await town.say(who, "/price WIF")
        await running.services.ticks.refresh_hot()

        async def is_followed() -> bool:
            states = running.services.outside_state.view().endpoints
            return any(state.stream is not None and state.stream.accounts for state in states)

        await town.until(is_followed, "the token's pools are followed")
        before = await shown(town, running.status_url)
        await town.shock(WIF, 30)

        async def has_moved() -> bool:
            return bool(await shown(town, running.status_url) != before)

        await town.until(has_moved, "the news led to a new price")


@pytest.mark.parametrize("settings", [{"solana_ws_urls": ("off",)}, {"solana_ws_accounts": 0}])
async def test_without_web_sockets_the_polls_go_on(
    empty_town: Town, settings: dict[str, object]
) -> None:
    town = empty_town
    async with town.bot(**settings) as running:
        who = await town.newcomer()
        await town.say(who, "/price WIF")
        before = await shown(town, running.status_url)
        await town.shock(WIF, 30)

        async def has_moved() -> bool:
            return bool(await shown(town, running.status_url) != before)

        await town.until(has_moved, "the next poll read the price")
        states = running.services.outside_state.view().endpoints
        assert all(not (state.stream and state.stream.accounts) for state in states)
