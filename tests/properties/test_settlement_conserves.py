"""Whatever is opened and closed, at whatever prices: no lamport and no token is made or lost."""

from collections import Counter
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.ledger import AccountKey, AccountKind
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.pools.taxed import taxed
from bot.domain.positions import PositionState, Side
from bot.domain.transfer_fees import FeeSchedule, TransferFee
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk, Settlement
from tests.builders.desks import MINT, NOON, SOL, desk, market, pool, request
from tests.builders.examples import examples

ENGINE = TradingEngine(PaperVenue(), RiskSettings())
OWN = {AccountKind.CASH, AccountKind.MARGIN, AccountKind.HOLDING, AccountKind.RENT}

sizes = st.integers(min_value=1_000_000, max_value=60 * SOL)
reserves = st.integers(min_value=50 * SOL, max_value=500_000 * SOL)
Step = tuple[str, int, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["long", "short", "close", "liquidate"]),
        sizes,
        st.integers(min_value=1, max_value=100),
        reserves,
        st.sampled_from([0, 1, 250, 4_000]),
    ),
    min_size=1,
    max_size=12,
)


def book(balances: Counter[AccountKey], settlement: Settlement) -> None:
    for transfer in settlement.transfers:
        balances[transfer.debit] -= transfer.units
        balances[transfer.credit] += transfer.units


def advance(before: Desk, settlement: Settlement) -> Desk:
    stands = [p for p in before.positions if p.number != settlement.position.number]
    if settlement.position.state is PositionState.OPEN:
        stands.append(settlement.position)
    wallet = replace(
        before.wallet,
        cash_lamports=settlement.receipt.wallet_after_lamports,
        last_position=max(before.wallet.last_position, settlement.position.number),
        last_order=settlement.receipt.order_number,
    )
    return replace(before, positions=tuple(stands), wallet=wallet)


def decide(at: Desk, step: Step) -> Settlement | None:
    what, size, share, reserve, fee_bps = step
    fees = FeeSchedule(newer=TransferFee(bps=fee_bps, maximum=10**10))
    here = market(taxed(pool(sol_reserve=reserve), fees))
    if what in {"long", "short"}:
        side = Side.LONG if what == "long" else Side.SHORT
        leverage = 1 + share % 3 if side is Side.SHORT else 1
        intent = OpenIntent(token_id=1, side=side, size_lamports=size, leverage=leverage)
        return ENGINE.open(at, intent, here, request(), NOON)
    if not at.positions:
        return None
    number = at.positions[0].number
    if what == "close":
        return ENGINE.close(at, CloseIntent(number=number, percent=share), here, request(), NOON)
    return ENGINE.liquidate(at, number, here, request(), NOON)


@settings(max_examples=examples(60), deadline=None)
@given(steps)
def test_any_sequence_of_orders_conserves_every_asset(
    plan: list[Step],
) -> None:
    now = desk()
    cash = AccountKey(kind=AccountKind.CASH, asset="So11111111111111111111111111111111111111112")
    balances: Counter[AccountKey] = Counter({cash: now.wallet.cash_lamports})
    granted = now.wallet.cash_lamports
    for step in plan:
        try:
            settlement = decide(now, step)
        except Refusal:
            continue
        if settlement is None:
            continue
        book(balances, settlement)
        now = advance(now, settlement)
        assert balances[cash] == now.wallet.cash_lamports
        assert all(units >= 0 for key, units in balances.items() if key.kind in OWN)
    in_sol = sum(units for key, units in balances.items() if key.asset != MINT)
    in_tokens = sum(units for key, units in balances.items() if key.asset == MINT)
    assert in_sol == granted
    assert in_tokens == 0
    held = sum(p.token_units for p in now.positions if p.side is Side.LONG)
    owed = sum(p.token_units for p in now.positions if p.side is Side.SHORT)
    assert balances[AccountKey(kind=AccountKind.HOLDING, asset=MINT)] == held
    assert balances[AccountKey(kind=AccountKind.DEBT, asset=MINT)] == -owed
    for position in now.positions:
        margin = AccountKey(kind=AccountKind.MARGIN, asset=cash.asset, position=position.number)
        assert balances[margin] == position.margin_lamports + position.proceeds_lamports


@settings(max_examples=examples(40), deadline=None)
@given(sizes, reserves)
def test_a_round_trip_at_one_price_never_gains(size: int, reserve: int) -> None:
    here = market(pool(sol_reserve=reserve))
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=size)
    try:
        bought = ENGINE.open(desk(), intent, here, request(), NOON)
    except Refusal:
        assume(False)
        return
    sold = ENGINE.close(advance(desk(), bought), CloseIntent(number=1), here, request("2"), NOON)
    assert sold.receipt.wallet_after_lamports <= desk().wallet.cash_lamports
