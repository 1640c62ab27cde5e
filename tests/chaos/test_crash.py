"""Kills and immediate stops while people talk: short here, long in `benchmarks/crash.py`."""

import pytest

from tests.chaos.crash import Plan, crash, without_keys
from tests.journeys.processes import Forks

_CONTROLS = 4


async def test_nothing_is_lost_doubled_or_out_of_order_through_kills_and_stops(
    forks: Forks, seed: int
) -> None:
    plan = Plan(
        seed=seed, people=8, updates=80, seconds=2, kills=3, stops=1, lives_seconds=(0.3, 0.8)
    )
    report = await crash(plan, forks)
    assert report.database_stops == 1
    assert report.kills >= 3
    report.check()


async def test_nor_where_updates_are_pushed(forks: Forks, seed: int) -> None:
    plan = Plan(
        seed=seed,
        people=6,
        updates=48,
        seconds=1.5,
        kills=2,
        stops=1,
        lives_seconds=(0.3, 0.8),
        is_pushed=True,
    )
    report = await crash(plan, forks)
    assert report.database_stops == 1
    assert report.kills >= 2
    report.check()


async def test_without_idempotency_a_kill_doubles_orders(forks: Forks, seed: int) -> None:
    # A kill may miss every order on its way.
    for more in range(_CONTROLS):
        plan = Plan(
            seed=seed + more, people=8, updates=56, seconds=2, kills=2, lives_seconds=(0.3, 0.6)
        )
        report = await crash(without_keys(plan), forks)
        if report.doubled:
            break
    assert report.doubled > 0
    assert report.differences == [], "what was booked twice is still balanced"
    with pytest.raises(AssertionError, match="doubled"):
        report.check()
