"""A wallet that is brought along: what it held before is found and booked, and nothing twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from solders.keypair import Keypair

from bot.adapters.database.connection import Pool
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.errors import Refusal
from bot.domain.live_wallets import SealedKey
from bot.domain.users import Role, User
from bot.domain.web_sessions import Visitor, WebSession
from bot.services.wallet_imports import WalletImports
from bot.signer.typed_keys import seed_of
from tests.builders.books import books_on, meet
from tests.builders.live_scenes import KEYRING, live_scene
from tests.builders.movement_scenes import MovementScene, movement_scene
from tests.builders.swap_worlds import SOL, swap_world

BOB = 1002
WHEN = datetime(2026, 10, 6, tzinfo=UTC)


@pytest.fixture
async def scene(database: Pool) -> AsyncIterator[MovementScene]:
    async with swap_world(slot_ms=10) as world:
        yield movement_scene(await live_scene(world, database))


def visiting(user: User) -> Visitor:
    session = WebSession(session_id=1, device="a test", began_at=WHEN, seen_at=WHEN, ends_at=WHEN)
    return Visitor(user=user, session=session)


def imports_on(scene: MovementScene, *, is_proved: bool = True) -> WalletImports:
    async def adopt(user_id: int, number: int, typed: str) -> SealedKey:
        with seed_of(typed) as seed:
            return SealedKeyVault(KEYRING).adopt(user_id, number, seed)

    async def require_proof(_visitor: Visitor) -> None:
        if not is_proved:
            raise Refusal("proof_needed")

    live = scene.live.means
    return WalletImports(
        book=live.wallets, accounts=live.accounts, adopt=adopt,
        require_proof=require_proof, clock=live.clock,
    )  # fmt: skip


async def test_what_an_imported_wallet_held_before_is_booked_once(
    scene: MovementScene, database: Pool
) -> None:
    key, stranger = Keypair(), scene.live.world.shop.stranger
    for lamports in (3 * SOL, SOL // 2):
        stranger.pay(key.pubkey(), lamports)
        scene.live.world.chain.advance(400)
    bob = await meet(books_on(database), BOB, Role.PREMIUM)
    wallet = await imports_on(scene).take_over(visiting(bob), str(key))
    assert wallet.address == str(key.pubkey())
    booked = [await scene.follow() for _ in range(3)]
    assert (sum(booked), booked[-1]) == (2, 0)
    found = await scene.live.reconciliation.reconcile()
    assert {each.wallet.user_id: each.differences for each in found}[BOB] == ()
    (own,) = [each.wallet for each in found if each.wallet.user_id == BOB]
    assert own.lamports == 3 * SOL + SOL // 2


async def test_without_the_second_factor_or_the_right_nothing_is_imported(
    scene: MovementScene, database: Pool
) -> None:
    cases = ((Role.PREMIUM, False, "proof_needed"), (Role.BASIC, True, "not_permitted"))
    for number, (role, is_proved, code) in enumerate(cases):
        person = await meet(books_on(database), BOB + number, role)
        imports = imports_on(scene, is_proved=is_proved)
        with pytest.raises(Refusal) as caught:
            await imports.take_over(visiting(person), str(Keypair()))
        assert caught.value.code == code
        assert await scene.live.means.wallets.read(person.user_id, 1) is None
