"""What is sent for a live order: committed first, one alive, and proven by the chain alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Unavailable
from bot.domain.live_orders import (
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
)
from bot.sandbox.jupiter_api.faults import VenueFaults
from bot.sandbox.solana_rpc.faults import EndpointFaults
from bot.sandbox.solana_rpc.landing import LandingFaults
from bot.services.live_attempts import LiveAttempts
from bot.services.live_tracking import LiveTracking
from tests.builders.live_scenes import EAGER, OWNER, PURSE, LiveScene, live_scene
from tests.builders.swap_worlds import QUICK, SOL, swap_world

OPEN_HOLDS = "SELECT sum(held) FROM accounts WHERE mode = 'live'"
NOTICES = "SELECT chat_id, payload ->> 'text' AS text FROM outbox ORDER BY notice_id"


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[LiveScene]:
    async with swap_world(slot_ms=10) as world:
        yield await live_scene(world, database)


class Dies(Exception):
    """The process is gone."""


async def test_dead_bytes_are_followed_by_a_new_attempt_and_one_swap(scene: LiveScene) -> None:
    scene.world.chain.landing.faults = LandingFaults(drop=True)
    intent = await scene.orders.place(scene.request(), scene.buying())
    while (seen := await scene.means.book.read((OWNER, intent.number))).last is None or (
        seen.attempts[0].state is not AttemptState.EXPIRED
    ):
        await scene.orders.recover()
        scene.world.chain.advance(20)
    scene.world.chain.landing.faults = LandingFaults()
    done = await scene.orders.carry_out((OWNER, intent.number))
    assert done.state is IntentState.FILLED
    assert [each.state for each in done.attempts[:-1]] == [AttemptState.EXPIRED] * (
        len(done.attempts) - 1
    )
    await scene.prove()


async def test_a_failure_on_the_chain_costs_its_fee_and_ends_the_order(scene: LiveScene) -> None:
    scene.world.chain.landing.faults = LandingFaults(fail=True)
    ended = await scene.done(scene.buying())
    assert (ended.state, ended.end_reason) == (IntentState.FAILED, "live_failed")
    assert [each.state for each in ended.attempts] == [AttemptState.FAILED]
    assert 0 < PURSE - scene.lamports() < SOL
    assert await scene.value(OPEN_HOLDS) == 0
    await scene.prove()


async def test_what_is_not_proven_stays_unknown_and_held(scene: LiveScene) -> None:
    deaf = EndpointFaults(statuses_down=True)
    for endpoint in scene.world.endpoints:
        endpoint.faults = deaf
    hasty = replace(scene.means, rules=replace(EAGER, unknown_after_seconds=0.0))
    orders = scene.with_parts(means=hasty)
    intent = await orders.place(scene.request(), scene.buying())
    for _ in range(3):
        await orders.recover()
        scene.world.chain.advance(400)
    unknown = await scene.means.book.read((OWNER, intent.number))
    assert [each.state for each in unknown.attempts] == [AttemptState.UNKNOWN]
    assert await scene.value(OPEN_HOLDS) == intent.hold_lamports
    assert len(await scene.rows(NOTICES)) == 1
    for endpoint in scene.world.endpoints:
        endpoint.faults = EndpointFaults()
    await orders.recover()
    done = await scene.means.book.read((OWNER, intent.number))
    assert done.state is IntentState.FILLED
    await scene.prove()


async def test_an_order_that_its_maker_signs_last_is_told_by_our_own_signature(
    database: Pool,
) -> None:
    """The wallet pays the fee, so the transaction is named before the maker has signed."""
    async with swap_world(slot_ms=10, jupiter=replace(QUICK, excluded_routers=())) as world:
        scene = await live_scene(world, database)
        world.shop.faults = VenueFaults(rfq=True, wait_ms=60)
        done = await scene.done(scene.buying())
        assert done.state is IntentState.FILLED
        (attempt,) = done.attempts
        assert not attempt.is_ours_to_send
        await scene.prove()


async def test_what_was_committed_is_taken_up_by_the_next_process(scene: LiveScene) -> None:
    class DiesBehindSending(LiveTracking):
        async def send(
            self,
            attempt: LiveAttempt,
            *,
            is_first: bool = False,
            intent: LiveIntent | None = None,
        ) -> LiveAttempt:
            await super().send(attempt, is_first=is_first, intent=intent)
            raise Dies

    intent = await scene.orders.place(scene.request(), scene.buying())
    with pytest.raises(Dies):
        await scene.with_parts(tracking=DiesBehindSending).carry_out((OWNER, intent.number))
    await scene.with_parts().recover()
    scene.world.chain.advance(10)
    await scene.with_parts().recover()
    done = await scene.means.book.read((OWNER, intent.number))
    assert (done.state, len(done.attempts)) == (IntentState.FILLED, 1)
    await scene.prove()


async def test_two_processes_with_one_order_swap_once(scene: LiveScene) -> None:
    intent = await scene.orders.place(scene.request(), scene.buying())
    place = (OWNER, intent.number)
    done = await asyncio.gather(*(scene.with_parts().carry_out(place) for _ in range(4)))
    assert {each.state for each in done} == {IntentState.FILLED}
    assert {len(each.attempts) for each in done} == {1}
    await scene.prove()


async def test_a_booked_swap_becomes_final(scene: LiveScene) -> None:
    done = await scene.done(scene.buying())
    scene.world.chain.advance(64)
    await scene.orders.recover()
    (attempt,) = (await scene.means.book.read((OWNER, done.number))).attempts
    assert attempt.state is AttemptState.FINALIZED
    assert attempt.finalized_at is not None


async def test_the_database_itself_lets_no_state_go_back(scene: LiveScene) -> None:
    await scene.done(scene.buying())
    for wrong in (
        "UPDATE live_attempts SET state = 'sent'",
        "UPDATE live_attempts SET state = 'finalized', raw = ''",
        "UPDATE live_intents SET state = 'held', ended_at = NULL, order_number = NULL",
        "UPDATE live_intents SET amount_in = 1",
        "DELETE FROM live_attempts",
        "DELETE FROM live_intents",
        "TRUNCATE live_attempts",
    ):
        with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.PostgresError)):
            await scene.rows(wrong)
    await scene.prove()


async def test_a_second_attempt_beside_a_live_one_is_not_kept(scene: LiveScene) -> None:
    intent = await scene.orders.place(scene.request(), scene.buying())
    first = await LiveAttempts(scene.means).begin(intent)
    assert first is not None
    second = replace(first, number=2, signature="another")
    assert await scene.means.book.commit(second, scene.means.clock.now()) == "overtaken"
    with pytest.raises(asyncpg.UniqueViolationError):
        await scene.rows(
            "INSERT INTO live_attempts (user_id, intent_number, number, signature, raw,"
            " last_valid_block_height, venue, is_ours_to_send, quoted_out, min_out, impact,"
            " quoted_at, offered_at, checked_at, signed_at) SELECT user_id, intent_number, 2,"
            " 'other', raw, 1, venue, true, 1, 1, 0, now(), now(), now(), now()"
            " FROM live_attempts"
        )


async def test_two_orders_are_never_one_transaction(scene: LiveScene) -> None:
    one, other = [await scene.orders.place(scene.request(), scene.buying()) for _ in range(2)]
    attempt = await LiveAttempts(scene.means).begin(one)
    assert attempt is not None
    same_bytes = replace(attempt, intent_number=other.number)
    with pytest.raises(Unavailable, match="another order"):
        await scene.means.book.commit(same_bytes, scene.means.clock.now())
    # Nothing was sent for it, so it is asked for anew, and both are filled: at once, or where the
    # second waits for a later block, at a later look.
    async with asyncio.timeout(30):
        while await scene.rows("SELECT FROM live_intents WHERE state <> 'filled'"):
            await scene.orders.recover()
            await asyncio.sleep(0.02)
    states = await scene.rows("SELECT state FROM live_intents ORDER BY number")
    assert [row["state"] for row in states] == ["filled", "filled"]
    await scene.prove()


async def test_a_swap_that_took_more_than_was_wanted_stops_the_wallet_with_its_funds_held(
    scene: LiveScene,
) -> None:
    intent = await scene.orders.place(scene.request(), scene.buying(SOL))
    attempt = await LiveAttempts(scene.means).begin(intent)
    assert attempt is not None
    tracking = LiveTracking(scene.means)
    await tracking.send(attempt, is_first=True)
    scene.world.chain.advance(4)
    smaller = replace(intent, amount_in=SOL - 5_000_000)
    assert (await tracking.look(smaller, attempt)).is_unproven
    assert await scene.means.accounts.paused() == {(OWNER, 1)}
    assert await scene.value(OPEN_HOLDS) == intent.hold_lamports


async def test_what_the_books_can_never_hold_is_told_and_not_tried_for_ever(
    scene: LiveScene,
) -> None:
    """An attempt that was proven dead lands all the same: the database refuses its fill."""
    intent = await scene.orders.place(scene.request(), scene.buying(SOL))
    attempt = await LiveAttempts(scene.means).begin(intent)
    assert attempt is not None
    now = scene.means.clock.now()
    assert await scene.means.book.move(attempt, AttemptState.EXPIRED, now)
    tracking = LiveTracking(scene.means)
    await scene.means.chain.send(attempt.raw)
    scene.world.chain.advance(4)
    assert (await tracking.look(intent, attempt)).is_unproven
    assert await scene.means.accounts.paused() == {(OWNER, 1)}
    assert await scene.value("SELECT count(*) FROM orders") == 0
