"""No sequence of records, falls, resets and waiting gets anybody past a stage of the gate."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gate import (
    Demand,
    GateState,
    Stage,
    breach_of,
    cooling_until,
    demoted,
    promoted,
    record_since,
    requirements,
)
from bot.domain.gate_records import Bet, GateRecord, LiveEvent, bets_of, live_falls, paper_drawdown
from tests.builders.gates import RULES, good_record

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SOL = 10**9
shares = st.decimals(min_value=0, max_value=1, places=2)
bets = st.builds(
    Bet,
    token_id=st.integers(min_value=1, max_value=3),
    day=st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 1, 9)),
    stake_lamports=st.integers(min_value=1, max_value=10 * SOL),
    result_lamports=st.integers(min_value=-10 * SOL, max_value=20 * SOL),
)
records = st.builds(
    GateRecord,
    bets=st.one_of(st.just(good_record().bets), st.lists(bets, max_size=12).map(tuple)),
    drawdown=shares,
    drawdown_now=shares,
    growth=st.one_of(st.none(), shares),
    day_loss=shares,
    twin_gap=st.one_of(st.none(), shares),
    twin_fills=st.integers(min_value=0, max_value=20),
    losses_in_a_row=st.integers(min_value=0, max_value=12),
)
steps = st.one_of(
    records,
    st.just(good_record()),
    st.sampled_from(["fall", "reset"]),
    st.timedeltas(min_value=timedelta(), max_value=timedelta(days=20)),
)


@settings(max_examples=150)
@given(st.lists(steps, max_size=25))
def test_no_sequence_skips_a_stage_or_shortens_a_cooling(
    sequence: list[GateRecord | str | timedelta],
) -> None:
    state, now, reset_at = GateState(user_id=1), BEGIN, None
    ends: list[datetime] = []
    for step in sequence:
        before = state
        match step:
            case timedelta():
                now += step
            case "reset":
                reset_at = now
                ends.append(now + RULES.cooling)
            case "fall":
                state = demoted(state, now, RULES)
                ends.append(now + RULES.cooling)
            case GateRecord():
                state = promoted(state, replace(step, reset_at=reset_at), RULES, now) or state
        assert state.stage.rank - before.stage.rank in {-1, 0, 1}
        until = cooling_until(state, reset_at, RULES)
        if state.stage.rank > before.stage.rank:
            assert isinstance(step, GateRecord)
            assert all(end <= now for end in ends)
            assert state.since == now
        assert until is None or until >= max(ends, default=until)


def test_each_stage_asks_for_a_record_of_its_own() -> None:
    state, now = GateState(user_id=1), BEGIN
    for stage in (Stage.SMALL, Stage.PROVEN, Stage.FULL):
        above = promoted(state, good_record(), RULES, now)
        assert above is not None
        state = above
        assert state.stage is stage
        # What was done before is no evidence for the next stage.
        assert record_since(state, RULES, now) == now
        assert promoted(state, GateRecord(), RULES, now) is None
        now += timedelta(days=30)
    assert promoted(state, good_record(), RULES, now) is None
    assert requirements(state, good_record(), RULES, now) == ()


@given(records, st.sampled_from(Stage))
def test_a_promotion_means_that_every_demand_is_met(record: GateRecord, stage: Stage) -> None:
    state = GateState(user_id=1, stage=stage, since=BEGIN)
    asked = requirements(state, record, RULES, BEGIN)
    is_up = promoted(state, record, RULES, BEGIN) is not None
    assert is_up == (bool(asked) and all(one.is_met for one in asked))
    assert all(0 <= one.progress <= 1 and (one.progress == 1) is one.is_met for one in asked)


@given(records)
def test_on_paper_nothing_is_broken_and_live_every_rule_counts(record: GateRecord) -> None:
    assert breach_of(GateState(user_id=1), record, RULES) is None
    breach = breach_of(GateState(user_id=1, stage=Stage.FULL), record, RULES)
    is_broken = (
        record.drawdown_now > RULES.drawdown
        or record.day_loss > RULES.day_loss
        or record.losses_in_a_row >= RULES.losses_in_a_row
        or (record.twin_fills >= RULES.twin_fills and (record.twin_gap or 0) > RULES.twin_gap)
    )
    assert (breach is not None) is is_broken


def test_one_leads_a_stage_back_and_no_further() -> None:
    state = GateState(user_id=1, stage=Stage.FULL, since=BEGIN)
    ranks = []
    for _ in range(5):
        state = demoted(state, BEGIN, RULES)
        ranks.append(state.stage)
    assert ranks == [Stage.PROVEN, Stage.SMALL, Stage.PAPER, Stage.PAPER, Stage.PAPER]


def test_what_could_make_a_record_look_better_counts_against_it_or_not_at_all() -> None:
    day = date(2026, 1, 1)

    def bet(result: int, *, stake: int = SOL, token: int = 1) -> Bet:
        return Bet(token_id=token, day=day, stake_lamports=stake, result_lamports=result)

    # Many small parts of one opinion are one bet.
    assert len(bets_of([bet(SOL // 10) for _ in range(50)], [], SOL)) == 1
    # A loss that nobody sells is a loss, a gain that nobody sells is none.
    assert bets_of([], [bet(-1), bet(5, token=2)], SOL) == (bet(-1),)
    # Stakes too small to mean anything count neither way.
    assert bets_of([bet(SOL, stake=SOL - 1), bet(-SOL // 2, stake=SOL - 1, token=2)], [], SOL) == ()
    # One lucky find cannot carry a record: it counts as a double, and unsettles the rest.
    lucky = GateRecord(bets=tuple(bet(-SOL // 20, token=n) for n in range(2, 40)))
    lucky = replace(lucky, bets=(*lucky.bets, bet(1000 * SOL)))
    assert lucky.sureness is not None
    assert lucky.sureness < 1


@given(st.lists(bets, min_size=1, max_size=20), st.integers(min_value=1, max_value=SOL))
def test_joining_bets_loses_no_stake_and_no_result(closed: list[Bet], least: int) -> None:
    whole = bets_of(closed, [], 1)
    assert sum(bet.stake_lamports for bet in whole) == sum(bet.stake_lamports for bet in closed)
    assert sum(bet.result_lamports for bet in whole) == sum(bet.result_lamports for bet in closed)
    assert len({(bet.day, bet.token_id) for bet in whole}) == len(whole)
    assert set(bets_of(closed, [], least)) == {b for b in whole if b.stake_lamports >= least}


def moment(hours: int) -> datetime:
    return BEGIN + timedelta(hours=hours)


def result(hours: int, lamports: int) -> LiveEvent:
    return LiveEvent(at=moment(hours), lamports=lamports, is_result=True)


def flow(hours: int, lamports: int) -> LiveEvent:
    return LiveEvent(at=moment(hours), lamports=lamports, is_result=False)


def test_money_that_comes_or_leaves_is_no_result() -> None:
    events = [flow(0, 10 * SOL), flow(1, -9 * SOL), flow(2, 5 * SOL)]
    falls = live_falls(events, book_lamports=6 * SOL, open_lamports=0, day_begin=BEGIN)
    assert (falls.deepest, falls.now, falls.day) == (0, 0, 0)


def test_a_deposit_does_not_heal_a_fall() -> None:
    events = [flow(0, 10 * SOL), result(1, -4 * SOL), flow(2, 1000 * SOL)]
    falls = live_falls(events, book_lamports=1006 * SOL, open_lamports=0, day_begin=moment(2))
    assert (falls.deepest, falls.now, falls.day) == (Decimal("0.4"), Decimal("0.4"), 0)


def test_what_is_open_counts_as_if_it_were_sold() -> None:
    events = [flow(0, 10 * SOL), result(1, 10 * SOL)]
    falls = live_falls(events, book_lamports=20 * SOL, open_lamports=-5 * SOL, day_begin=moment(0))
    assert (falls.deepest, falls.now, falls.day) == (Decimal("0.25"), Decimal("0.25"), 0)


def test_a_day_counts_from_its_begin() -> None:
    events = [flow(0, 10 * SOL), result(1, -SOL), result(30, -SOL)]
    falls = live_falls(events, book_lamports=8 * SOL, open_lamports=0, day_begin=moment(24))
    assert falls.day == 1 - Decimal(8) / 9
    assert falls.deepest == Decimal("0.2")


def test_a_reset_leaves_the_falls_of_the_season_before() -> None:
    assert paper_drawdown([[100, 40], [100, 120, 110]]) == Decimal("0.6")
    assert paper_drawdown([]) == 0


def test_every_demand_is_asked_for_somewhere() -> None:
    state = GateState(user_id=1, stage=Stage.SMALL)
    asked = {one.demand for one in requirements(state, good_record(), RULES, BEGIN)}
    asked |= {one.demand for one in requirements(GateState(user_id=1), good_record(), RULES, BEGIN)}
    assert asked == set(Demand)
