"""Whom to believe: dust blocks nobody, weight is heard, and one reading fires nothing."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.price_trust import (
    Opinion,
    Streak,
    TrustRules,
    contradicts,
    find_dispute,
    gap_between,
)

RULES = TrustRules()
prices = st.decimals("0.000000000001", "1000000", allow_nan=False, places=12)
depths = st.integers(0, 10**15)


@st.composite
def opinions(draw: st.DrawFn) -> Opinion:
    return Opinion(
        name=draw(st.text("abcdef", min_size=1, max_size=4)),
        price=draw(prices.filter(bool)),
        depth_lamports=draw(depths),
    )


many = st.lists(opinions(), min_size=1, max_size=6, unique_by=lambda opinion: opinion.name)


@given(many, st.randoms(use_true_random=False))
def test_the_order_in_which_pools_are_asked_changes_nothing(
    asked: list[Opinion], random: Random
) -> None:
    shuffled = list(asked)
    random.shuffle(shuffled)
    assert find_dispute(asked, RULES) == find_dispute(shuffled, RULES)


@given(many, st.lists(prices.filter(bool), max_size=20))
def test_dust_neither_blocks_a_token_nor_clears_it(
    asked: list[Opinion], dusty: list[Decimal]
) -> None:
    deepest = max(opinion.depth_lamports for opinion in asked)
    dust = [
        Opinion(name=f"dust {place}", price=price, depth_lamports=deepest // 10 - 1)
        for place, price in enumerate(dusty)
        if deepest >= 20
    ]
    assert find_dispute([*asked, *dust], RULES) == find_dispute(asked, RULES)


@given(many)
def test_pools_that_agree_are_believed(asked: list[Opinion]) -> None:
    price = asked[0].price
    agreed = [replace(opinion, price=price) for opinion in asked]
    assert find_dispute(agreed, RULES) is None
    assert contradicts(agreed[0], agreed[1:], RULES) is None


@given(opinions(), st.integers(1, 6), st.decimals("1.06", "100", places=4))
def test_a_deepest_pool_is_not_believed_against_as_much_depth_as_its_own(
    one: Opinion, count: int, times: Decimal
) -> None:
    deep = replace(one, depth_lamports=one.depth_lamports + count)
    share = deep.depth_lamports // count
    others = [
        Opinion(name=f"other {place}", price=one.price * times, depth_lamports=share)
        for place in range(count)
    ]
    dispute = find_dispute([deep, *others], RULES)
    if all(share >= deep.depth_lamports * RULES.voice_share for _ in others):
        assert dispute is not None
        assert dispute.one.price != dispute.other.price
        assert dispute.gap == gap_between(dispute.one.price, dispute.other.price)


@given(many)
def test_whoever_is_named_in_a_dispute_does_disagree(asked: list[Opinion]) -> None:
    dispute = find_dispute(asked, RULES)
    if dispute is not None:
        assert {dispute.one, dispute.other} <= set(asked)
        assert dispute.gap > RULES.disagreement
        assert dispute.one.depth_lamports >= dispute.other.depth_lamports


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_a_streak_counts_slots_that_rise_and_nothing_else(slots: Sequence[int]) -> None:
    streak = None
    for slot in slots:
        streak = Streak.of(streak, slot)
    risen = [slots[0]]
    for slot in slots[1:]:
        if slot > risen[-1]:
            risen.append(slot)
    assert streak == Streak(since_slot=risen[0], last_slot=risen[-1], readings=len(risen))


@given(depths, depths, st.integers(1, 5), st.integers(1, 9), st.integers(0, 10**14))
def test_a_deeper_pool_never_needs_more_readings(
    one: int, other: int, deep: int, thin: int, limit: int
) -> None:
    rules = TrustRules(readings_deep=deep, readings_thin=thin, deep_lamports=limit)
    thinner, deeper = sorted((one, other))
    assert rules.readings_to_fire(thinner) >= rules.readings_to_fire(deeper) >= deep


def test_one_lying_source_is_outvoted_and_a_lone_one_is_heard() -> None:
    chain = Opinion(name="pools", price=Decimal(100), depth_lamports=10**12)
    liar = Opinion(name="liar", price=Decimal(150), depth_lamports=10**12)
    honest = Opinion(name="honest", price=Decimal(101), depth_lamports=10**12)
    assert contradicts(chain, [liar, honest], RULES) is None
    found = contradicts(chain, [liar], RULES)
    assert found is not None
    assert (found.other.name, found.gap) == ("liar", Decimal("0.5"))
    assert contradicts(chain, [replace(liar, depth_lamports=10)], RULES) is None
    assert contradicts(chain, [liar], replace(RULES, source_disagreement=Decimal(0))) is None
