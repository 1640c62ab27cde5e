"""Launches of the sandbox's market: bought out, then moved to a pool of their own."""

import aiohttp
import pytest
from solders.pubkey import Pubkey

from bot.sandbox.market.application import make_market_application
from bot.sandbox.market.layouts.addresses import METEORA_DAMM_V2, PUMP, PUMPSWAP, WSOL, derive
from bot.sandbox.market.market import Market, MarketToken
from bot.sandbox.market.pools.meteora_dbc import DbcLaunch
from tests.sandbox.solana_fixtures import running, still_chain

CURVE_COIN, LAUNCHED, ORDINARY = "MOSS", "KITE", "WIF"


def token(market: Market, symbol: str) -> MarketToken:
    return next(token for token in market.tokens() if token.symbol == symbol)


def data_at(market: Market, address: Pubkey) -> bytes:
    account = market.chain.account(address)
    assert account is not None
    return account.data


@pytest.mark.parametrize(
    ("symbol", "kind", "owner"),
    [(CURVE_COIN, "pumpswap", PUMPSWAP), (LAUNCHED, "meteora_damm_v2", METEORA_DAMM_V2)],
)
def test_a_launch_moves_to_a_pool_at_the_price_it_ended_at(
    symbol: str, kind: str, owner: Pubkey
) -> None:
    market = Market(still_chain(), seed=3)
    curve = token(market, symbol).pools[0]
    market.complete(token(market, symbol).mint)
    ended = token(market, symbol).price
    market.migrate(token(market, symbol).mint)
    (pool,) = token(market, symbol).pools
    assert (pool.kind, pool.address == curve.address) == (kind, False)
    account = market.chain.account(pool.address)
    assert account is not None
    assert account.owner == owner
    assert abs(pool.price() / ended - 1) < 1e-3
    market.step()
    assert token(market, symbol).pools[0].price() != ended


def test_a_complete_curve_says_so_and_stands_still() -> None:
    market = Market(still_chain(), seed=3)
    coin, launched = token(market, CURVE_COIN), token(market, LAUNCHED)
    for each in (coin, launched):
        market.complete(each.mint)
    held = [data_at(market, each.pools[0].address) for each in (coin, launched)]
    assert held[0][48] == 1
    assert held[1][308] > 0
    market.step()
    assert [data_at(market, each.pools[0].address) for each in (coin, launched)] == held
    assert coin.pools[0].address == derive(PUMP, b"bonding-curve", coin.mint)


def test_a_completed_launch_holds_at_least_what_its_configuration_asks_for() -> None:
    market = Market(still_chain(), seed=3)
    launch = token(market, LAUNCHED).pools[0]
    assert isinstance(launch, DbcLaunch)
    market.complete(launch.base.mint)
    config = data_at(market, Pubkey.from_bytes(data_at(market, launch.address)[72:104]))
    wanted = int.from_bytes(config[264:272], "little")
    assert launch.quote_reserve >= wanted
    market.migrate(launch.base.mint)
    assert launch.base_reserve >= 0
    assert 0 <= launch.quote_reserve < 10, "no more than the rounding of its steps is left"


async def test_migrations_are_switched_over_http() -> None:
    market = Market(still_chain(), seed=3)
    async with (
        running(make_market_application(market)) as base,
        aiohttp.ClientSession(base) as session,
    ):
        mint = str(token(market, CURVE_COIN).mint)
        for end, kind in (("complete", "pump_curve"), ("migrate", "pumpswap")):
            async with session.post(f"/sandbox/market/{end}", json={"mint": mint}) as answer:
                tokens = (await answer.json())["tokens"]
            (told,) = [each for each in tokens if each["mint"] == mint]
            assert [pool["kind"] for pool in told["pools"]] == [kind]
        for refused, status in (
            (str(token(market, ORDINARY).mint), 400),
            (mint, 400),
            ("nonsense", 400),
            (str(WSOL)[:-1] + "1", 404),
        ):
            async with session.post("/sandbox/market/migrate", json={"mint": refused}) as answer:
                assert answer.status == status
