"""Live wallets in the database: kept once, sealed anew, never moved and never lost."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey
from bot.ports.live_wallets import BEFORE_ALL, Batch
from tests.builders.live_wallets import MADE, keep, kept
from tests.builders.sealed_keys import older, ring, wallets_under

RING = ring(1, 2)
VAULT = SealedKeyVault(RING)
OLD = SealedKeyVault(older(RING, 1))


@pytest.fixture
def book(database: Pool) -> PostgresLiveWallets:
    return PostgresLiveWallets(database)


async def test_a_wallet_is_kept_once_and_its_key_comes_back_as_it_was(
    book: PostgresLiveWallets, database: Pool
) -> None:
    await keep(database, [VAULT.create(1002, 1)])
    first, second = VAULT.create(1002, 2), VAULT.create(1002, 2)
    wallets = await asyncio.gather(*(book.put(key, MADE) for key in (first, second) * 5))
    assert len(set(wallets)) == 1, "whoever came second is given the first"
    assert wallets[0].address in {first.address, second.address}
    stored = await book.key_of(1002, 2)
    assert stored in {first, second}
    assert await book.read(1002, 2) == wallets[0]
    assert [wallet.number for wallet in await book.wallets_of(1002)] == [1, 2]
    assert (await book.read(1002, 3), await book.key_of(7, 1)) == (None, None)
    actions = await database.fetch("SELECT action, details FROM audit_log WHERE user_id = 1002")
    details = {"number": 2, "chain": "solana", "address": wallets[0].address}
    assert [tuple(row) for row in actions] == [("live_wallet.created", details)]


async def test_keys_are_gone_through_in_order(book: PostgresLiveWallets, database: Pool) -> None:
    keys = wallets_under(RING, 7)
    await keep(database, keys[::-1])
    assert await book.keys_after(BEFORE_ALL, 4) == keys[:4]
    assert await book.keys_after((keys[3].user_id, keys[3].number), 4) == keys[4:]
    assert await book.keys_after((keys[6].user_id, keys[6].number), 4) == []
    assert await book.versions() == {1: 4, 2: 3}


async def test_only_keys_of_other_versions_are_sealed_anew(
    book: PostgresLiveWallets, database: Pool
) -> None:
    keys = wallets_under(RING, 6)
    await keep(database, keys)
    batch = await book.reseal_after(BEFORE_ALL, 2, 2, VAULT.reseal, MADE)
    assert batch == Batch(resealed=2, last=(keys[2].user_id, keys[2].number))
    assert batch.last is not None
    batch = await book.reseal_after(batch.last, 2, 2, lambda _key: None, MADE)
    assert batch == Batch(resealed=0, last=(keys[4].user_id, keys[4].number))
    after = await kept(database)
    assert [key.key_version for key in after] == [2, 2, 2, 2, 1, 2]
    assert after[1::2] == keys[1::2], "those of the newest version stay as they are"
    for key in after:
        VAULT.check(key)
    stamped = await database.fetch("SELECT number FROM live_wallets WHERE resealed_at IS NOT NULL")
    assert len(stamped) == 2


async def test_two_rotations_at_once_do_each_key_once(
    book: PostgresLiveWallets, database: Pool
) -> None:
    keys = [OLD.create(1000 + number, 1) for number in range(30)]
    await keep(database, keys)
    done: list[str] = []

    def reseal(key: SealedKey) -> SealedKey:
        done.append(key.address)
        return VAULT.reseal(key)

    async def rotate() -> None:
        place = BEFORE_ALL
        while (batch := await book.reseal_after(place, 2, 3, reseal, MADE)).last is not None:
            place = batch.last

    await asyncio.gather(*(rotate() for _ in range(4)))
    assert sorted(done) == sorted(key.address for key in keys)
    assert await book.versions() == {2: 30}


async def test_a_failure_in_a_batch_leaves_all_of_it_as_it_was(
    book: PostgresLiveWallets, database: Pool
) -> None:
    keys = [OLD.create(1000 + number, 1) for number in range(4)]
    await keep(database, keys)

    def reseal(key: SealedKey) -> SealedKey:
        if key == keys[2]:
            raise ZeroDivisionError
        return VAULT.reseal(key)

    with pytest.raises(ZeroDivisionError):
        await book.reseal_after(BEFORE_ALL, 2, 10, reseal, MADE)
    assert await kept(database) == keys


async def test_an_exchange_that_comes_late_changes_nothing(
    book: PostgresLiveWallets, database: Pool
) -> None:
    """The control of the comparison: a row that is not what was read is not written over."""
    key = OLD.create(1000, 1)
    await keep(database, [replace(key, wrapped_key=key.wrapped_key[::-1])])
    changed = await database.execute(
        "UPDATE live_wallets SET sealed = sealed WHERE wrapped_key = $1", key.wrapped_key
    )
    assert changed == "UPDATE 0"
    del book


MOVES = (
    "UPDATE live_wallets SET user_id = user_id + 1",
    "UPDATE live_wallets SET number = 2",
    "UPDATE live_wallets SET address = 'elsewhere'",
    "UPDATE live_wallets SET created_at = now()",
    "DELETE FROM live_wallets",
    "TRUNCATE live_wallets",
)


@pytest.mark.parametrize("statement", MOVES)
async def test_a_wallet_is_neither_moved_nor_lost(database: Pool, statement: str) -> None:
    await keep(database, [VAULT.create(1000, 1)])
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await database.execute(statement)
    await database.execute("GRANT ALL ON live_wallets TO CURRENT_USER")
    with pytest.raises(asyncpg.RaiseError, match="stays whose it is"):
        await database.execute(statement)


async def test_no_two_rows_hold_one_address(database: Pool) -> None:
    key = VAULT.create(1000, 1)
    with pytest.raises(asyncpg.UniqueViolationError):
        await keep(database, [key, replace(key, user_id=1001)])
