"""Withdrawals on the sandbox's chain: proved, held, delayed, committed, sent, booked, once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.live_orders import AttemptState
from bot.domain.withdrawals import LEFT_LAMPORTS, WithdrawalState
from tests.builders.live_scenes import PURSE
from tests.builders.swap_worlds import SOL, SwapWorld, swap_world
from tests.builders.withdrawal_scenes import WithdrawalScene, silent, withdrawal_scene


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[SwapWorld]:
    """One chain for all: each test has a wallet of its own on it."""
    async with swap_world(slot_ms=10) as world:
        yield world


@pytest.fixture
async def scene(world: SwapWorld, database: Pool) -> WithdrawalScene:
    return await withdrawal_scene(world, database)


async def refused(asked: object) -> str:
    with pytest.raises(Refusal) as refusal:
        await asked  # type: ignore[misc]
    return refusal.value.code


async def test_sol_arrives_to_the_lamport_and_is_booked_with_its_fee(
    scene: WithdrawalScene,
) -> None:
    withdrawal = await scene.sent(scene.sol(3 * SOL))
    assert withdrawal.state is WithdrawalState.SENT
    assert scene.received() == 3 * SOL
    (payment,) = withdrawal.payments
    assert payment.state in {AttemptState.CONFIRMED, AttemptState.FINALIZED}
    assert scene.live.lamports() < PURSE - 3 * SOL
    assert await scene.held() == 0
    await scene.live.prove()
    (*_, news) = await scene.live.rows(
        "SELECT payload ->> 'text' AS t FROM outbox ORDER BY notice_id"
    )
    assert news["t"].startswith("LIVE · Withdrawal 1\nSent 3 SOL")
    for moment in ("asked", "proved", "signed", "sent", "confirmed"):
        assert moment in news["t"].splitlines()[-1]


async def test_all_leaves_what_the_chain_asks_an_account_to_keep(scene: WithdrawalScene) -> None:
    sol, *_ = await scene.desk.asking.available(scene.owner)
    scene = scene.with_rules(order_lamports=PURSE, day_lamports=2 * PURSE)
    await scene.sent(scene.sol(sol.units))
    assert scene.received() == sol.units
    assert scene.live.lamports() >= LEFT_LAMPORTS
    assert await refused(scene.asked(scene.sol(SOL))) == "withdrawal_short"
    await scene.live.prove()


async def test_tokens_leave_with_their_cost_and_close_the_position(scene: WithdrawalScene) -> None:
    await scene.live.done(scene.live.buying(SOL))
    units = scene.live.held()
    third = await scene.sent(scene.tokens(units // 3))
    assert third.state is WithdrawalState.SENT
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert (position["state"], position["token_units"]) == ("open", units - units // 3)
    assert position["realised_pnl_lamports"] == 0
    await scene.live.prove()
    await scene.sent(scene.tokens(units - units // 3))
    (position,) = await scene.live.rows("SELECT * FROM positions")
    assert (position["state"], position["cost_lamports"]) == ("closed", 0)
    assert scene.live.held() == 0
    await scene.live.prove()


async def test_nothing_is_sent_before_it_is_due_and_a_cancel_frees_the_funds(
    scene: WithdrawalScene,
) -> None:
    scene = scene.with_rules(delay=timedelta(hours=1))
    withdrawal = await scene.proved(scene.sol())
    assert await scene.held() > SOL
    await scene.desk.payments.carry_on()
    assert (await scene.read(withdrawal.number)).payments == ()
    await scene.desk.asking.cancel(scene.live.request(), withdrawal.number, silent)
    assert (await scene.read(withdrawal.number)).state is WithdrawalState.CANCELLED
    assert (scene.received(), await scene.held()) == (0, 0)
    again = scene.desk.asking.cancel(scene.live.request(), withdrawal.number, silent)
    assert await refused(again) == "withdrawal_ended"


async def test_a_freeze_stops_what_waits_and_a_thaw_does_not_bring_it_back(
    scene: WithdrawalScene,
) -> None:
    scene = scene.with_rules(delay=timedelta(milliseconds=1))
    withdrawal = await scene.proved(scene.sol())
    await scene.security.freezes.freeze_self(scene.live.request(), ())
    await scene.pool.execute("UPDATE users SET status = 'active'")
    ended = await scene.ended(withdrawal.number)
    assert (ended.state, ended.end_reason) == (WithdrawalState.CANCELLED, "frozen")
    assert (scene.received(), await scene.held()) == (0, 0)
    await scene.live.prove()


async def test_an_address_taken_off_the_list_stops_what_goes_there(scene: WithdrawalScene) -> None:
    scene = scene.with_rules(delay=timedelta(hours=1))
    withdrawal = await scene.proved(scene.sol())
    await scene.desk.addresses.remove(scene.live.request(), 1, silent)
    ended = await scene.ended(withdrawal.number)
    assert (ended.state, ended.end_reason) == (WithdrawalState.CANCELLED, "address_removed")
    assert await refused(scene.asked(scene.sol())) == "unknown_address"


async def test_an_authenticator_set_anew_stops_what_the_old_one_proved(
    scene: WithdrawalScene,
) -> None:
    withdrawal = await scene.proved(scene.sol())
    await scene.pool.execute("UPDATE user_factors SET version = version + 1")
    ended = await scene.ended(withdrawal.number)
    assert (ended.state, ended.end_reason) == (WithdrawalState.CANCELLED, "factor_changed")
    assert scene.received() == 0


async def test_caps_hold_for_an_order_a_day_and_everybody(scene: WithdrawalScene) -> None:
    capped = scene.with_rules(order_lamports=2 * SOL, day_lamports=5 * SOL)
    assert await refused(capped.asked(scene.sol(2 * SOL + 1))) == "withdrawal_over_order"
    await capped.sent(scene.sol(2 * SOL))
    await capped.sent(scene.sol(2 * SOL))
    assert await refused(capped.asked(scene.sol(2 * SOL))) == "withdrawal_over_day"
    others = scene.with_rules(all_day_lamports=5 * SOL)
    assert await refused(others.asked(scene.sol(2 * SOL))) == "withdrawal_over_all_day"


async def test_two_codes_at_once_pass_no_cap_together(scene: WithdrawalScene) -> None:
    """Both were asked while there was room: the second code finds none."""
    scene = scene.with_rules(day_lamports=3 * SOL)
    first = await scene.asked(scene.sol(2 * SOL))
    proof = await scene.proof_of(first)
    await scene.means.book.prove(proof, scene.means.rules, ())
    late = scene.with_rules(day_lamports=10 * SOL)
    second = await late.asked(scene.sol(2 * SOL))
    proof = await scene.proof_of(second)
    assert await refused(scene.means.book.prove(proof, scene.means.rules, ())) == (
        "withdrawal_over_day"
    )


async def test_the_same_request_is_the_same_withdrawal_and_never_another(
    scene: WithdrawalScene,
) -> None:
    first = await scene.asked(scene.sol(), "tg:7")
    assert (await scene.asked(scene.sol(), "tg:7")).number == first.number
    assert await refused(scene.asked(scene.sol(2 * SOL), "tg:7")) == "request_mismatch"
    assert await scene.pool.fetchval("SELECT count(*) FROM withdrawals") == 1


async def test_a_newer_wish_makes_the_older_ones_code_void(scene: WithdrawalScene) -> None:
    older = await scene.asked(scene.sol())
    await scene.asked(scene.sol(2 * SOL))
    proof = await scene.proof_of(older)
    assert await refused(scene.means.book.prove(proof, scene.means.rules, ())) == "withdrawal_over"


async def test_a_wish_without_its_code_lapses(scene: WithdrawalScene) -> None:
    asked = await scene.asked(scene.sol())
    await scene.desk.payments.carry_on()
    assert (await scene.read(asked.number)).state is WithdrawalState.ASKED
    await scene.pool.execute("ALTER TABLE withdrawals DISABLE TRIGGER USER")
    await scene.pool.execute("UPDATE withdrawals SET expires_at = now() - interval '1 second'")
    await scene.pool.execute("ALTER TABLE withdrawals ENABLE TRIGGER USER")
    await scene.desk.payments.carry_on()
    assert (await scene.read(asked.number)).state is WithdrawalState.LAPSED


async def test_a_new_address_is_refused_until_its_wait_is_over(scene: WithdrawalScene) -> None:
    scene = scene.with_rules(address_wait=timedelta(hours=24))
    await scene.desk.addresses.remove(scene.live.request(), 1, silent)
    listed = await scene.listed()
    assert await refused(scene.asked(scene.sol(to=listed.number))) == "address_waits"


async def test_an_authenticator_that_is_new_proves_no_withdrawal(scene: WithdrawalScene) -> None:
    scene = scene.with_rules(factor_wait=timedelta(hours=24))
    assert await refused(scene.asked(scene.sol())) == "factor_too_new"
    await scene.pool.execute("DELETE FROM user_factors")
    assert await refused(scene.asked(scene.sol())) == "withdrawal_no_factor"


FORBIDDEN = (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)
CHANGES = (
    "amount = amount + 1",
    "destination = wallet_address",
    "due_at = due_at - interval '1 hour'",
    "proved_at = now() - interval '1 day'",
    "stopped_at = NULL",
    "delay_seconds = 0",
    "expires_at = expires_at + interval '1 hour'",
    "state = 'sent'",
)


async def test_the_database_lets_nobody_change_what_was_proved(scene: WithdrawalScene) -> None:
    scene = scene.with_rules(delay=timedelta(hours=2))
    await scene.proved(scene.sol())
    await scene.pool.execute("UPDATE withdrawals SET stopped_at = now()")
    forged = [f"UPDATE withdrawals SET {change}" for change in CHANGES]  # noqa: S608 (our own)
    forged += [
        "UPDATE withdrawal_addresses SET usable_at = now()",
        "UPDATE withdrawal_proofs SET factor_step = 1",
        "DELETE FROM withdrawals",
        "DELETE FROM withdrawal_proofs",
    ]
    for statement in forged:
        with pytest.raises(FORBIDDEN):
            await scene.pool.execute(statement)
