"""The market stands on the chain in genuine layouts and moves there by its seed."""

import asyncio
from contextlib import suppress
from decimal import Decimal
from itertools import pairwise

import aiohttp
import pytest
from solders.pubkey import Pubkey

from bot.sandbox.market.application import make_market_application
from bot.sandbox.market.catalogue import BONK, HOSTILE_SYMBOL, WIF
from bot.sandbox.market.dumps import load_accounts
from bot.sandbox.market.layouts.addresses import (
    METADATA_PROGRAM,
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    PUMP,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    TOKEN_2022_PROGRAM,
    USDC,
    WHIRLPOOL,
    WSOL,
    derive,
)
from bot.sandbox.market.layouts.fee_configs import PUMPSWAP_FEE_CONFIG, amm_config_address
from bot.sandbox.market.market import Market, run_market
from bot.sandbox.solana_rpc.chain import Chain
from tests.sandbox.solana_fixtures import genuine, running, running_node, still_chain

LAYOUTS = {
    "raydium_amm_v4": (RAYDIUM_AMM_V4, 752, ""),
    "raydium_cpmm": (RAYDIUM_CPMM, 637, "f7ede3f5d7c3de46"),
    "raydium_clmm": (RAYDIUM_CLMM, 1_544, "f7ede3f5d7c3de46"),
    "meteora_dlmm": (METEORA_DLMM, 904, "210b3162b565b10d"),
    "orca_whirlpool": (WHIRLPOOL, 653, "3f95d10ce1806309"),
    "pump_curve": (PUMP, 151, "17b7f83760d8ac60"),
    "pumpswap": (PUMPSWAP, 301, "f19a6d0411b16dbc"),
    "meteora_damm_v2": (METEORA_DAMM_V2, 1_112, "f19a6d0411b16dbc"),
    "meteora_dbc": (METEORA_DBC, 424, "d5e005d16245775c"),
}
SOL_USDC_WHIRLPOOL = Pubkey.from_string("Czfq3xZZDmsdGdUyrNLtRhGc47cXcZtLG4crryfu44zE")


def pool_bytes(market: Market) -> list[bytes]:
    chain = market.chain
    addresses = [
        address
        for token in market.tokens()
        for pool in token.pools
        for address in (pool.address, *pool.vaults)
    ]
    return [data_at(chain, address) for address in addresses]


def data_at(chain: Chain, address: Pubkey) -> bytes:
    account = chain.account(address)
    assert account is not None
    return account.data


def test_every_pool_has_its_programs_length_and_discriminator() -> None:
    market = Market(still_chain(), seed=1)
    kinds = set()
    for token in market.tokens():
        for pool in token.pools:
            account = market.chain.account(pool.address)
            assert account is not None
            owner, length, discriminator = LAYOUTS[pool.kind]
            assert (account.owner, len(account.data)) == (owner, length)
            assert account.data.hex().startswith(discriminator)
            kinds.add(pool.kind)
    assert kinds == set(LAYOUTS)


def test_a_sol_vault_holds_its_amount_in_lamports_beside_its_rent() -> None:
    market = Market(still_chain(), seed=1)
    pool = next(pool for pool in market.tokens()[0].pools if pool.kind == "raydium_amm_v4")
    vault = market.chain.account(pool.vaults[0])
    assert vault is not None
    amount, reserve = (int.from_bytes(vault.data[at : at + 8], "little") for at in (64, 113))
    assert vault.lamports == amount + reserve


def test_config_accounts_are_where_the_programs_look() -> None:
    chain = Market(still_chain(), seed=1).chain
    config = data_at(chain, amm_config_address(0))
    assert len(config) == 236
    assert int.from_bytes(config[12:20], "little") == 2_500
    assert str(amm_config_address(0)) == "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2"
    assert str(PUMPSWAP_FEE_CONFIG) == "5PHirr8joyTMp9JMm6nW7hNDVyEYdkzDqazxPD7RaTjx"
    assert len(data_at(chain, PUMPSWAP_FEE_CONFIG)) == 4_073


