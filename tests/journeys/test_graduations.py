"""Tokens that leave their launch while they are held: their pool is found, and people are told."""

import pytest

from tests.journeys.people import text_of
from tests.journeys.town import Town

CURVE_COIN, LAUNCHED = "MOSS", "KITE"
POOLS = [(CURVE_COIN, "Pump.fun curve", "PumpSwap"), (LAUNCHED, "Meteora", "Meteora DAMM v2")]


def mint_of(town: Town, symbol: str) -> str:
    return next(str(t.mint) for t in town.world.market.tokens() if t.symbol == symbol)


async def send_sources_away(town: Town) -> None:
    for site in ("price-api", "jupiter", "geckoterminal"):
        await town.wire.post(f"/sandbox/{site}/faults", {"dead": True})


async def news(town: Town, who: int) -> list[str]:
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    return [text_of(each) for each in shown if "moved" in text_of(each)]


async def end(town: Town, how: str, symbol: str) -> None:
    await town.wire.post(f"/sandbox/market/{how}", {"mint": mint_of(town, symbol)})


@pytest.mark.parametrize(("symbol", "old", "new"), POOLS)
async def test_a_held_token_follows_to_its_pool_by_itself_and_its_holder_hears_once(
    empty_town: Town, symbol: str, old: str, new: str
) -> None:
    town = empty_town
    async with town.bot():
        holder, other = await town.newcomer("Gil"), await town.newcomer("Oda")
        assert old in (await town.say(holder, mint_of(town, symbol))).text
        assert "Bought" in (await town.say(holder, f"/open {symbol} long 2")).text
        await town.say(other, f"/price {symbol}")
        # The sources are away: the new pool is found by derivation.
        await send_sources_away(town)
        await end(town, "migrate", symbol)

        async def is_told() -> bool:
            return bool(await news(town, holder))

        await town.until(is_told, "the holder hears of the move")
        (told,) = await news(town, holder)
        assert symbol in told
        assert new in told

        async def is_priced() -> bool:
            return new in (await town.say(other, f"/price {symbol}")).text

        await town.until(is_priced, "the new pool prices it")
        positions = await town.say(holder, "/positions")
        assert symbol in positions.text
        assert "Sold" in (await town.say(holder, "/close 1 50")).text
        assert "Bought" in (await town.say(other, f"/open {symbol} long 1")).text
        assert "Sold" in (await town.say(holder, "/close 1")).text
        assert len(await news(town, holder)) == 1
        assert await news(town, other) == []
        rows = await town.rows("SELECT to_kind FROM token_graduations")
        assert len(rows) == 1
        await town.prove_books()


async def test_between_curve_and_pool_nothing_trades_and_a_restart_forgets_nothing(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot():
        holder = await town.newcomer("Bea")
        await town.say(holder, mint_of(town, CURVE_COIN))
        assert "Bought" in (await town.say(holder, f"/open {CURVE_COIN} long 2")).text
        await end(town, "complete", CURVE_COIN)

        async def is_seen() -> bool:
            return "complete" in (await town.say(holder, f"/price {CURVE_COIN}")).text

        await town.until(is_seen, "the curve is seen to be complete")
        refused = await town.say(holder, "/close 1")
        assert "Sold" not in refused.text
        assert "complete" in refused.text
        assert CURVE_COIN in (await town.say(holder, "/positions")).text
    await end(town, "migrate", CURVE_COIN)
    async with town.bot():

        async def is_told() -> bool:
            return bool(await news(town, holder))

        await town.until(is_told, "the holder hears after the restart")
        assert "Sold" in (await town.say(holder, "/close 1")).text
    async with town.bot():
        assert "PumpSwap" in (await town.say(holder, f"/price {CURVE_COIN}")).text
    assert len(await news(town, holder)) == 1
    await town.prove_books()
