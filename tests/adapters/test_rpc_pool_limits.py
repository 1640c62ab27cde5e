"""The RPC pool keeps each endpoint's limits and obeys what the endpoint asks for."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.retry_after import LONGEST_SECONDS, read_retry_after
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcLimits
from bot.adapters.token_bucket import TokenBucket
from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import build_pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, rpc_nodes

NOW = datetime(2026, 10, 6, 12, 0, tzinfo=UTC)


async def test_retry_after_seconds_are_waited_before_the_only_endpoint_is_asked_again() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as pool:
        node.manners = Manners(status=429, headers={"Retry-After": "3"}, body=b"")
        with pytest.raises(Unavailable):
            await pool.get_slot(deadline_seconds=2)
        node.manners = Manners()
        assert clock.slept == [], "three seconds do not fit into a deadline of two"
        assert await pool.get_slot(deadline_seconds=10) == node.slot
        assert clock.slept == [pytest.approx(3.0)]


async def test_retry_after_as_a_date_is_obeyed_and_the_other_endpoint_used_meanwhile() -> None:
    clock = HandClock()
    async with (
        rpc_nodes(2) as (limited, free),
        build_pool([limited, free], clock=clock) as pool,
    ):
        date = format_datetime(clock.now() + timedelta(seconds=20), usegmt=True)
        limited.manners = Manners(status=429, headers={"Retry-After": date}, body=b"")
        await pool.get_slot()
        limited.manners = Manners()
        clock.advance(19)
        await pool.get_slot()
        assert len(limited.requests) == 1
        free.manners = Manners(status=500, body=b"")
        clock.advance(2)
        await pool.get_slot()
        assert len(limited.requests) == 2


async def test_being_limited_is_no_failure_of_the_circuit() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as pool:
        node.manners = Manners(error={"code": 429, "message": "Too many requests"})
        for _ in range(8):
            with pytest.raises(Unavailable):
                await pool.get_slot(deadline_seconds=0.5)
            clock.advance(40)
        assert not pool.states()[0].is_open
        assert len(node.requests) == 8


async def test_pauses_without_retry_after_double() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as pool:
        node.manners = Manners(status=429, body=b"")
        with pytest.raises(Unavailable):
            await pool.get_slot(deadline_seconds=100)
        assert clock.slept == [pytest.approx(1.0), pytest.approx(2.0)]


async def test_the_public_limits_hold_over_any_ten_seconds() -> None:
    clock = HandClock()
    async with (
        rpc_nodes(1) as (node,),
        build_pool([node], clock=clock, limits=RpcLimits()) as pool,
    ):
        times = []
        for _ in range(100):
            await pool.get_slot(deadline_seconds=1000)
            times.append(clock.monotonic())
        for first, last in zip(times, times[41:], strict=False):
            assert last - first > 10, "more than 40 of one method within 10 s"


async def test_a_full_bucket_sends_the_call_to_the_other_endpoint() -> None:
    limits = RpcLimits(method_burst=2)
    clock = HandClock()
    async with rpc_nodes(2) as nodes, build_pool(nodes, clock=clock, limits=limits) as pool:
        for _ in range(4):
            await pool.get_slot()
        assert [len(node.requests) for node in nodes] == [2, 2]
        assert clock.slept == []


def test_turns_come_due_in_order_and_no_faster_than_the_rate() -> None:
    bucket = TokenBucket(per_second=2.0, burst=3, clock=HandClock())
    waits = [bucket.take() for _ in range(6)]
    assert waits == [0.0, 0.0, 0.0, 0.5, 1.0, 1.5]


async def test_the_use_of_the_limit_is_told() -> None:
    limits = RpcLimits(method_burst=4)
    async with rpc_nodes(1) as nodes, build_pool(nodes, limits=limits) as pool:
        for _ in range(3):
            await pool.get_slot()
        assert pool.states()[0].limiter_use == pytest.approx(0.75)


def test_a_node_on_this_machine_is_not_held_to_public_limits() -> None:
    assert EndpointConfig.from_url("http://127.0.0.1:8899").limits.requests_per_second > 100
    assert EndpointConfig.from_url("https://rpc.example").limits == RpcLimits()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        (" 0 ", 0.0),
        ("-3", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, LONGEST_SECONDS),
        ("Tue, 06 Oct 2026 12:00:30 GMT", 30.0),
        ("Tue, 06 Oct 2026 11:00:30 GMT", 0.0),
        ("Tue, 06 Oct 2099 11:00:30 GMT", LONGEST_SECONDS),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert read_retry_after(header, NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_header_raises_or_waits_for_ever(header: str) -> None:
    seconds = read_retry_after(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_SECONDS
