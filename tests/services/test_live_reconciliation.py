"""The books of a live wallet held against the chain; what is short is paused, and told."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from solders.account import Account
from solders.pubkey import Pubkey

from bot.adapters.database.connection import Pool
from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT
from bot.domain.live_orders import IntentState, OddOutcome
from bot.engine.live_settlement import LandedSwap
from bot.sandbox.solana_rpc.faults import EndpointFaults
from tests.builders.live_scenes import ADMIN, OWNER, LiveScene, live_scene
from tests.builders.swap_worlds import SOL, swap_world

NOTICES = "SELECT chat_id, payload ->> 'text' AS text FROM outbox WHERE priority = 1"


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[LiveScene]:
    async with swap_world(slot_ms=10) as world:
        yield await live_scene(world, database)


def change_purse(scene: LiveScene, lamports: int) -> None:
    """Move SOL behind the bot's back."""
    key = Pubkey.from_string(scene.address)
    account = scene.world.chain.account(key)
    assert account is not None
    moved = Account(account.lamports + lamports, account.data, account.owner)
    scene.world.chain.set_account(key, moved)
    scene.world.chain.advance(4)


async def test_after_swaps_books_and_chain_agree_to_the_unit(scene: LiveScene) -> None:
    await scene.done(scene.buying())
    await scene.done(scene.selling(scene.held() // 2))
    (found,) = await scene.reconciliation.reconcile()
    assert found.is_compared
    assert found.differences == ()
    assert await scene.means.accounts.paused() == frozenset()


async def test_money_that_left_behind_our_back_pauses_the_wallet_until_it_is_booked(
    scene: LiveScene,
) -> None:
    waiting = await scene.orders.place(scene.request(), scene.buying())
    change_purse(scene, -SOL)
    for _ in range(2):
        (found,) = await scene.reconciliation.reconcile()
    (difference,) = found.differences
    assert (difference.asset, difference.on_chain - difference.booked) == (SOL_MINT, -SOL)
    told = await scene.rows(NOTICES)
    assert [row["chat_id"] for row in told] == [OWNER, ADMIN]
    assert all("LIVE wallet paused" in row["text"] for row in told)
    with pytest.raises(Refusal) as refused:
        await scene.orders.place(scene.request(), scene.buying())
    assert refused.value.code == "live_wallet_paused"
    ended = await scene.orders.carry_out((OWNER, waiting.number))
    assert (ended.state, ended.end_reason) == (IntentState.REFUSED, "live_wallet_paused")

    for _ in range(2):
        await scene.means.accounts.book_external(OWNER, 1, "their transfer", -SOL)
    await scene.reconciliation.reconcile()
    assert await scene.means.accounts.paused() == frozenset()
    assert (await scene.done(scene.buying())).state is IntentState.FILLED
    await scene.prove()


async def test_a_stranger_cannot_stop_a_wallet_by_sending_it_a_lamport(scene: LiveScene) -> None:
    change_purse(scene, 1)
    (found,) = await scene.reconciliation.reconcile()
    assert found.differences
    assert not found.is_short
    assert await scene.means.accounts.paused() == frozenset()


async def test_a_node_that_lags_behind_our_last_swap_proves_nothing(scene: LiveScene) -> None:
    await scene.done(scene.buying())
    for endpoint in scene.world.endpoints:
        endpoint.faults = EndpointFaults(lag_slots=400)
    (found,) = await scene.reconciliation.reconcile()
    assert not found.is_compared
    assert await scene.means.accounts.paused() == frozenset()


async def test_a_swap_that_nobody_meant_is_not_booked_and_stops_the_wallet(
    scene: LiveScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def odd(swap: LandedSwap) -> None:
        raise OddOutcome(f"{swap.change.signature} is odd")

    intent = await scene.orders.place(scene.request(), scene.buying())
    with monkeypatch.context() as patched:
        patched.setattr(LandedSwap, "_check", odd)
        await scene.orders.carry_out((OWNER, intent.number), patience_seconds=0.3)
    assert await scene.means.accounts.paused() == {(OWNER, 1)}
    assert (await scene.means.book.read((OWNER, intent.number))).state is IntentState.HELD
    assert len(await scene.rows(NOTICES)) == 2
    await scene.orders.carry_out((OWNER, intent.number))
    await scene.prove()


async def test_a_second_wallets_books_are_not_opened_beside_the_first(scene: LiveScene) -> None:
    now = scene.means.clock.now()
    assert not await scene.means.accounts.open(OWNER, 2, now)
    key = await scene.signer.new_wallet(OWNER, 2)
    await scene.means.wallets.put(key, now)
    with pytest.raises(Refusal) as refused:
        await scene.orders.place(scene.request(), replace(scene.buying(), wallet_number=2))
    assert refused.value.code == "live_other_wallet"
