"""The circuit of an endpoint opens after failures, rests, and lets one probe find out."""

import pytest

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import build_pool, seeded_chance
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, rpc_nodes

BROKEN = Manners(status=500, body=b"")


async def test_the_circuit_opens_after_five_failures_and_the_endpoint_is_left_alone() -> None:
    async with rpc_nodes(2) as (bad, good), build_pool([bad, good]) as pool:
        bad.manners = BROKEN
        for _ in range(9):
            await pool.get_slot()
        assert len(bad.requests) == 5
        assert [state.is_open for state in pool.states()] == [True, False]


async def test_an_open_circuit_is_probed_by_get_slot_when_nothing_else_is_left() -> None:
    clock = HandClock()
    async with (
        rpc_nodes(2) as (first, second),
        build_pool([first, second], clock=clock) as pool,
    ):
        first.manners = second.manners = BROKEN
        for _ in range(5):
            with pytest.raises(Unavailable):
                await pool.call("getThing", [])
        asked = len(first.requests) + len(second.requests)
        with pytest.raises(Unavailable):
            await pool.call("getThing", [])
        assert len(first.requests) + len(second.requests) == asked, "both circuits rest"
        first.manners = Manners()
        first.results["getThing"] = "well"
        clock.advance(31)
        assert await pool.call("getThing", []) == "well"
        assert [request["method"] for request in first.requests[-2:]] == ["getSlot", "getThing"]
        assert [state.is_open for state in pool.states()] == [False, True]


async def test_the_watch_brings_a_recovered_endpoint_back() -> None:
    clock = HandClock()
    async with rpc_nodes(2) as (bad, good), build_pool([bad, good], clock=clock) as pool:
        bad.manners = BROKEN
        for _ in range(9):
            await pool.get_slot()
        bad.manners = Manners()
        await pool.probe_quiet_endpoints()
        assert pool.states()[0].is_open, "still resting"
        clock.advance(31)
        await pool.probe_quiet_endpoints()
        assert not pool.states()[0].is_open


def test_rests_double_up_to_half_a_minute_and_are_spread_by_chance() -> None:
    clock = HandClock()
    breaker = CircuitBreaker(clock=clock, chance=seeded_chance())
    for _ in range(5):
        breaker.record_failure()
    rests = []
    for _ in range(7):
        rests.append(breaker.rest_seconds)
        clock.advance(breaker.rest_seconds)
        assert breaker.is_probe_due
        breaker.record_failure()
    assert all(2 <= rest <= 30 for rest in rests)
    assert rests[0] < rests[1] < rests[2] < rests[3]
    assert rests[0] != 2.0 or rests[1] != 4.0


def test_more_than_half_of_the_last_twenty_failing_opens_the_circuit() -> None:
    breaker = CircuitBreaker(clock=HandClock(), chance=seeded_chance())
    for _ in range(9):
        breaker.record_success()
        breaker.record_failure()
    assert not breaker.is_open
    breaker.record_failure()
    breaker.record_success()
    assert not breaker.is_open, "half is not more than half"
    breaker.record_failure()
    breaker.record_failure()
    assert breaker.is_open


def test_a_good_probe_closes_the_circuit_and_forgets_the_past() -> None:
    clock = HandClock()
    breaker = CircuitBreaker(clock=clock, chance=seeded_chance())
    for _ in range(5):
        breaker.record_failure()
    clock.advance(31)
    breaker.record_success()
    for _ in range(4):
        breaker.record_failure()
    assert not breaker.is_open


def test_a_circuit_tells_its_state_and_the_share_of_failures() -> None:
    clock = HandClock()
    breaker = CircuitBreaker(clock=clock, chance=seeded_chance())
    assert (breaker.state, breaker.failing_share) == ("closed", 0.0)
    for _ in range(5):
        breaker.record_success()
        breaker.record_failure()
    assert (breaker.state, breaker.failing_share) == ("closed", 0.5)
    for _ in range(4):
        breaker.record_failure()
    assert breaker.state == "open"
    clock.advance(31)
    assert breaker.state == "half-open"
    breaker.record_success()
    assert (breaker.state, breaker.failing_share) == ("closed", 0.0)
