"""What orders come to, on one desk and one pool."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.errors import Refusal
from bot.domain.ledger import AccountKind
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import PositionState, Side
from bot.domain.users import Status
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk, Settlement
from tests.builders.desks import COSTS, NOON, SOL, desk, market, pool, request, token

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
FEE = COSTS.fee_lamports
RENT = 1_488_440


def long(size_lamports: int) -> OpenIntent:
    return OpenIntent(token_id=1, side=Side.LONG, size_lamports=size_lamports)


def short(size_lamports: int, leverage: int = 1) -> OpenIntent:
    return OpenIntent(token_id=1, side=Side.SHORT, size_lamports=size_lamports, leverage=leverage)


def opened(intent: OpenIntent, at: Desk | None = None) -> Settlement:
    return ENGINE.open(at or desk(), intent, market(), request(), NOON)


def after(settlement: Settlement, before: Desk | None = None) -> Desk:
    """The desk as it is once the settlement is booked."""
    start = before or desk()
    stands = [p for p in start.positions if p.number != settlement.position.number]
    if settlement.position.state is PositionState.OPEN:
        stands.append(settlement.position)
    return replace(
        start,
        positions=tuple(stands),
        wallet=replace(
            start.wallet,
            cash_lamports=settlement.receipt.wallet_after_lamports,
            last_position=max(start.wallet.last_position, settlement.position.number),
        ),
    )


def cash_moved(settlement: Settlement) -> int:
    into = sum(t.units for t in settlement.transfers if t.credit.kind is AccountKind.CASH)
    out = sum(t.units for t in settlement.transfers if t.debit.kind is AccountKind.CASH)
    return into - out


def test_a_long_pays_the_size_the_network_fee_and_the_rent_of_its_account() -> None:
    receipt = opened(long(5 * SOL)).receipt
    assert receipt.wallet_after_lamports == 100 * SOL - 5 * SOL - FEE - RENT
    assert receipt.rent_paid_lamports == RENT
    assert receipt.fill.fill_price > receipt.fill.decided_price


def test_adding_to_a_long_pays_no_second_rent_and_averages_the_entry() -> None:
    first = opened(long(SOL))
    second = opened(long(SOL), after(first))
    assert second.receipt.rent_paid_lamports == 0
    assert second.position.number == first.position.number
    assert second.position.token_units == first.position.token_units + (
        second.receipt.fill.token_units
    )


def test_closing_a_long_whole_returns_the_rent_and_loses_only_fees_and_impact() -> None:
    bought = opened(long(5 * SOL))
    sold = ENGINE.close(after(bought), CloseIntent(number=1), market(), request("2"), NOON)
    assert sold.receipt.rent_returned_lamports == RENT
    assert sold.position.state is PositionState.CLOSED
    lost = 100 * SOL - sold.receipt.wallet_after_lamports
    assert lost == -sold.position.realised_pnl_lamports
    assert Decimal("0.004") < Decimal(lost) / (5 * SOL) < Decimal("0.007")


def test_closing_a_part_keeps_the_rent_and_the_rest_of_the_cost() -> None:
    bought = opened(long(5 * SOL))
    part = ENGINE.close(
        after(bought), CloseIntent(number=1, percent=25), market(), request("2"), NOON
    )
    assert part.receipt.rent_returned_lamports == 0
    assert part.position.state is PositionState.OPEN
    assert part.position.cost_lamports * 4 // 3 == pytest.approx(
        bought.position.cost_lamports, rel=1e-6
    )


def test_a_short_gains_when_the_price_falls_and_pays_its_margin_back() -> None:
    sold = opened(short(5 * SOL, leverage=2))
    cheaper = market(pool(sol_reserve=16_000 * SOL))
    closed = ENGINE.close(after(sold), CloseIntent(number=1), cheaper, request("2"), NOON)
    assert closed.position.realised_pnl_lamports > 0
    assert closed.receipt.wallet_after_lamports - 100 * SOL == (
        closed.position.realised_pnl_lamports
    )


def test_a_short_that_still_carries_its_margin_is_not_liquidated() -> None:
    sold = opened(short(5 * SOL, leverage=3))
    assert ENGINE.liquidate(after(sold), 1, market(), request("job:1"), NOON) is None


def test_a_liquidated_short_never_costs_more_than_its_margin() -> None:
    sold = opened(short(5 * SOL, leverage=3))
    doubled = market(pool(sol_reserve=36_840 * SOL))
    gone = ENGINE.liquidate(after(sold), 1, doubled, request("job:1"), NOON)
    assert gone is not None
    assert gone.position.state is PositionState.LIQUIDATED
    assert any(t.debit.kind is AccountKind.INSURANCE for t in gone.transfers)
    lost = 100 * SOL - gone.receipt.wallet_after_lamports
    assert lost == 5 * SOL + 2 * FEE


def test_cash_moves_by_exactly_what_the_receipt_says() -> None:
    for settlement in (opened(long(7 * SOL)), opened(short(7 * SOL, leverage=2))):
        receipt = settlement.receipt
        assert cash_moved(settlement) == (
            receipt.wallet_after_lamports - receipt.wallet_before_lamports
        )


@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (long(999_999), "too_small"),
        (long(101 * SOL), "over_position_limit"),
        (long(100 * SOL), "not_enough_cash"),
        (replace(long(SOL), leverage=2), "long_leverage"),
        (short(SOL, leverage=4), "over_leverage"),
        (short(40 * SOL, leverage=3), "over_position_limit"),
    ],
)
def test_an_order_beyond_a_limit_is_refused_by_its_name(intent: OpenIntent, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        opened(intent)
    assert refused.value.code == code


def test_the_opposite_side_of_a_standing_position_is_refused() -> None:
    with pytest.raises(Refusal, match="opposite_side"):
        opened(short(SOL), after(opened(long(SOL))))


def test_a_frozen_user_cannot_trade() -> None:
    frozen = replace(desk(), user=replace(desk().user, status=Status.FROZEN))
    with pytest.raises(Refusal, match="frozen"):
        opened(long(SOL), frozen)


@pytest.mark.parametrize("intent_of", [long, short, lambda size: short(size, leverage=3)])
def test_an_entry_that_moves_the_pool_too_far_is_refused_with_nearly_the_largest_that_fits(
    intent_of: Callable[[int], OpenIntent],
) -> None:
    thin = market(pool(token_reserve=10**9, sol_reserve=30 * SOL))
    with pytest.raises(Refusal, match="impact_too_high") as refused:
        ENGINE.open(desk(), intent_of(10 * SOL), thin, request(), NOON)
    fits = refused.value.fields["would_fit_lamports"]
    assert isinstance(fits, int)
    impact = ENGINE.open(desk(), intent_of(fits), thin, request(), NOON).receipt.fill.impact
    assert Decimal("0.099") < impact <= Decimal("0.1")


def test_a_halted_venue_fills_nothing() -> None:
    halted = market(replace(pool(), halt="swaps are off"))
    with pytest.raises(Refusal, match="venue_halted"):
        ENGINE.open(desk(), long(SOL), halted, request(), NOON)


def test_too_many_orders_in_a_minute_are_refused() -> None:
    with pytest.raises(Refusal, match="too_many_orders"):
        opened(long(SOL), replace(desk(), orders_last_minute=20))


def test_a_close_of_an_unknown_position_is_refused() -> None:
    with pytest.raises(Refusal, match="unknown_position"):
        ENGINE.close(desk(), CloseIntent(number=9), market(of=token()), request(), NOON)


@pytest.mark.parametrize("intent", [long(SOL), short(SOL)])
def test_an_emptied_pool_refuses_instead_of_dividing_by_its_price(intent: OpenIntent) -> None:
    empty = market(pool(token_reserve=0, sol_reserve=0))
    with pytest.raises(Refusal, match=r"price_missing|pool_too_thin"):
        ENGINE.open(desk(), intent, empty, request(), NOON)
