"""No short comes near its end below its alarm, however deep the pool and however it moves."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.positions import PositionState, Side
from bot.engine.marks import buy_back_cost
from bot.engine.short_alarms import NEAR, alarm_level, allowed_ratio, buy_back_ratio
from tests.builders.desks import SOL, pool
from tests.builders.views import a_marked, a_token

RESERVES = st.integers(10**6, 10**15)
LAMPORTS = st.integers(SOL // 1000, 10**6 * SOL)


@given(
    before=st.tuples(RESERVES, LAMPORTS),
    after=st.tuples(RESERVES, LAMPORTS),
    largest=st.integers(1, 10**14),
    part=st.integers(1, 1000),
    proceeds_percent=st.integers(30, 120),
    margin_percent=st.integers(0, 150),
)
def test_below_its_alarm_a_short_is_far_from_its_end(
    *,
    before: tuple[int, int],
    after: tuple[int, int],
    largest: int,
    part: int,
    proceeds_percent: int,
    margin_percent: int,
) -> None:
    units = max(1, largest * part // 1000)
    then, now = (pool(token_reserve=base, sol_reserve=quote) for base, quote in (before, after))
    measured, present = buy_back_ratio(then, largest), buy_back_ratio(now, largest)
    cost = buy_back_cost(now, units)
    assume(measured is not None and present is not None and cost is not None)
    assert measured is not None
    assert present is not None
    assert cost is not None
    proceeds = cost * proceeds_percent // 100
    short = replace(
        a_marked(a_token()).position,
        side=Side.SHORT,
        state=PositionState.OPEN,
        token_units=units,
        margin_lamports=proceeds * margin_percent // 100,
        proceeds_lamports=proceeds,
    )
    allowed = allowed_ratio(measured)
    level = alarm_level(short, allowed, now.base_decimals)
    # What the service does with each reading: levels are moved before they are too late.
    if present > allowed:
        level = alarm_level(short, allowed_ratio(present), now.base_decimals)
    if short.way_to_liquidation(cost) >= NEAR:
        assert now.price >= level
