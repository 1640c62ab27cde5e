"""What positions say they gained is what the wallet gained: to the lamport, in any pool."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Position, PositionState, Side
from bot.engine.paper_venue import Market, PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk, Settlement
from tests.builders.desks import NOON, SOL, desk, market, pool, request
from tests.builders.examples import examples

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
START = 18_420 * SOL

Step = tuple[str, int, int, int]
closes = st.lists(
    st.tuples(
        st.sampled_from(["close", "close", "liquidate"]),
        st.integers(min_value=1, max_value=100),
        st.integers(min_value=8, max_value=13),
        st.integers(min_value=30, max_value=140),
    ),
    min_size=1,
    max_size=6,
)


def here(depth: int, price_percent: int) -> Market:
    """A pool of 10^depth token units at a percentage of the opening price."""
    token_reserve = 10**depth
    sol_reserve = START * token_reserve // 10**12 * price_percent // 100
    return market(pool(token_reserve=token_reserve, sol_reserve=sol_reserve))


def advance(before: Desk, settlement: Settlement) -> Desk:
    stands = (settlement.position,) if settlement.position.state is PositionState.OPEN else ()
    wallet = replace(
        before.wallet,
        cash_lamports=settlement.receipt.wallet_after_lamports,
        last_position=settlement.position.number,
    )
    return replace(before, positions=stands, wallet=wallet)


def worth(now: Desk) -> int:
    """Cash and what is tied up in positions, all at cost."""
    tied = sum(p.cost_lamports + p.margin_lamports + p.rent_lamports for p in now.positions)
    return now.wallet.cash_lamports + tied


def decide(now: Desk, step: tuple[str, int, int, int]) -> Settlement | None:
    what, percent, depth, price = step
    if what == "close":
        intent = CloseIntent(number=1, percent=percent)
        return ENGINE.close(now, intent, here(depth, price), request(), NOON)
    return ENGINE.liquidate(now, 1, here(depth, price), request(), NOON)


def play(intent: OpenIntent, plan: list[Step]) -> tuple[Desk, Position]:
    opened = ENGINE.open(desk(), intent, here(12, 100), request(), NOON)
    now, position = advance(desk(), opened), opened.position
    for step in plan:
        try:
            settlement = decide(now, step)
        except Refusal:
            continue
        if settlement is not None:
            now, position = advance(now, settlement), settlement.position
    return now, position


@settings(max_examples=examples(60), deadline=None)
@given(closes, st.sampled_from([(Side.LONG, 1), (Side.SHORT, 1), (Side.SHORT, 3)]))
def test_realised_gains_are_the_cash_that_moved(plan: list[Step], how: tuple[Side, int]) -> None:
    side, leverage = how
    intent = OpenIntent(token_id=1, side=side, size_lamports=5 * SOL, leverage=leverage)
    now, position = play(intent, plan)
    assert worth(now) == 100 * SOL + position.realised_pnl_lamports


def test_a_part_bought_back_in_a_drained_pool_realises_its_whole_loss() -> None:
    intent = OpenIntent(token_id=1, side=Side.SHORT, size_lamports=5 * SOL, leverage=3)
    sold = ENGINE.open(desk(), intent, here(12, 100), request(), NOON)
    units = sold.position.token_units
    drained = pool(token_reserve=units * 1115 // 1000, sol_reserve=units * 7227 // 1000)
    after_part = ENGINE.close(
        advance(desk(), sold), CloseIntent(number=1, percent=85), market(drained), request(), NOON
    )
    now = advance(advance(desk(), sold), after_part)
    assert after_part.position.margin_lamports == 0
    assert worth(now) == 100 * SOL + after_part.position.realised_pnl_lamports
