"""A key that does not open is found before somebody needs it, and told of once."""

import json
from dataclasses import replace

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool
from bot.adapters.database.key_faults import PostgresKeyFaults
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import SealedKey
from bot.services.key_checks import KeyChecks
from bot.telegram.live_news import LiveNews
from tests.builders.chance import seeded
from tests.builders.live_wallets import keep, kept
from tests.builders.sealed_keys import ring
from tests.fakes.hand_clock import HandClock

KEYRING = ring(1)
ADMIN = 77


def checks_on(database: Pool, vault: SealedKeyVault) -> KeyChecks:
    clock = SystemClock()

    async def check(key: SealedKey) -> None:
        vault.check(key)

    return KeyChecks(
        book=PostgresLiveWallets(database),
        faults=PostgresKeyFaults(database, lambda _queued: None),
        check=check,
        notices=LiveNews(clock=clock, chance=seeded(1), bot_name="kit", admin_ids=(ADMIN,)),
        clock=clock,
        pause=HandClock().sleep,
    )


async def write(database: Pool, key: SealedKey) -> None:
    query = "UPDATE live_wallets SET sealed = $2 WHERE user_id = $1"
    await database.execute(query, key.user_id, key.sealed)


async def told(database: Pool) -> list[int]:
    rows = await database.fetch(
        "SELECT payload FROM outbox WHERE payload ->> 'text' LIKE 'LIVE%unfit%' ORDER BY notice_id"
    )
    return [json.loads(row[0])["chat_id"] if isinstance(row[0], str) else row[0]["chat_id"]
            for row in rows]  # fmt: skip


async def test_a_key_that_does_not_open_is_told_of_once_until_it_opens_again(
    database: Pool,
) -> None:
    vault = SealedKeyVault(KEYRING)
    await keep(database, [vault.create(1000 + each, 1) for each in range(3)])
    checks, sound = checks_on(database, vault), (await kept(database))[1]
    assert await checks.check_all() == 0
    await write(database, replace(sound, sealed=bytes(len(sound.sealed))))
    assert [await checks.check_all() for _ in range(2)] == [1, 1]
    assert await told(database) == [sound.user_id, ADMIN]
    await write(database, sound)
    assert await checks.check_all() == 0
    actions = await database.fetch("SELECT action FROM audit_log WHERE action LIKE 'live_key%'")
    assert [row[0] for row in actions] == ["live_key.faulty", "live_key.sound"]


async def test_a_master_key_that_is_gone_is_told_as_that(database: Pool) -> None:
    await keep(database, [SealedKeyVault(ring(2)).create(1000, 1)])
    assert await checks_on(database, SealedKeyVault(KEYRING)).check_all() == 1
    fault = await database.fetchval("SELECT fault FROM live_key_faults")
    assert fault == "no_master_key"
    assert len(await told(database)) == 2


async def test_a_key_that_is_sealed_anew_meanwhile_is_not_told_of(database: Pool) -> None:
    vault = SealedKeyVault(KEYRING)
    await keep(database, [vault.create(1000, 1)])
    checks, (first,) = checks_on(database, vault), await kept(database)

    async def check(key: SealedKey) -> None:
        if key == first:
            await database.execute(
                "UPDATE live_wallets SET wrapped_key = $1, sealed = $2",
                *((anew := vault.reseal(first)).wrapped_key, anew.sealed),
            )
            vault.check(replace(key, sealed=bytes(len(key.sealed))))
        vault.check(key)

    checks._check = check
    assert await checks.check_all() == 0
    assert await told(database) == []
