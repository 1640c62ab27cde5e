"""Prices that cannot be trusted: sources or chain down, pools that disagree, one odd reading."""

from decimal import Decimal

from bot.domain.identifiers import USDC_MINT
from bot.sandbox.market.pools.pool import Pool
from tests.journeys.people import text_of
from tests.journeys.town import JUP, WIF, Town

SITES = ("price-api", "jupiter", "geckoterminal")


async def spoil(town: Town, **faults: object) -> None:
    """Let every price site fail in these ways; none of them mends it."""
    for site in SITES:
        await town.wire.post(f"/sandbox/{site}/faults", faults)


def pools_of(town: Town, mint: str) -> list[Pool]:
    return list(next(t.pools for t in town.world.market.tokens() if str(t.mint) == mint))


def stand_at(town: Town, pool: Pool, percent: int) -> None:
    """Put one pool at a percentage of where it stands; the others stay."""
    pool.move_to(pool.price() * percent / Decimal(100))
    chain = town.world.chain
    chain.place_all(list(pool.placements(chain.rent_minimum_lamports(165))))


def by_symbol(town: Town, symbol: str) -> str:
    return next(str(t.mint) for t in town.world.market.tokens() if t.symbol == symbol)


async def news(town: Town, who: int, word: str) -> list[str]:
    shown = (await town.wire.get(f"/sandbox/chats/{who}/messages"))["messages"]
    return [text_of(each) for each in shown if word in text_of(each)]


async def state(town: Town, who: int) -> str:
    return str(await town.value("SELECT state FROM positions WHERE user_id = $1", who))


async def test_with_every_source_down_a_pasted_mint_is_found_by_derivation(
    empty_town: Town,
) -> None:
    town = empty_town
    await spoil(town, dead=True)
    async with town.bot():
        who = await town.newcomer("Dee")
        for symbol in ("TUG", "GILT", "MOSS"):
            card = await town.say(who, by_symbol(town, symbol))
            assert symbol in card.text
            assert "SOL" in card.text
            assert "Bought" in (await town.say(who, f"/open {symbol} long 1")).text
        await town.prove_books()


async def test_with_the_chain_down_others_are_quoted_as_such_and_nothing_trades(
    empty_town: Town,
) -> None:
    town = empty_town
    slow = {"price_refresh_seconds": 60.0, "hot_refresh_seconds": 60.0}
    # Few tokens to look up at the start: the sources' limits are small.
    async with town.bot(**slow, source_check_seconds=600.0, default_tokens=(USDC_MINT, WIF)):
        who = await town.newcomer("Rae")
        await town.say(who, "/price WIF")
        for number in (1, 2):
            await town.break_rpc(number, dead=True)
        tug, hostile = by_symbol(town, "TUG"), by_symbol(town, "</code>USD\u0421")
        said = await town.say(who, tug)
        assert "Solana does not answer now" in said.text
        for source in ("DexScreener", "Jupiter", "GeckoTerminal"):
            assert f"{source}: $" in said.text
        assert "ago" in said.text
        assert "reply_markup" not in said.message("TUG")
        dressed = await town.say(who, hostile)
        assert "Beware of the name: unusual letters" in dressed.text
        assert "\u202e" not in dressed.text
        refused = await town.say(who, "/open WIF long 1")
        assert "does not answer" in refused.text
        assert await town.orders(who) == 0
        # A token that is known keeps its last price, with what others say beside it.
        await town.pool.execute("SELECT pg_sleep(3.2)")
        known = await town.say(who, "/price WIF")
        assert "others say, unchecked" in known.text
        await spoil(town, dead=True)
        gone = await town.say(who, by_symbol(town, "SOGGY"))
        assert "does not answer" in gone.text


async def test_a_pool_that_disagrees_pauses_the_token_and_tells_its_holders_once(
    empty_town: Town,
) -> None:
    town = empty_town
    async with town.bot(suspicion_calm_seconds=1.0, source_check_seconds=600.0):
        holder, other = await town.newcomer("Hal"), await town.newcomer("Ott")
        assert "Bought" in (await town.say(holder, "/open JUP long 2")).text
        _, usdc_pool = pools_of(town, JUP)
        stand_at(town, usdc_pool, 112)

        async def is_told() -> bool:
            return bool(await news(town, holder, "is disputed"))

        await town.until(is_told, "the holder hears of the dispute")
        assert "Orca Whirlpool" in (await news(town, holder, "is disputed"))[0]
        assert await news(town, other, "disputed") == []
        assert "Disputed since" in (await town.say(other, "/price JUP")).text
        assert "is disputed" in (await town.say(other, "/open JUP long 1")).text
        assert await town.orders(other) == 0
        # Out at what the pool pays, with a word about it.
        out = await town.say(holder, "/close 1 50")
        assert "Sold" in out.text
        assert "contradict this pool" in out.text
        stand_at(town, usdc_pool, 89)

        async def is_over() -> bool:
            return bool(await news(town, holder, "agree again"))

        await town.until(is_over, "the holder hears that it is over")
        assert len(await news(town, holder, "is disputed")) == 1
        assert len(await news(town, holder, "agree again")) == 1
        rows = await town.rows("SELECT cause, ended_at FROM price_suspicions")
        assert [(row["cause"], row["ended_at"] is None) for row in rows] == [("pools", False)]
        assert "Bought" in (await town.say(other, "/open JUP long 1")).text
        await town.prove_books()


async def test_sources_that_contradict_the_chain_pause_a_token_too(empty_town: Town) -> None:
    town = empty_town
    async with town.bot(suspicion_calm_seconds=1.0, source_check_seconds=1.0):
        who = await town.newcomer("Sue")
        await town.say(who, "/open WIF long 1")
        for site in SITES:
            await town.wire.post(f"/sandbox/{site}/faults", {"price_percent": 300})

        async def is_doubted() -> bool:
            return bool(await news(town, who, "is disputed"))

        await town.until(is_doubted, "the holder hears what sources say")
        assert "the pools and" in (await news(town, who, "is disputed"))[0].lower()
        assert "is disputed" in (await town.say(who, "/open WIF long 1")).text
        await spoil(town)

        async def is_over() -> bool:
            return bool(await news(town, who, "agree again"))

        await town.until(is_over, "the holder hears that it is over")


async def test_one_odd_reading_liquidates_nobody_and_a_real_move_does(empty_town: Town) -> None:
    town = empty_town
    # The refresh is slow, so that the test decides what is read.
    async with town.bot(
        hot_refresh_seconds=600.0,
        price_refresh_seconds=600.0,
        solana_ws_urls=("off",),
        source_check_seconds=600.0,
    ) as bot:
        who = await town.newcomer("Lin")
        assert "Sold short" in (await town.say(who, "/open WIF short 20 x3")).text
        ticks = bot.services.ticks

        async def read(percent: int, times: int) -> str:
            for pool in pools_of(town, WIF):
                stand_at(town, pool, percent)
            for _ in range(times):
                town.world.chain.advance(1)
                await ticks.refresh_hot()
            return await state(town, who)

        assert await read(160, times=1) == "open"
        assert await read(63, times=2) == "open"
        assert await read(160, times=1) == "open"

        async def is_gone() -> bool:
            await ticks.refresh_hot()
            return await state(town, who) == "liquidated"

        await town.until(is_gone, "the short is liquidated")
        await town.prove_books()
