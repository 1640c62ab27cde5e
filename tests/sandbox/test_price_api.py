"""The price site answers in DexScreener's shape from the pools on the chain."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.market.catalogue import BONK, HOSTILE_SYMBOL, JUP, WIF
from bot.sandbox.market.dumps import load_accounts
from bot.sandbox.market.layouts.addresses import USDC, WSOL
from bot.sandbox.market.market import Market
from bot.sandbox.price_api.application import PriceApi, make_price_api_application
from bot.sandbox.price_api.pool_facts import read_pairs
from tests.sandbox.solana_fixtures import genuine, running, still_chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    base: str
    http: aiohttp.ClientSession
    market: Market
    api: PriceApi

    async def get(self, path: str) -> Any:
        async with self.http.get(self.base + path) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    market = Market(still_chain(), seed=1)
    api = PriceApi(chain=market.chain)
    async with (
        running(make_price_api_application(api)) as base,
        aiohttp.ClientSession() as http,
    ):
        yield Site(base=base, http=http, market=market, api=api)


async def test_a_token_has_its_pairs_with_the_chains_own_price(site: Site) -> None:
    pairs = await site.get(f"/token-pairs/v1/solana/{WIF}")
    assert {pair["dexId"] for pair in pairs} == {"raydium", "orca"}
    wif = next(token for token in site.market.tokens() if token.mint == WIF)
    by_address = {pair["pairAddress"]: pair for pair in pairs}
    for pool in wif.pools:
        pair = by_address[str(pool.address)]
        assert pair["baseToken"] == {"address": str(WIF), "name": "dogwifhat", "symbol": "WIF"}
        assert pair["quoteToken"]["symbol"] == "SOL"
        assert abs(Decimal(pair["priceNative"]) / pool.price() - 1) < Decimal("1e-9")
        in_usd = pool.price() * site.market.sol_price
        assert abs(Decimal(pair["priceUsd"]) / in_usd - 1) < Decimal("0.001")
    depth = sum(pair["liquidity"]["quote"] for pair in pairs)
    assert 8_000 < depth < 10_000


async def test_several_tokens_are_answered_at_once_and_not_more_than_thirty(site: Site) -> None:
    pairs = await site.get(f"/tokens/v1/solana/{WIF},{BONK},{JUP}")
    assert {pair["baseToken"]["symbol"] for pair in pairs} == {"WIF", "BONK", "JUP"}
    many = ",".join([str(WIF)] * 31)
    async with site.http.get(f"{site.base}/tokens/v1/solana/{many}") as response:
        assert response.status == 400


async def test_sol_is_the_base_of_its_dollar_pairs(site: Site) -> None:
    pairs = await site.get(f"/token-pairs/v1/solana/{WSOL}")
    dollars = [pair for pair in pairs if pair["quoteToken"]["address"] == str(USDC)]
    assert {pair["baseToken"]["symbol"] for pair in dollars} == {"SOL"}
    assert all(110 < Decimal(pair["priceUsd"]) < 200 for pair in dollars)


async def test_a_curve_has_no_liquidity_figure(site: Site) -> None:
    (pair,) = (await site.get("/latest/dex/search?q=moss"))["pairs"]
    assert pair["dexId"] == "pumpfun"
    assert pair["liquidity"] is None
    assert Decimal(pair["priceNative"]) > 0


async def test_search_gives_every_token_of_an_ambiguous_symbol(site: Site) -> None:
    pairs = (await site.get("/latest/dex/search?q=pepe"))["pairs"]
    assert len({pair["baseToken"]["address"] for pair in pairs}) == 2


async def test_a_hostile_name_comes_as_it_is(site: Site) -> None:
    pairs = (await site.get("/latest/dex/search?q=%3C/code%3E"))["pairs"]
    assert pairs[0]["baseToken"]["symbol"] == HOSTILE_SYMBOL


async def test_pairs_are_found_by_address_and_null_when_unknown(site: Site) -> None:
    pool = site.market.tokens()[1].pools[0]
    found = await site.get(f"/latest/dex/pairs/solana/{pool.address}")
    assert found["pair"]["pairAddress"] == str(pool.address)
    assert (await site.get(f"/latest/dex/pairs/solana/{WIF}"))["pairs"] is None
    assert await site.get(f"/token-pairs/v1/ethereum/{WIF}") == []


async def test_a_moved_market_moves_the_site(site: Site) -> None:
    before = (await site.get(f"/token-pairs/v1/solana/{WIF}"))[0]
    site.market.shock(WIF, Decimal(50))
    after = await site.get(f"/latest/dex/pairs/solana/{before['pairAddress']}")
    assert Decimal(after["pair"]["priceNative"]) > Decimal(before["priceNative"]) * Decimal("1.4")


async def test_the_301st_request_of_a_minute_is_refused(site: Site) -> None:
    site.api.requests_per_minute = 3
    for _ in range(3):
        await site.get(f"/token-pairs/v1/solana/{USDC}")
    async with site.http.get(f"{site.base}/token-pairs/v1/solana/{USDC}") as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "60"


async def test_the_site_can_be_switched_off(site: Site) -> None:
    switch = f"{site.base}/sandbox/price-api/faults"
    async with site.http.post(switch, json={"dead": True}) as response:
        assert (await response.json())["dead"] is True
    with pytest.raises(aiohttp.ClientError):
        await site.get(f"/token-pairs/v1/solana/{WIF}")
    async with site.http.post(switch, json={"slow": 1}) as response:
        assert response.status == 400
    async with site.http.post(switch, json={}) as response:
        assert (await response.json())["dead"] is False
    assert await site.get(f"/token-pairs/v1/solana/{WIF}")


def test_genuine_pools_are_read_to_six_digits() -> None:
    chain = still_chain()
    load_accounts(chain, genuine())
    prices = {str(pair.address): pair.price for pair in read_pairs(chain)}
    assert f"{prices['58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2']:.3f}" == "121.223"
    assert f"{prices['Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE']:.3f}" == "120.976"
    # The manifest has token1 per token0; a pair is quoted in SOL, hence the inverse.
    assert f"{1 / prices['Q2sPHPdUWFMg7M7wwrQKLrn619cAucfRsmhVJffodSp']:.3f}" == "515.350"
