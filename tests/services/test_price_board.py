"""The board never goes back in time, ranks pools by depth, and tells tokens apart."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.domain.pools.reading import PoolReading
from bot.services.pools_in_sol import ranked
from bot.services.price_board import PriceBoard
from tests.builders.desks import NOON, SOL, pool, token

OTHER = "DezXAZ8z7PnrnRJjz3wXBoRgixCa6xjnB7YaB1pPB263"


def test_the_deepest_pool_that_trades_prices_the_token() -> None:
    deep = replace(pool(sol_reserve=900 * SOL), address="deep")
    halted = replace(pool(sol_reserve=9_000 * SOL), address="halted", halt="swaps are off")
    shallow = replace(pool(sol_reserve=90 * SOL), address="shallow")
    assert [p.address for p in ranked([shallow, halted, deep])] == ["deep", "shallow", "halted"]


def test_a_reading_of_an_older_slot_is_not_used() -> None:
    board = PriceBoard()
    board.track(token(), ())
    assert board.set_price(1, [pool(slot=100)], NOON)
    assert not board.set_price(1, [pool(slot=99, sol_reserve=SOL)], NOON)
    priced = board.priced(1)
    assert priced is not None
    assert priced.best.slot == 100


def test_other_pools_stay_when_one_is_read_alone() -> None:
    board = PriceBoard()
    board.track(token(), ())
    one, two = replace(pool(), address="one"), replace(pool(), address="two")
    board.set_price(1, [one, two], NOON)
    board.set_price(1, [replace(one, slot=101)], NOON)
    priced = board.priced(1)
    assert priced is not None
    assert len(priced.readings) == 2
    assert priced.agreeing() == 2


def test_a_symbol_of_two_tokens_gives_both() -> None:
    board = PriceBoard()
    board.track(token(1), ())
    board.track(token(2, mint=OTHER, symbol="wif"), ())
    assert [found.token_id for found in board.by_symbol("WiF")] == [1, 2]
    assert board.by_mint(OTHER) == token(2, mint=OTHER, symbol="wif")


def test_dollars_come_from_the_pools_of_sol_against_usdc() -> None:
    board = PriceBoard()
    dollar = token(7, mint=USDC_MINT, symbol="USDC")
    board.track(dollar, ())
    assert board.sol_usd() is None
    stored = replace(
        pool(token_reserve=10**12, sol_reserve=145 * 10**9),
        base_mint=SOL_MINT,
        quote_mint=USDC_MINT,
        base_decimals=9,
        quote_decimals=6,
    )
    board.set_price(7, [stored], NOON)
    assert round(board.sol_usd() or 0, 6) == 145


def test_a_price_is_as_old_as_the_reading_of_the_pool_that_gives_it() -> None:
    board = PriceBoard()
    board.track(token(), ())
    deep = replace(pool(sol_reserve=900 * SOL), address="deep")
    shallow = replace(pool(sol_reserve=90 * SOL), address="shallow")
    later = NOON + timedelta(minutes=1)
    board.set_price(1, [deep, shallow], NOON)
    board.set_price(1, [replace(shallow, slot=deep.slot + 1)], later)
    priced = board.priced(1)
    assert priced is not None
    assert (priced.best.address, priced.received_at) == ("deep", NOON)
    board.set_price(1, [replace(deep, slot=deep.slot + 1)], later)
    refreshed = board.priced(1)
    assert refreshed is not None
    assert refreshed.received_at == later


def test_dollars_are_unknown_while_every_dollar_pool_is_halted() -> None:
    board = PriceBoard()
    board.track(token(7, mint=USDC_MINT, symbol="USDC"), ())
    board.set_price(7, [replace(pool(), halt="swaps are off")], NOON)
    assert board.sol_usd() is None
    assert board.usd(7) is None


def test_a_chain_whose_slots_no_longer_rise_is_noticed() -> None:
    board = PriceBoard()
    board.track(token(), ())
    assert board.standstill_seconds(NOON) == 0
    board.set_price(1, [pool(slot=100)], NOON)
    later = NOON + timedelta(minutes=2)
    board.set_price(1, [pool(slot=100)], later)
    assert board.standstill_seconds(later) == 120
    board.set_price(1, [pool(slot=101)], later)
    assert board.standstill_seconds(later) == 0


def in_dollars(slot: int = 100) -> PoolReading:
    made = pool(sol_reserve=3 * 10**11, slot=slot)
    return replace(made, quote_mint=USDC_MINT, quote_decimals=6, address="in dollars")


def dollars_in_sol(slot: int = 100, address: str = "dollars") -> PoolReading:
    made = pool(mint=USDC_MINT, token_reserve=150 * 10**9, sol_reserve=1_000 * SOL, slot=slot)
    return replace(made, address=address)


def board_with_dollars() -> PriceBoard:
    board = PriceBoard()
    board.track(token(1), ())
    board.track(token(7, mint=USDC_MINT, symbol="USDC"), ())
    return board


def test_a_pool_in_dollars_prices_its_token_once_dollars_have_a_price() -> None:
    board = board_with_dollars()
    assert not board.set_price(1, [in_dollars()], NOON)
    assert board.priced(1) is None
    assert board.middles([1, 7]) == {7}, "dollars are set first"
    board.set_price(7, [dollars_in_sol()], NOON)
    assert board.set_price(1, [in_dollars(slot=101)], NOON + timedelta(seconds=5))
    priced = board.priced(1)
    assert priced is not None
    assert [leg.address for leg in priced.best.legs] == ["in dollars", "dollars"]
    assert round(priced.best.price * 150, 6) == round(in_dollars().price, 6)
    assert priced.best.slot == 100
    assert priced.received_at == NOON, "a path is as old as the older of its pools"
    assert board.middles([1]) == {7}
    assert round(board.usd(1) or 0, 6) == round(in_dollars().price, 6)


def test_a_deeper_pool_in_dollars_comes_before_a_shallow_one_in_sol() -> None:
    board = board_with_dollars()
    board.set_price(7, [dollars_in_sol()], NOON)
    shallow = replace(pool(sol_reserve=900 * SOL), address="shallow")
    board.set_price(1, [shallow, in_dollars()], NOON)
    priced = board.priced(1)
    assert priced is not None
    # 300,000 dollars are 2,000 SOL, but the way through holds only 1,000.
    assert [p.curve.depth_quote_units() // SOL for p in priced.readings] == [1_000, 900]


def test_the_way_goes_through_the_deepest_pool_that_trades() -> None:
    board = board_with_dollars()
    halted = replace(dollars_in_sol(address="halted"), halt="swaps are off")
    board.set_price(7, [halted], NOON)
    assert board.bridge(USDC_MINT) is None
    board.set_price(7, [dollars_in_sol(slot=101)], NOON)
    found = board.bridge(USDC_MINT)
    assert found is not None
    assert found.address == "dollars"