def test_pools_are_found_by_derivation_from_the_mint() -> None:
    market = Market(still_chain(), seed=1)
    for token in market.tokens():
        for pool in token.pools:
            if pool.kind == "pump_curve":
                assert pool.address == derive(PUMP, b"bonding-curve", token.mint)
            if pool.kind == "pumpswap":
                creator = derive(PUMP, b"pool-authority", token.mint)
                seeds = (b"pool", bytes(2), creator, token.mint, WSOL)
                assert pool.address == derive(PUMPSWAP, *seeds)
                curve = data_at(market.chain, derive(PUMP, b"bonding-curve", token.mint))
                assert curve[48] == 1, "a graduated coin's curve says so"
    assert market.tokens()[0].pools[0].address == SOL_USDC_WHIRLPOOL


def test_tick_arrays_lie_around_the_price_of_a_whirlpool() -> None:
    market = Market(still_chain(), seed=1)
    data = data_at(market.chain, SOL_USDC_WHIRLPOOL)
    tick = int.from_bytes(data[81:85], "little", signed=True)
    size = 88 * 4
    for offset in (-3, -2, -1, 0, 1, 2, 3):
        start = tick // size * size + offset * size
        address = derive(WHIRLPOOL, b"tick_array", SOL_USDC_WHIRLPOOL, str(start).encode())
        array = data_at(market.chain, address)
        assert len(array) == 9_988
        assert array[:8].hex() == "4561bdbe6e0742bb"
        assert int.from_bytes(array[8:12], "little", signed=True) == start
        assert array[9_956:] == bytes(SOL_USDC_WHIRLPOOL)


def test_names_are_in_metadata_and_one_of_them_is_hostile() -> None:
    market = Market(still_chain(), seed=1)
    hostile = next(token for token in market.tokens() if token.symbol == HOSTILE_SYMBOL)
    mint = market.chain.account(hostile.mint)
    assert mint is not None
    assert mint.owner == TOKEN_2022_PROGRAM
    assert HOSTILE_SYMBOL.encode() in mint.data
    metadata = derive(METADATA_PROGRAM, b"metadata", METADATA_PROGRAM, WIF)
    assert data_at(market.chain, metadata)[69:78] == b"dogwifhat"
    symbols = [token.symbol for token in market.tokens()]
    assert symbols.count("PEPE") == 2


def test_pump_coins_have_addresses_that_end_in_pump() -> None:
    market = Market(still_chain(), seed=5)
    coins = {
        str(token.mint)
        for token in market.tokens()
        if token.pools[0].kind in {"pump_curve", "pumpswap"}
    }
    assert len(coins) == 6
    assert all(mint.endswith("pump") for mint in coins)


def test_the_same_seed_and_steps_give_the_same_bytes() -> None:
    first, second, other = (Market(still_chain(), seed=seed) for seed in (7, 7, 8))
    for market in (first, second, other):
        for _ in range(20):
            market.step()
    assert pool_bytes(first) == pool_bytes(second)
    assert [token.price for token in first.tokens()] != [token.price for token in other.tokens()]


def test_arbitrage_keeps_the_pools_of_a_token_together() -> None:
    market = Market(still_chain(), seed=3)
    for _ in range(60):
        market.step()
        for token in market.tokens():
            prices = [
                pool.price() / (market.sol_price if token.mint != WSOL and is_usdc else 1)
                for pool in token.pools
                for is_usdc in [pool.quote.mint == USDC]
            ]
            assert all(abs(a / b - 1) < Decimal("0.004") for a, b in pairwise(prices))


def test_sol_keeps_a_dollar_price_of_these_years() -> None:
    market = Market(still_chain(), seed=4)
    for _ in range(120):
        market.step()
        assert 110 < market.sol_price < 200


def test_a_moved_pool_changes_at_its_slot_and_stays_as_it_was_before() -> None:
    market = Market(chain := still_chain(), seed=1)
    pool = market.tokens()[1].pools[0]
    chain.advance(100)
    before = chain.account_at(pool.vaults[0], chain.slot)
    chain.advance(1)
    market.shock(WIF, Decimal(25))
    after = chain.account_at(pool.vaults[0], chain.slot)
    assert after != before
    assert chain.account_at(pool.vaults[0], chain.slot - 1) == before


