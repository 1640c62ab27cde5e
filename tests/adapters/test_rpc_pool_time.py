"""The RPC pool never goes back in time, whichever endpoint answers."""

import pytest

from bot.domain.errors import Unavailable
from tests.builders.rpc_pools import build_pool
from tests.fakes.hand_clock import HandClock
from tests.fakes.rpc_node import Manners, RpcNode, rpc_nodes

KEY = "So11111111111111111111111111111111111111112"


class ForgetfulNode(RpcNode):
    """Ignores minContextSlot, as some providers' caches do."""

    def _accounts(self, keys: list[str], options: dict[str, object]) -> dict[str, object]:
        return super()._accounts(keys, {**options, "minContextSlot": 0})


async def test_a_lagging_endpoint_is_not_used_while_the_other_is_well() -> None:
    async with rpc_nodes(2) as (ahead, behind), build_pool([behind, ahead]) as pool:
        behind.slot = ahead.slot - 50
        await pool.probe_quiet_endpoints()
        assert pool.states()[0].lag_slots == 50
        for _ in range(5):
            assert (await pool.get_multiple_accounts([KEY])).slot == ahead.slot
        assert behind.asked("getMultipleAccounts") == 0


async def test_the_answer_of_a_lagging_endpoint_is_refused_even_if_it_is_the_only_one_left() -> (
    None
):
    async with rpc_nodes(2) as (ahead, behind), build_pool([ahead, behind]) as pool:
        behind.slot = ahead.slot - 50
        await pool.get_multiple_accounts([KEY])
        ahead.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await pool.get_multiple_accounts(["another"], deadline_seconds=1)


async def test_an_account_is_never_given_at_an_older_slot_than_before() -> None:
    clock = HandClock()
    async with (
        rpc_nodes(2) as (first, second),
        build_pool([first, second], clock=clock) as pool,
    ):
        first.slot, second.slot = 1_010, 1_005
        assert (await pool.get_multiple_accounts([KEY])).slot == 1_010
        first.manners = Manners(status=500, body=b"")
        clock.advance(60)
        with pytest.raises(Unavailable) as caught:
            await pool.get_multiple_accounts([KEY], deadline_seconds=1)
        assert "has not reached the slot" in caught.value.detail
        second.slot = 1_010
        assert (await pool.get_multiple_accounts([KEY])).slot == 1_010


async def test_a_node_that_ignores_the_least_slot_is_checked_by_its_answer() -> None:
    clock = HandClock()
    node = ForgetfulNode()
    await node.start()
    try:
        async with build_pool([node], clock=clock) as pool:
            assert (await pool.get_multiple_accounts([KEY])).slot == 1_000
            node.slot = 995
            clock.advance(60)
            with pytest.raises(Unavailable) as caught:
                await pool.get_multiple_accounts([KEY], deadline_seconds=1)
            assert "an answer from the past" in caught.value.detail
            assert not pool.states()[0].is_open, "behind is not broken"
    finally:
        await node.stop()


async def test_a_balancer_that_is_behind_for_a_moment_is_asked_again() -> None:
    clock = HandClock()
    async with rpc_nodes(1) as (node,), build_pool([node], clock=clock) as pool:
        await pool.get_multiple_accounts([KEY])
        slots = iter([node.slot - 1, node.slot])
        node.manners = Manners(before=lambda: setattr(node, "slot", next(slots)))
        assert (await pool.get_multiple_accounts([KEY])).slot == 1_000
        assert clock.slept == [pytest.approx(0.4)]


async def test_an_absurd_slot_does_not_make_every_good_endpoint_look_late() -> None:
    async with rpc_nodes(2) as (odd, good), build_pool([good, odd]) as pool:
        await pool.get_slot()
        odd.slot = 2**40
        good.manners = Manners(status=500, body=b"")
        with pytest.raises(Unavailable):
            await pool.get_slot(deadline_seconds=1)
        good.manners = Manners()
        assert await pool.get_slot() == good.slot
        assert pool.best_slot() == good.slot


async def test_an_endpoint_that_was_behind_is_taken_back_when_it_has_caught_up() -> None:
    clock = HandClock()
    async with (
        rpc_nodes(2) as (ahead, behind),
        build_pool([ahead, behind], clock=clock) as pool,
    ):
        behind.slot = ahead.slot - 50
        await pool.probe_quiet_endpoints()
        behind.slot = ahead.slot
        clock.advance(10)
        await pool.probe_quiet_endpoints()
        assert pool.states()[1].lag_slots == 0
        ahead.manners = Manners(status=500, body=b"")
        assert (await pool.get_multiple_accounts([KEY])).slot == behind.slot


async def test_an_answer_from_before_any_slot_ever_seen_lags_however_long_ago_that_was() -> None:
    clock = HandClock()
    async with rpc_nodes(2) as (first, second), build_pool([first, second], clock=clock) as pool:
        await pool.get_slot()
        clock.advance(60)
        first.slot -= 16
        answer = await pool.get_multiple_accounts(["never read before"])
        assert answer.slot == second.slot
        assert pool.states()[0].stale == 1


async def test_a_busy_endpoint_is_compared_with_a_quiet_one_at_one_time() -> None:
    clock = HandClock()
    async with rpc_nodes(2) as (busy, quiet), build_pool([busy, quiet], clock=clock) as pool:
        await pool.probe_quiet_endpoints()
        quiet.slot += 50
        clock.advance(3)
        await pool.get_slot()
        clock.advance(3)
        await pool.probe_quiet_endpoints()
        assert [state.lag_slots for state in pool.states()] == [50, 0]


async def test_what_was_seen_a_moment_ago_does_not_lag_by_that_moment() -> None:
    clock = HandClock()
    async with rpc_nodes(2) as (first, second), build_pool([first, second], clock=clock) as pool:
        await pool.probe_quiet_endpoints()
        clock.advance(1.8)
        first.slot += 8
        await pool.get_multiple_accounts([KEY])
        assert [state.lag_slots for state in pool.states()] == [0, 0]
