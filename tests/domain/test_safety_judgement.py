"""What is said of a token: each finding ok, warn or danger, with a word why."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import USDC_MINT
from bot.domain.safety import (
    Holder,
    HoldersTold,
    Level,
    Liquidity,
    LiquidityKind,
    RoundTrip,
    SafetyReport,
    TokenFacts,
)
from bot.domain.safety_judgement import judge
from bot.domain.safety_market import percent
from bot.domain.token_rules import TokenRules, UiMultiplier
from bot.domain.transfer_fees import NO_FEE, FeeSchedule, TransferFee
from tests.builders.desks import NOON, SOL, token
from tests.builders.safety import SUPPLY, a_mint, judged, line_of, safe_facts

POWER = "somebody"
ONE_PERCENT = TransferFee(bps=100, maximum=10**12)
HALF = TransferFee(bps=5_000, maximum=10**12)


def ruled(**rules: object) -> SafetyReport:
    return judged(replace(token(), rules=TokenRules(**rules)))


def lp(burned: str, locked: str | None = None) -> Liquidity:
    return Liquidity(
        pool="pool",
        kind=LiquidityKind.LP_TOKENS,
        burned=Decimal(burned),
        locked=None if locked is None else Decimal(locked),
    )


def test_a_token_that_is_safe_in_every_way_has_nothing_but_ok() -> None:
    report = judged()
    assert report.level is Level.OK
    assert report.unknown == ()
    assert [line.word for line in report.lines[:3]] == ["mint locked", "no freeze", "LP burned"]


@pytest.mark.parametrize(
    ("rules", "word", "level"),
    [
        ({"permanent_delegate": POWER}, "permanent delegate", Level.DANGER),
        ({"hook_program": POWER}, "transfer hook", Level.DANGER),
        ({"hook_authority": POWER}, "hook can be set", Level.WARN),
        ({"is_transferable": False}, "not transferable", Level.DANGER),
        ({"is_paused": True, "pause_authority": POWER}, "paused", Level.DANGER),
        ({"pause_authority": POWER}, "can be paused", Level.WARN),
        ({"is_born_frozen": True}, "frozen by default", Level.DANGER),
        ({"fee_authority": POWER}, "transfer fee can rise", Level.WARN),
        ({"close_authority": POWER}, "mint can be closed", Level.WARN),
        ({"is_confidential": True}, "hidden amounts", Level.WARN),
        ({"is_interest_bearing": True}, "shown with interest", Level.WARN),
        ({"ui": UiMultiplier(newer=Decimal(5))}, "scaled amounts", Level.OK),
        ({"unknown": ("Extension99",)}, "unknown extension", Level.WARN),
    ],
)
def test_each_power_over_holders_has_its_level(
    rules: dict[str, object], word: str, level: Level
) -> None:
    report = ruled(**rules)
    line = line_of(report, word)
    assert line.level is level
    assert report.level is level
    assert line.why


def test_authorities_that_live_are_a_warning() -> None:
    report = judged(replace(token(), mint_authority=POWER, freeze_authority=POWER))
    assert [line.word for line in report.of(Level.WARN)] == ["mint open", "can freeze"]


def test_a_known_issuers_powers_are_said_a_level_lower() -> None:
    rules = TokenRules(permanent_delegate=POWER)
    report = judged(replace(token(mint=USDC_MINT), mint_authority=POWER, rules=rules))
    assert line_of(report, "permanent delegate").level is Level.WARN
    assert line_of(report, "mint open").level is Level.OK
    assert "Circle" in line_of(report, "mint open").why


@pytest.mark.parametrize(
    ("now", "newer", "word", "level"),
    [
        (ONE_PERCENT, ONE_PERCENT, "transfer fee 1%", Level.WARN),
        (HALF, HALF, "transfer fee 50%", Level.DANGER),
        (ONE_PERCENT, HALF, "transfer fee 50%", Level.DANGER),
        (HALF, NO_FEE, "transfer fee 50%", Level.DANGER),
        (TransferFee(bps=25, maximum=9), NO_FEE, "transfer fee 0.25%", Level.WARN),
    ],
)
def test_a_transfer_fee_is_judged_by_the_worse_of_now_and_soon(
    now: TransferFee, newer: TransferFee, word: str, level: Level
) -> None:
    rules = TokenRules(fees=FeeSchedule(older=now, newer=newer, newer_epoch=9))
    assert line_of(judged(replace(token(), rules=rules), fee=now), word).level is level


def test_a_fee_capped_at_nothing_is_none() -> None:
    nothing = TransferFee(bps=9_000, maximum=0)
    rules = TokenRules(fees=FeeSchedule(newer=nothing))
    assert judged(replace(token(), rules=rules), fee=nothing).level is Level.OK


@pytest.mark.parametrize(
    ("liquidity", "word", "level"),
    [
        (lp("1"), "LP burned", Level.OK),
        (lp("0.1", "0.89"), "LP locked", Level.OK),
        (lp("0.6", "0.3"), "LP can be pulled", Level.WARN),
        (lp("0"), "LP can be pulled", Level.WARN),
        (Liquidity(pool="p", kind=LiquidityKind.CURVE), "on its curve", Level.OK),
    ],
)
def test_liquidity_is_judged_by_what_can_be_pulled(
    liquidity: Liquidity, word: str, level: Level
) -> None:
    assert line_of(judged(facts=safe_facts(liquidity=liquidity)), word).level is level


def test_liquidity_that_can_be_pulled_from_a_new_pool_is_a_danger() -> None:
    facts = safe_facts(liquidity=lp("0.2"), opened_at=NOON - timedelta(hours=2))
    report = judged(facts=facts)
    assert line_of(report, "LP can be pulled").level is Level.DANGER
    assert line_of(report, "new pool").level is Level.WARN


def test_a_concentrated_pool_says_that_nobody_can_tell() -> None:
    facts = safe_facts(liquidity=Liquidity(pool="p", kind=LiquidityKind.POSITIONS))
    (said,) = judged(facts=facts).unknown
    assert "concentrated pool has no LP token" in said


@pytest.mark.parametrize(
    ("units", "word", "level"),
    [
        ([SUPPLY // 100] * 10, "spread out", Level.OK),
        ([SUPPLY // 20] * 10, "few holders", Level.WARN),
        ([SUPPLY * 19 // 20], "one holder", Level.DANGER),
        ([], "spread out", Level.OK),
    ],
)
def test_holders_are_judged_by_the_ten_largest(units: list[int], word: str, level: Level) -> None:
    holders = tuple(Holder(owner="x", units=each) for each in units)
    assert line_of(judged(facts=safe_facts(holders=holders)), word).level is level


@pytest.mark.parametrize(
    ("share", "word", "level"),
    [("0.2", "spread out", Level.OK), ("0.7", "few holders", Level.WARN)],
)
def test_a_source_is_heard_of_holders_only_where_no_node_tells(
    share: str, word: str, level: Level
) -> None:
    told = HoldersTold(source="Jupiter", share=Decimal(share))
    line = line_of(judged(facts=safe_facts(holders=None), told=told), word)
    assert line.level is level
    assert line.why.startswith("Jupiter says")
    assert "Jupiter" not in line_of(judged(told=told), "spread out").why


@pytest.mark.parametrize(
    ("returned", "word", "level"),
    [
        (990_000_000, "can be sold", Level.OK),
        (800_000_000, "dear to sell", Level.WARN),
        (400_000_000, "dear to sell", Level.DANGER),
        (None, "cannot be sold", Level.DANGER),
    ],
)
def test_a_sale_is_judged_by_what_comes_back(returned: int | None, word: str, level: Level) -> None:
    trip = RoundTrip(spent_lamports=SOL, returned_lamports=returned, reason="it is frozen")
    assert line_of(judged(trip=trip), word).level is level


def test_a_small_share_in_thin_pools_is_a_warning_and_in_deep_ones_is_not() -> None:
    facts = safe_facts(pooled_units=SUPPLY // 1_000)
    assert line_of(judged(facts=facts), "little in pools").level is Level.WARN
    deep = judged(facts=facts, depth_lamports=5_000 * SOL)
    assert line_of(deep, "enough in pools").level is Level.OK
    assert line_of(judged(depth_lamports=3 * SOL), "thin pool").level is Level.WARN


def test_what_nobody_told_is_said_and_not_judged() -> None:
    nothing = TokenFacts(mint=a_mint(), slot=1)
    report = judged(facts=nothing, trip=None)
    assert report.level is Level.OK
    assert len(report.unknown) == 5
    unread = judge(token(), facts=None, fee=NO_FEE, trip=None, depth_lamports=SOL, at=NOON)
    assert unread.unknown == report.unknown


@pytest.mark.parametrize(
    ("share", "shown"),
    [("0", "0%"), ("1", "100%"), ("0.1234", "12.3%"), ("0.0001", "<0.1%"), ("0.5", "50%")],
)
def test_shares_are_shown_with_one_decimal_at_most(share: str, shown: str) -> None:
    assert percent(Decimal(share)) == shown


@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.lists(st.integers(0, 2**64 - 1), max_size=20),
    st.integers(0, 2**80),
)
def test_no_figures_of_a_hostile_token_break_the_judgement(
    supply: int, pooled: int, units: list[int], depth_lamports: int
) -> None:
    holders = tuple(Holder(owner="x", units=each) for each in units)
    facts = safe_facts(pooled_units=pooled, holders=holders)
    report = judged(replace(token(), supply=supply), facts=facts, depth_lamports=depth_lamports)
    assert all(line.word and line.why for line in report.lines)