@pytest.mark.parametrize("percent", [-60, -10, 10, 300])
def test_a_shock_moves_every_pool_of_the_token_and_lasts(percent: int) -> None:
    market = Market(still_chain(), seed=1)
    before = [pool.price() for pool in market.tokens()[1].pools]
    market.shock(WIF, Decimal(percent))
    after = [pool.price() for pool in market.tokens()[1].pools]
    for old, new in zip(before, after, strict=True):
        assert abs(new / old - (1 + Decimal(percent) / 100)) < Decimal("0.02")
    for _ in range(20):
        market.step()
    drift = market.tokens()[1].price / after[0] - 1
    assert abs(drift) < Decimal("0.15")


async def test_the_market_steps_by_itself_until_it_is_paused() -> None:
    market = Market(still_chain(), seed=1)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = group.create_task(run_market(market, 0.01))
        while not market.steps:  # noqa: ASYNC110 (a market tells no events)
            await asyncio.sleep(0.005)
        running.cancel()
    market.paused = True
    held = market.steps
    with suppress(TimeoutError):
        async with asyncio.timeout(0.03):
            await run_market(market, 0.01)
    assert market.steps == held


async def test_the_market_is_seen_and_shocked_by_http() -> None:
    market = Market(still_chain(), seed=1)
    async with running(make_market_application(market)) as base, aiohttp.ClientSession() as http:
        async with http.get(f"{base}/sandbox/market") as response:
            before = (await response.json())["tokens"][2]
        assert before["mint"] == str(BONK)
        shock = {"mint": str(BONK), "percent": -20}
        async with http.post(f"{base}/sandbox/market/shock", json=shock) as response:
            after = (await response.json())["tokens"][2]
        assert Decimal(after["price"]) < Decimal(before["price"]) * Decimal("0.82")
        async with http.post(f"{base}/sandbox/market/pause", json={"paused": True}) as response:
            assert (await response.json()) == {"paused": True}
        assert market.paused


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"mint": str(WIF), "percent": "1e9999999"}, 400),
        ({"mint": str(WIF), "percent": "nan"}, 400),
        ({"mint": str(WIF), "percent": -100}, 400),
        ({"mint": str(WIF)}, 400),
        ({"mint": "x", "percent": 1}, 400),
        ({"mint": str(Pubkey.default()), "percent": 1}, 404),
        ([], 400),
    ],
)
async def test_a_shock_that_makes_no_sense_is_refused(body: object, status: int) -> None:
    market = Market(still_chain(), seed=1)
    async with (
        running(make_market_application(market)) as base,
        aiohttp.ClientSession() as http,
        http.post(f"{base}/sandbox/market/shock", json=body) as response,
    ):
        assert response.status == status


async def test_an_independent_client_reads_the_same_vault_as_the_market_keeps() -> None:
    market = Market(still_chain(), seed=1)
    pool = next(pool for pool in market.tokens()[1].pools if pool.kind == "raydium_amm_v4")
    async with running_node(market.chain) as node:
        balance = await node.client.get_token_account_balance(pool.vaults[1])
        supply = await node.client.get_token_supply(WIF)
    assert balance.value.ui_amount_string.startswith("4500")
    assert supply.value.decimals == 6


def test_genuine_dumps_load_and_stay_as_they_were() -> None:
    chain = still_chain()
    report = load_accounts(chain, genuine())
    assert len(report.loaded) > 60
    assert all(problem.startswith("UNKNOWN_") for problem in report.problems)
    photographed = [data_at(chain, address) for address in report.loaded]
    market = Market(chain, seed=1)
    assert abs(market.sol_price - Decimal("120.976")) < Decimal("0.001")
    for _ in range(5):
        market.step()
    assert [data_at(chain, address) for address in report.loaded] == photographed
    assert market.tokens()[0].pools == ()


def test_the_exactly_named_dump_wins_over_another_of_the_same_account() -> None:
    chain = still_chain()
    load_accounts(chain, genuine("orca_whirlpool"))
    sqrt_price = int.from_bytes(data_at(chain, SOL_USDC_WHIRLPOOL)[65:81], "little")
    price = (Decimal(sqrt_price) / 2**64) ** 2 * 1_000
    assert round(price, 3) == Decimal("120.976")
