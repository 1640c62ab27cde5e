"""The board never goes back in time, ranks pools by depth, and tells tokens apart."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.identifiers import SOL_MINT, USDC_MINT
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
