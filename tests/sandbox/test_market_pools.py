"""Each pool keeps its invariant and pays what its program would pay."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import TOKEN_2022_PROGRAM, USDC, WSOL
from bot.sandbox.market.pools.bins import bin_price
from bot.sandbox.market.pools.concentrated import ConcentratedPool
from bot.sandbox.market.pools.meteora_dlmm import MeteoraDlmmPair
from bot.sandbox.market.pools.orca_whirlpool import OrcaWhirlpool
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.market.pools.pump_curve import PumpCurve
from bot.sandbox.market.pools.pumpswap import PumpSwapPool
from bot.sandbox.market.pools.raydium_amm_v4 import RaydiumAmmV4Pool
from bot.sandbox.market.pools.raydium_clmm import RaydiumClmmPool
from bot.sandbox.market.pools.raydium_cpmm import RaydiumCpmmPool
from bot.sandbox.market.pools.ticks import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    ORCA_SCALE,
    RAYDIUM_SCALE,
    TickScale,
    sqrt_price_at,
)
from tests.builders.examples import examples

SOL = Asset(mint=WSOL, decimals=9)
USD = Asset(mint=USDC, decimals=6)
COIN = Asset(
    mint=Pubkey.from_string("Fw5xoxp3JYrW1ELUCQ98t3MvRiMKSFk7WBEsMs8Gpump"),
    decimals=6,
    program=TOKEN_2022_PROGRAM,
)
Reserved = RaydiumAmmV4Pool | RaydiumCpmmPool | PumpCurve | PumpSwapPool


def amm_v4() -> RaydiumAmmV4Pool:
    return RaydiumAmmV4Pool(
        base=COIN, quote=SOL, base_vault_units=4 * 10**14, quote_vault_units=10**12
    )


def cpmm() -> RaydiumCpmmPool:
    return RaydiumCpmmPool(
        base=COIN, quote=SOL, base_vault_units=4 * 10**14, quote_vault_units=10**12
    )


def curve() -> PumpCurve:
    return PumpCurve(base=COIN, virtual_tokens=715_333_333_333_334, virtual_lamports=45 * 10**9)


def pumpswap() -> PumpSwapPool:
    return PumpSwapPool(
        base=COIN,
        base_vault_units=2 * 10**14,
        quote_vault_units=85 * 10**9,
        virtual_quote_units=-6 * 10**9,
        supply_units=10**15,
    )


def whirlpool() -> OrcaWhirlpool:
    return OrcaWhirlpool(
        base=SOL, quote=USD, opening_price=Decimal(150), depth_units=10**12, spacing=4
    )


def clmm() -> RaydiumClmmPool:
    return RaydiumClmmPool(
        base=SOL, quote=USD, opening_price=Decimal(150), depth_units=10**12, spacing=10
    )


def dlmm() -> MeteoraDlmmPair:
    return MeteoraDlmmPair(
        base=COIN, quote=SOL, opening_price=Decimal("0.0001"), depth_units=10**12, bin_step=100
    )


MAKERS: list[Callable[[], Reserved]] = [amm_v4, cpmm, curve, pumpswap]


@pytest.mark.parametrize("make", MAKERS)
@settings(max_examples=examples(40), deadline=None)
@given(moves=st.lists(st.integers(60, 160), min_size=1, max_size=12))
def test_the_product_of_reserves_never_falls(
    make: Callable[[], Reserved], moves: list[int]
) -> None:
    pool = make()
    product = pool.reserves[0] * pool.reserves[1]
    for percent in moves:
        pool.move_to(pool.price() * percent / 100)
        base, quote = pool.reserves
        assert base * quote >= product
        product = base * quote


@pytest.mark.parametrize("make", [*MAKERS, whirlpool, clmm])
@pytest.mark.parametrize("percent", [70, 97, 103, 140])
def test_a_swap_brings_the_pool_to_the_wanted_price(
    make: Callable[[], Reserved | ConcentratedPool], percent: int
) -> None:
    pool = make()
    wanted = pool.price() * percent / 100
    pool.move_to(wanted)
    assert abs(pool.price() / wanted - 1) < Decimal("0.0006")


@pytest.mark.parametrize("make", [*MAKERS, whirlpool, clmm])
def test_a_round_trip_loses_money(make: Callable[[], Reserved | ConcentratedPool]) -> None:
    pool, paid = make(), 10**9
    tokens = pool.swap(sells_base=False, amount_in=paid)
    assert 0 < pool.swap(sells_base=True, amount_in=tokens) < paid


def test_a_curve_is_never_bought_out_nor_paid_below_its_opening() -> None:
    pool = curve()
    pool.move_to(pool.price() * 1_000)
    assert pool.virtual_tokens > 279_900_000_000_000
    pool.move_to(pool.price() / 1_000_000)
    assert pool.virtual_lamports >= 30 * 10**9


@pytest.mark.parametrize("virtual", [0, 18 * 10**9, -30 * 10**9])
def test_a_pumpswap_pool_is_never_drained_of_quote(virtual: int) -> None:
    pool = pumpswap()
    pool.virtual_quote_units = virtual
    pool.move_to(pool.price() / 1_000_000)
    assert pool.quote_vault_units > 0
    assert sum(pool.reserves) > 0


def test_a_pumpswap_pool_pays_the_tier_of_its_market_cap() -> None:
    pool = pumpswap()
    # 79 SOL effective against 200 million of a billion coins: 395 SOL of market cap.
    assert (pool.fees.lp_bps, pool.fees.protocol_bps, pool.fees.creator_bps) == (2, 93, 30)
    pool.move_to(pool.price() * 4)
    assert (pool.fees.lp_bps, pool.fees.protocol_bps, pool.fees.creator_bps) == (20, 5, 90)


def test_fees_owed_to_others_stay_out_of_cpmm_reserves() -> None:
    pool = cpmm()
    pool.swap(sells_base=False, amount_in=10**10)
    # A fee of 25,000,000, of which 12 % and 4 % belong to protocol and fund.
    assert pool.quote_vault_units - pool.reserves[1] == 3_000_000 + 1_000_000


@pytest.mark.parametrize("scale", [ORCA_SCALE, RAYDIUM_SCALE], ids=["orca", "raydium"])
@given(tick=st.integers(-MAX_TICK, MAX_TICK))
def test_ticks_and_square_root_prices_are_each_others_inverse(scale: TickScale, tick: int) -> None:
    assert scale.tick_at(scale.sqrt_price_at(tick)) == tick


def test_square_root_prices_are_the_programs_own() -> None:
    assert sqrt_price_at(0) == 2**64
    assert sqrt_price_at(1) == 79232123823359799118286999567 >> 32
    assert sqrt_price_at(-1) == 18445821805675392311
    assert sqrt_price_at(MAX_TICK) == MAX_SQRT_PRICE
    assert sqrt_price_at(-MAX_TICK) == 4295048016
    assert RAYDIUM_SCALE.sqrt_price_at(-MAX_TICK) == 4295048016
    assert RAYDIUM_SCALE.highest == 79226673521066979257578248091


@pytest.mark.parametrize("make", [whirlpool, clmm])
@settings(max_examples=examples(40), deadline=None)
@given(prices=st.lists(st.integers(20, 900), min_size=1, max_size=10))
def test_a_concentrated_pools_vaults_always_cover_its_positions(
    make: Callable[[], ConcentratedPool], prices: list[int]
) -> None:
    pool = make()
    for price in prices:
        pool.move_to(Decimal(price))
        assert abs(pool.price() / price - 1) < Decimal("1e-9")
        assert pool.liquidity == sum(
            tick.net for at, tick in pool.map.ticks.items() if at <= pool.tick
        )
    pool.move_to(Decimal(150))
    fresh = make()
    assert all(now.units >= then.units for now, then in zip(pool.sides, fresh.sides, strict=True))


@settings(max_examples=examples(40), deadline=None)
@given(moves=st.lists(st.integers(40, 250), min_size=1, max_size=10))
def test_a_dlmm_pairs_reserves_always_cover_its_bins(moves: list[int]) -> None:
    pair = dlmm()
    for percent in moves:
        wanted = pair.price() * percent / 100
        pair.move_to(wanted)
        in_reach = Decimal("0.00001") < wanted < Decimal("0.001")
        assert not in_reach or abs(pair.price() / wanted - 1) < Decimal("0.00502")
        bins = pair.ladder.bins.values()
        assert sum(each.x_units for each in bins) <= pair.units[0]
        assert sum(each.y_units for each in bins) <= pair.units[1]
        assert not any(kept.y_units for at, kept in pair.ladder.bins.items() if at > pair.active)
        assert not any(kept.x_units for at, kept in pair.ladder.bins.items() if at < pair.active)


def test_a_round_trip_through_a_dlmm_pair_loses_both_fees() -> None:
    pair = dlmm()
    tokens = pair.swap(sells_base=False, amount_in=10**9)
    back = pair.swap(sells_base=True, amount_in=tokens)
    assert Decimal("0.97") < Decimal(back) / 10**9 < Decimal("0.981")


def test_bin_prices_are_the_programs_own() -> None:
    assert bin_price(0, 25) == 2**64
    assert bin_price(69, 10) == 19763828131875509275
    assert bin_price(-1, 250) == 17996823486545904015
