"""Live wallets and their keys: made once, checked all, rotated, and what is faulty is named."""

from dataclasses import replace

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.errors import Refusal
from bot.domain.live_wallets import KeyFault, SealedKey
from bot.domain.users import Role, Status
from bot.ports.key_vault import KeyVault
from bot.services.live_wallets import LiveWallets
from bot.services.wallet_keys import KeyRotation, WalletKeys
from tests.builders.live_wallets import keep, kept
from tests.builders.sealed_keys import PARTS, older, ring, wallets_under
from tests.builders.views import a_user
from tests.fakes.hand_clock import HandClock

RING = ring(1, 2, 3)
VAULT = SealedKeyVault(RING)
OLD = SealedKeyVault(older(RING, 1))


class Maker:
    """Makes keys, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def __call__(self, user_id: int, number: int) -> SealedKey:
        self.asked += 1
        return VAULT.create(user_id, number)


def keys_of(database: Pool, vault: KeyVault = VAULT) -> WalletKeys:
    return WalletKeys(book=PostgresLiveWallets(database), vault=vault, clock=HandClock())


async def test_a_wallet_is_made_once_however_often_it_is_asked_for(database: Pool) -> None:
    await keep(database, [VAULT.create(1001, 5)])
    make = Maker()
    wallets = LiveWallets(book=PostgresLiveWallets(database), make_key=make, clock=HandClock())
    ann = a_user(1001, role=Role.ADMIN)
    first = await wallets.create(ann)
    assert [await wallets.create(ann) for _ in range(3)] == [first] * 3
    assert make.asked == 1
    assert [wallet.number for wallet in await wallets.own(ann)] == [1, 5]
    assert "wrapped" not in repr(first)
    with pytest.raises(ValueError, match="wallets 1 to 10"):
        await wallets.create(ann, 11)


@pytest.mark.parametrize(
    ("role", "status", "code"),
    [
        (Role.BASIC, Status.ACTIVE, "not_permitted"),
        (Role.PREMIUM, Status.FROZEN, "frozen"),
        (Role.ADMIN, Status.FROZEN, "frozen"),
        (Role.ADMIN, Status.BANNED, "banned"),
    ],
)
async def test_without_the_right_no_wallet_is_made(
    database: Pool, role: Role, status: Status, code: str
) -> None:
    make = Maker()
    wallets = LiveWallets(book=PostgresLiveWallets(database), make_key=make, clock=HandClock())
    with pytest.raises(Refusal, match=code):
        await wallets.create(a_user(1001, role=role, status=status))
    assert make.asked == 0


async def test_every_part_that_two_rows_swap_is_found_by_the_check(database: Pool) -> None:
    sound, swapped = wallets_under(RING, 4), list[SealedKey]()
    for place, part in enumerate(part for part in PARTS if part != "chain"):
        one, other = OLD.create(3000 + place, 1), VAULT.create(4000 + place, 2)
        swapped.append(replace(one, **{part: getattr(other, part)}))
        swapped.append(replace(other, **{part: getattr(one, part)}))
    await keep(database, [*sound, *swapped])
    check = await keys_of(database).check_all(at_once=3)
    assert check.checked == len(sound) + len(swapped)
    named = [(fault.user_id, fault.number, fault.address, fault.fault) for fault in check.faults]
    wrong = KeyFault.DOES_NOT_OPEN
    assert sorted(named) == sorted((key.user_id, key.number, key.address, wrong) for key in swapped)


async def test_a_check_names_the_keys_whose_master_key_is_not_here(database: Pool) -> None:
    keys = wallets_under(RING, 6)
    await keep(database, keys)
    check = await keys_of(database, SealedKeyVault(older(RING, 1, 3))).check_all()
    assert check.checked == 6
    assert {(fault.key_version, fault.fault) for fault in check.faults} == {
        (2, KeyFault.NO_MASTER_KEY)
    }
    assert len(check.faults) == 2


async def test_rotation_moves_every_key_and_tells_of_those_that_do_not_open(
    database: Pool,
) -> None:
    keys = wallets_under(RING, 10)
    damaged = replace(keys[0], sealed=keys[0].sealed[::-1])
    await keep(database, [damaged, *keys[1:]])
    rotation = await keys_of(database).rotate(at_once=2)
    assert (rotation.newest, rotation.resealed, rotation.left) == (3, 6, 1)
    assert [(fault.user_id, fault.fault) for fault in rotation.faults] == [
        (damaged.user_id, KeyFault.DOES_NOT_OPEN)
    ]
    after = await kept(database)
    assert after[0] == damaged, "what cannot be opened is left for whoever can"
    for key in after[1:]:
        VAULT.check(key)
    again = await keys_of(database).rotate()
    assert (again.resealed, again.left, len(again.faults)) == (0, 1, 1)


async def test_rotation_goes_on_once_the_missing_master_key_is_back(database: Pool) -> None:
    await keep(database, wallets_under(RING, 6))
    rotation = await keys_of(database, SealedKeyVault(older(RING, 1, 3))).rotate()
    assert (rotation.resealed, rotation.left) == (2, 2)
    assert {fault.fault for fault in rotation.faults} == {KeyFault.NO_MASTER_KEY}
    assert await keys_of(database).rotate() == KeyRotation(newest=3, resealed=2, left=0, faults=())
    assert await keys_of(database).versions() == {3: 6}
    assert (await keys_of(database).check_all()).faults == ()


async def test_a_row_that_another_holds_is_passed_over_and_counted(database: Pool) -> None:
    keys = [OLD.create(1000 + number, 1) for number in range(5)]
    await keep(database, keys)
    async with database.acquire() as other, other.transaction():
        await other.execute("SELECT FROM live_wallets WHERE user_id = 1002 FOR UPDATE")
        rotation = await keys_of(database).rotate(at_once=2)
    assert (rotation.resealed, rotation.left, rotation.faults) == (4, 1, ())
    assert (await keys_of(database).rotate()).left == 0
