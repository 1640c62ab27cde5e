"""Sources over the wire: their genuine shapes, their troubles, and their keys kept quiet."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.price_sources.dexscreener import DexScreener, dexscreener_site
from bot.adapters.price_sources.dexscreener_pairs import read_figures as dexscreener_figures
from bot.adapters.price_sources.geckoterminal import GeckoTerminal, geckoterminal_site
from bot.adapters.price_sources.geckoterminal_pools import read_figures as geckoterminal_figures
from bot.adapters.price_sources.geckoterminal_pools import read_places as geckoterminal_places
from bot.adapters.price_sources.http_source import Garbled, HttpSource, SiteSettings
from bot.adapters.price_sources.jupiter import Jupiter, jupiter_site
from bot.adapters.price_sources.jupiter_tokens import read_figures as jupiter_figures
from bot.adapters.price_sources.jupiter_tokens import read_places as jupiter_places
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.ports.token_sources import TokenSource
from bot.sandbox.market.catalogue import WIF
from bot.sandbox.market.market import Market
from bot.sandbox.price_api.application import PriceApi, make_price_api_application
from bot.sandbox.price_api.geckoterminal import make_geckoterminal_application
from bot.sandbox.price_api.jupiter import make_jupiter_application
from bot.sandbox.solana_rpc.chain import Chain
from tests.builders.rpc_pools import seeded_chance
from tests.fakes.hand_clock import HandClock
from tests.fakes.web_source import web_source

MINT, POOL = str(WIF), "EP2ib6dYdEeqD8MfE2ezHCxX3kP3K2eLKkirfPm5eyMx"
NOON = datetime(2026, 10, 6, 12, tzinfo=UTC)
Make = Callable[[HttpSource, HandClock], TokenSource]
SITES: list[tuple[Callable[[PriceApi], web.Application], Callable[[str], SiteSettings], Make]] = [
    (make_price_api_application, dexscreener_site, DexScreener),
    (make_jupiter_application, jupiter_site, Jupiter),
    (make_geckoterminal_application, geckoterminal_site, GeckoTerminal),
]
JUPITER_TOKEN = {
    "id": MINT,
    "name": "dogwifhat",
    "symbol": "$WIF",
    "decimals": 6,
    "firstPool": {"id": POOL, "createdAt": "2023-11-20T12:00:00Z"},
    "holderCount": 251_013,
    "audit": {"mintAuthorityDisabled": True, "topHoldersPercentage": 31.94},
    "organicScore": 97.2,
    "isVerified": True,
    "usdPrice": 8.1605e-06,
    "liquidity": 3718.83,
    "updatedAt": "2026-10-06T11:59:58.123Z",
}
GECKO_POOL = {
    "id": f"solana_{POOL}",
    "type": "pool",
    "attributes": {"address": POOL, "reserve_in_usd": "9018233.1"},
    "relationships": {
        "base_token": {"data": {"id": f"solana_{MINT}", "type": "token"}},
        "quote_token": {"data": {"id": f"solana_{SOL_MINT}", "type": "token"}},
        "dex": {"data": {"id": "raydium", "type": "dex"}},
    },
}


@asynccontextmanager
async def standing_in(
    make_application: Callable[[PriceApi], web.Application],
    site: Callable[[str], SiteSettings],
    make: Make,
) -> AsyncIterator[tuple[Market, PriceApi, TokenSource]]:
    market = Market(Chain(), seed=7)
    api, clock = PriceApi(chain=market.chain), HandClock()
    runner = web.AppRunner(make_application(api), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        # Its limit is proved elsewhere.
        quick = replace(site(url), requests_per_second=100.0, burst=50)
        http = HttpSource(quick, clock=clock, chance=seeded_chance(), sleep=clock.sleep)
        async with http:
            yield market, api, make(http, clock)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("application", "site", "make"), SITES)
async def test_a_stand_in_tells_pools_and_prices_of_the_chain(
    application: Callable[[PriceApi], web.Application],
    site: Callable[[str], SiteSettings],
    make: Make,
) -> None:
    async with standing_in(application, site, make) as (market, api, source):
        wif = next(token for token in market.tokens() if token.mint == WIF)
        pools = {str(pool.address) for pool in wif.pools}
        places = await source.places(MINT)
        assert {place.address for place in places} <= pools
        assert places
        (figure,) = await source.figures([MINT])
        assert (figure.mint, figure.symbol, figure.source) == (MINT, "WIF", source.name)
        assert abs(figure.usd / (wif.price * market.sol_price) - 1) < Decimal("0.01")
        assert figure.liquidity_usd is not None
        assert figure.liquidity_usd > 1_000_000
        api.price_percent = 50
        (spoilt,) = await source.figures([MINT])
        assert abs(spoilt.usd * 2 / figure.usd - 1) < Decimal("0.001")
        assert await source.figures(["1" * 32]) == []
        assert source.state().failures == 0
        assert source.state().requests == 4


@pytest.mark.parametrize(("application", "site", "make"), SITES)
@pytest.mark.parametrize("fault", [{"dead": True}, {"http_status": 500}, {"garbage": True}])
async def test_a_spoilt_source_is_unavailable_and_soon_left_alone(
    application: Callable[[PriceApi], web.Application],
    site: Callable[[str], SiteSettings],
    make: Make,
    fault: dict[str, object],
) -> None:
    async with standing_in(application, site, make) as (_, api, source):
        api.set_faults(fault)
        for _ in range(8):
            with pytest.raises(Unavailable):
                await source.places(MINT)
        assert source.state().circuit == "open"
        assert 5 <= api.requests_served <= 6
        assert source.state().last_error


async def test_jupiters_key_goes_with_the_request_and_into_no_error_or_repr() -> None:
    async with web_source() as source:
        site = jupiter_site(source.url, "key-that-nobody-sees")
        assert "nobody" not in repr(site)
        clock = HandClock()
        async with HttpSource(site, clock=clock, chance=seeded_chance()) as http:
            source.status = 401
            with pytest.raises(Unavailable) as failed:
                await Jupiter(http, clock).places(MINT)
        assert "nobody" not in str(failed.value)
        assert source.asked_with[-1]["x-api-key"] == "key-that-nobody-sees"


def test_a_token_of_jupiter_is_read_with_its_own_time_and_holders() -> None:
    body = orjson.dumps([JUPITER_TOKEN, JUPITER_TOKEN | {"id": USDC_MINT}])
    (figure,) = jupiter_figures(body, {MINT}, NOON)
    assert figure.usd == Decimal("8.1605e-06")
    assert figure.source_at == datetime(2026, 10, 6, 11, 59, 58, 123_000, UTC)
    assert (figure.holders, figure.is_verified) == (251_013, True)
    assert figure.top_holders_share == Decimal("0.3194")
    assert [place.address for place in jupiter_places(body, MINT)] == [POOL]


def test_a_pool_of_geckoterminal_counts_where_it_prices_the_token() -> None:
    turned = GECKO_POOL | {"attributes": {"address": USDC_MINT, "reserve_in_usd": None}}
    body = orjson.dumps({"data": [turned, GECKO_POOL, {"id": 5}, None]})
    assert [place.address for place in geckoterminal_places(body, MINT)] == [POOL, USDC_MINT]
    assert geckoterminal_places(body, POOL) == []


def test_the_price_in_dollars_is_only_that_of_a_pairs_base() -> None:
    pair = {
        "chainId": "solana",
        "baseToken": {"address": SOL_MINT},
        "quoteToken": {"address": MINT},
        "priceUsd": "150.1",
    }
    assert dexscreener_figures(orjson.dumps([pair]), {MINT}, NOON) == []
    (figure,) = dexscreener_figures(orjson.dumps([pair]), {SOL_MINT}, NOON)
    assert figure.usd == Decimal("150.1")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
    | st.sampled_from([MINT, POOL, "1e999999", "-1", "NaN", "2026-10-06", f"solana_{MINT}"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["data", "attributes", "address", "price_usd", "id", "usdPrice", "audit", "firstPool",
             "updatedAt", "relationships", "base_token", "topHoldersPercentage", "pairs",
             "chainId", "baseToken", "priceUsd", "liquidity", "usd", "holderCount"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(_json)
def test_no_answer_raises_anything_but_garbled(value: object) -> None:
    body = json.dumps(value).encode()
    wanted = {MINT, POOL}
    for read in (
        lambda: jupiter_figures(body, wanted, NOON),
        lambda: jupiter_places(body, MINT),
        lambda: geckoterminal_figures(body, wanted, NOON),
        lambda: geckoterminal_places(body, MINT),
        lambda: dexscreener_figures(body, wanted, NOON),
    ):
        try:
            found = read()
        except Garbled:
            continue
        assert all(getattr(each, "usd", 1) > 0 for each in found)
