"""The gate looks at the whole wallet: each refusal names rule, figure, limit and what would fit."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.orders import OpenIntent
from bot.domain.positions import Position, PositionState, Side
from bot.domain.risk import LockRule, RiskLimits, StopRule, TradingLock, TradingStop
from bot.engine.paper_venue import PaperVenue
from bot.engine.risk_gate import RiskSettings
from bot.engine.trading_engine import TradingEngine
from bot.ports.books import Desk
from bot.telegram.screens.phrases import refusal_words
from tests.builders.desks import NOON, SOL, desk, market, request

LOSSES = RiskLimits(daily_loss_bps=2500, drawdown_bps=5000)
LOSSES_AND_STAKES = replace(LOSSES, concentration_bps=10**9)  # never reached, but weighed for
LIMITS = RiskLimits(
    concentration_bps=8000,
    position_heat_bps=8000,
    portfolio_heat_bps=9500,
    daily_loss_bps=2500,
    drawdown_bps=5000,
    free_lamports=5 * SOL,
)


@dataclass
class Around:
    """Surroundings that the test sets."""

    worths: dict[int, int]
    standing: TradingStop | None = None

    def worth(self, position: Position) -> int | None:
        return self.worths.get(position.number)

    def decimals(self, token_id: int) -> int:
        del token_id
        return 6

    def stop(self, user_id: int, token_id: int) -> TradingStop | None:
        stop = self.standing
        return stop if stop is not None and stop.holds(user_id, token_id) else None


def held(number: int, lamports: int, token_id: int = 2) -> Position:
    return Position(
        number=number,
        token_id=token_id,
        side=Side.LONG,
        state=PositionState.OPEN,
        token_units=10**6,
        cost_lamports=lamports,
        margin_lamports=0,
        proceeds_lamports=0,
        rent_lamports=0,
        leverage=1,
        realised_pnl_lamports=0,
        fees_lamports=0,
        entry_price=Decimal(1),
        opened_at=NOON,
    )


def a_desk(cash: int, *positions: Position, limits: RiskLimits = LIMITS, **parts: object) -> Desk:
    at = desk(cash * SOL)
    roomy = replace(at.limits, risk=limits, position_lamports=None)
    wallet = replace(at.wallet, **parts.pop("marks", {}))
    return replace(at, limits=roomy, wallet=wallet, positions=positions, **parts)


def buy(at: Desk, sol: int, around: Around | None = None) -> None:
    engine = TradingEngine(PaperVenue(), RiskSettings(), around or Around({}))
    intent = OpenIntent(token_id=1, side=Side.LONG, size_lamports=sol * SOL)
    engine.open(at, intent, market(), request(), NOON)


def refused(at: Desk, sol: int, around: Around | None = None) -> str:
    with pytest.raises(Refusal) as refusal:
        buy(at, sol, around)
    return f"{refusal.value.code}: {refusal_words(refusal.value, 'WIF').render()[0]}"


def test_too_much_in_one_token_is_refused_with_what_would_fit() -> None:
    words = refused(a_desk(100), 81)
    assert words.startswith("over_concentration")
    assert "would be 81% of your equity, your limit is 80%. About 80 SOL would fit" in words
    buy(a_desk(100), 80)


def test_small_stakes_count_for_nothing_however_poor_one_is() -> None:
    buy(a_desk(6, limits=replace(LIMITS, drawdown_bps=None)), 5)


def test_heat_in_all_counts_what_has_no_stop_and_falls_with_one() -> None:
    others = (held(1, 40 * SOL, 2), held(2, 40 * SOL, 3))
    around = Around({1: 40 * SOL, 2: 40 * SOL})
    words = refused(a_desk(20, *others), 16, around)
    assert words.startswith("over_portfolio_heat")
    assert "About 15 SOL would fit" in words
    covered = a_desk(20, *others, stop_levels={1: Decimal(36)})
    buy(covered, 16, around)


def test_a_days_loss_locks_entries_until_midnight_and_names_it() -> None:
    marks = {"day_on": NOON.date(), "day_lamports": 140 * SOL}
    words = refused(a_desk(100, marks=marks), 1)
    assert words.startswith("daily_loss_reached")
    assert "You have lost 40 SOL today; your limit is 25%" in words
    assert "7 Oct 00:00 UTC" in words
    yesterday = {"day_on": NOON.date() - timedelta(days=1), "day_lamports": 140 * SOL}
    buy(a_desk(100, marks=yesterday), 1)


def test_a_drawdown_counts_from_the_seasons_peak_and_what_is_open_now() -> None:
    at = a_desk(10, held(1, 90 * SOL), marks={"peak_lamports": 120 * SOL})
    words = refused(at, 1, Around({1: 40 * SOL}))
    assert words.startswith("drawdown_reached")
    assert "58.3% below this season's peak of 120 SOL; your limit is 50%" in words
    buy(at, 1, Around({1: 90 * SOL}))


def test_a_lock_holds_back_its_token_until_its_moment_and_no_exit() -> None:
    lock = TradingLock(
        lock_id=3, rule=LockRule.AFTER_STOP, token_id=1, until=NOON + timedelta(minutes=5)
    )
    words = refused(a_desk(100, locks=(lock,)), 1)
    assert words.startswith("entries_locked: 🔒 Entries in WIF are locked until 6 Oct 12:05 UTC")
    assert "a stop was just reached" in words
    assert "/unlock 3" in words
    buy(a_desk(100, locks=(replace(lock, token_id=2),)), 1)
    buy(a_desk(100, locks=(replace(lock, until=NOON),)), 1)


@pytest.mark.parametrize(
    ("user_id", "token_id", "code"),
    [(1001, None, "stopped_person"), (0, 1, "stopped_token"), (0, None, "stopped_all")],
)
def test_an_emergency_stop_holds_entries_back_and_says_whose(
    user_id: int, token_id: int | None, code: str
) -> None:
    stop = TradingStop(
        stop_id=1,
        user_id=user_id,
        token_id=token_id,
        rule=StopRule.HAND,
        actor_id=9,
        reason="its pool is drained",
        closes=False,
        began_at=NOON,
    )
    words = refused(a_desk(100), 1, Around({}, stop))
    assert words.startswith(code)
    assert "6 Oct 12:00 UTC" in words
    assert ("drained" in words) is (code != "stopped_person")
    halted = replace(stop, user_id=1001, token_id=None, rule=StopRule.ADMIN)
    assert refused(a_desk(100), 1, Around({}, halted)).startswith("halted_person: 🔒 An admin has")
    buy(a_desk(100), 1, Around({}, replace(stop, user_id=7, token_id=None)))
    buy(a_desk(100), 1, Around({}, replace(stop, user_id=0, token_id=2)))


def test_without_limits_nothing_is_weighed() -> None:
    class Unasked(Around):
        def worth(self, position: Position) -> int | None:
            raise AssertionError(position)

    buy(a_desk(100, held(1, SOL), limits=RiskLimits()), 99, Unasked({}))


def verdict(at: Desk, around: Around) -> str | None:
    try:
        buy(at, 1, around)
    except Refusal as refusal:
        return f"{refusal.code} {refusal.fields}"
    return None


@given(
    cash=st.integers(2, 150),
    worth=st.integers(0, 150),
    peak=st.one_of(st.none(), st.integers(0, 300)),
    began=st.one_of(st.none(), st.integers(0, 300)),
)
def test_what_clears_without_weighing_clears_with_it(
    cash: int, worth: int, peak: int | None, began: int | None
) -> None:
    marks: dict[str, object] = {"peak_lamports": None if peak is None else peak * SOL}
    if began is not None:
        marks |= {"day_on": NOON.date(), "day_lamports": began * SOL}
    around = Around({1: worth * SOL})
    quick, weighed = (
        verdict(a_desk(cash, held(1, SOL), limits=limits, marks=marks), around)
        for limits in (LOSSES, LOSSES_AND_STAKES)
    )
    assert quick == weighed


def test_positions_are_not_weighed_where_cash_alone_clears() -> None:
    class Unweighed(Around):
        def worth(self, position: Position) -> int | None:
            raise AssertionError(position)

    buy(a_desk(100, held(1, SOL), limits=LOSSES), 1, Unweighed({}))
    with pytest.raises(AssertionError):
        buy(a_desk(20, held(1, SOL), limits=LOSSES), 1, Unweighed({}))
