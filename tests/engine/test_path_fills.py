"""A fill through two pools: both pools' arithmetic, both fees and impacts, the older slot."""

from dataclasses import replace

import pytest

from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.orders import CloseIntent, OpenIntent, Receipt
from bot.domain.pools.path import path
from bot.domain.pools.reading import PoolReading
from bot.domain.positions import Side
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from tests.builders.desks import MINT, NOON, SOL, desk, market, percent, pool, request

ENGINE = TradingEngine(PaperVenue(), RiskSettings(largest_impact=percent("10")))


def in_dollars(**more: int) -> PoolReading:
    made = pool(token_reserve=more.pop("tokens", 10**12), sol_reserve=3 * 10**11, slot=120)
    return replace(made, quote_mint=USDC_MINT, quote_decimals=6, address="token-usdc", **more)


def dollars(sol_reserve: int = 20_000 * SOL) -> PoolReading:
    reserve = sol_reserve * 150 * 10**6 // SOL
    made = pool(mint=USDC_MINT, token_reserve=reserve, sol_reserve=sol_reserve, slot=118)
    return replace(made, address="usdc-sol")


def bought(through: PoolReading, lamports: int = SOL) -> Receipt:
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=lamports)
    return ENGINE.open(desk(), intent, market(through), request(), NOON).receipt


def test_a_purchase_goes_through_both_pools_and_says_what_each_took() -> None:
    fill = bought(path(in_dollars(), dollars())).fill
    entered, left = fill.legs
    assert (entered.mint_in, entered.mint_out) == (SOL_MINT, USDC_MINT)
    assert (left.mint_in, left.mint_out) == (USDC_MINT, MINT)
    assert (entered.amount_in, entered.amount_out) == (SOL, left.amount_in)
    assert left.amount_out == fill.token_units
    assert (entered.slot, left.slot, fill.slot) == (118, 120, 118)
    assert entered.fee_on_input
    assert left.fee_on_input
    assert fill.impact > max(entered.impact, left.impact)
    # A quarter per cent in each pool, the second's told at the price of the first.
    assert fill.pool_fee_in_sol
    assert 2 * SOL * 25 // 10_000 * 98 // 100 < fill.pool_fee_units <= 2 * SOL * 25 // 10_000


def test_a_sale_goes_the_other_way_through_the_same_pools() -> None:
    through = path(in_dollars(), dollars())
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=SOL)
    opened = ENGINE.open(desk(), intent, market(through), request(), NOON)
    holder = replace(desk(), positions=(opened.position,))
    closed = ENGINE.close(holder, CloseIntent(number=1), market(through), request("tg:2"), NOON)
    fill = closed.receipt.fill
    assert [leg.pool_address for leg in fill.legs] == ["token-usdc", "usdc-sol"]
    assert fill.legs[1].amount_out == fill.sol_lamports < SOL


def test_the_impact_limit_is_that_of_the_whole_path() -> None:
    # Each pool alone is moved by less than the tenth that the two together are not.
    with pytest.raises(Refusal, match="impact_too_high"):
        bought(path(in_dollars(), dollars(sol_reserve=1_800 * SOL)), 99 * SOL)
    assert bought(path(in_dollars(), dollars()), 99 * SOL).fill.impact < percent("10")


def test_a_path_halts_with_either_of_its_pools() -> None:
    halted = replace(dollars(), halt="swaps are off")
    with pytest.raises(Refusal, match="venue_halted"):
        bought(path(in_dollars(), halted))
