"""Second factors under attack: guesses from many sessions, codes used again, rows moved about."""

import asyncio
import dataclasses
from collections import Counter
from datetime import timedelta

import pyotp
import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.database.audit_chain import PostgresAuditChain
from bot.adapters.vault.factor_vault import SealedFactorVault
from bot.domain.errors import Refusal, Unavailable
from bot.domain.factors import MOST_TRIES, Factor
from bot.domain.users import Status
from bot.domain.web_sessions import Visitor
from bot.ports.factors import StoredFactor
from bot.services.audit_sealing import AuditProof
from tests.web.doors import ANN, BOB, OpenDoor, security_on

PIN = "482913"
SESSIONS, GUESSES = 50, 1_000


class CountingVault(SealedFactorVault):
    """Counts how many PINs were really looked at."""

    looked_at = 0

    async def is_pin(self, user_id: int, stored: StoredFactor, pin: str) -> bool:
        self.looked_at += 1
        return await super().is_pin(user_id, stored, pin)


async def visitor(open_door: OpenDoor, user_id: int = ANN) -> Visitor:
    found = await open_door.security.sessions.visitor(await open_door.session_of(user_id))
    assert found is not None
    return found


async def outcome(asked: object) -> str:
    try:
        await asked  # type: ignore[misc]
    except Refusal as refusal:
        return refusal.code
    return "done"


async def with_pin(open_door: OpenDoor) -> Visitor:
    who = await visitor(open_door)
    await open_door.security.factors.set_pin(who, PIN)
    return who


async def test_a_thousand_guesses_from_fifty_sessions_are_five(open_door: OpenDoor) -> None:
    vault = CountingVault(b"k" * 32)
    security = security_on(open_door.pool, vault, delay=timedelta())
    who = await visitor(open_door)
    await security.factors.set_pin(who, PIN)
    thieves = [
        dataclasses.replace(who, session=dataclasses.replace(who.session, session_id=number))
        for number in range(SESSIONS)
    ]
    guesses = [
        security.factors.prove(thieves[number % SESSIONS], Factor.PIN, f"{700_000 + number}")
        for number in range(GUESSES)
    ]
    told = Counter([await one for one in asyncio.as_completed([outcome(g) for g in guesses])])
    assert told == {"wrong_factor": MOST_TRIES, "factors_locked": GUESSES - MOST_TRIES}
    assert vault.looked_at == MOST_TRIES
    notices = "SELECT count(*) FROM outbox WHERE payload ->> 'text' LIKE '%too often%'"
    assert await open_door.pool.fetchval(notices) == 1
    assert await outcome(security.factors.prove(who, Factor.PIN, PIN)) == "factors_locked"


async def test_each_lock_is_longer_than_the_one_before(open_door: OpenDoor) -> None:
    who = await with_pin(open_door)
    prove = open_door.security.factors.prove
    lasts = []
    for _ in range(5):
        for _ in range(MOST_TRIES):
            assert await outcome(prove(who, Factor.PIN, "999111")) == "wrong_factor"
        state = await open_door.security.factors.state(who.user)
        assert state.locked_until is not None
        lasts.append(round((state.locked_until - SystemClock().now()).total_seconds() / 900))
        await open_door.pool.execute("UPDATE factor_tries SET locked_until = now()")
    assert lasts == [1, 4, 16, 96, 96]
    assert await outcome(prove(who, Factor.PIN, PIN)) == "done"
    assert await open_door.pool.fetchval("SELECT count(*) FROM factor_tries") == 0


async def test_a_code_works_once_and_for_its_owner(open_door: OpenDoor) -> None:
    factors = open_door.security.factors
    who = await visitor(open_door)
    secret = await factors.begin_authenticator(who)
    totp = pyotp.TOTP(secret.typed)
    first = totp.now()
    assert not (await factors.state(who.user)).has_any, "it counts once it has shown a code"
    assert await outcome(factors.confirm_authenticator(who, "000000")) == "wrong_code"
    await factors.confirm_authenticator(who, first)
    assert await outcome(factors.prove(who, Factor.TOTP, first)) == "wrong_factor"
    now = SystemClock().now()
    following = totp.at(now + timedelta(seconds=30))
    at_once = [factors.prove(who, Factor.TOTP, following) for _ in range(3)]
    told = Counter(await asyncio.gather(*(outcome(one) for one in at_once)))
    assert told == {"done": 1, "wrong_factor": 2}
    assert (
        await outcome(factors.prove(who, Factor.TOTP, totp.at(now - timedelta(seconds=90))))
        == "wrong_factor"
    )
    # The row of one person, put in the place of another's, opens nothing.
    row = (
        "INSERT INTO user_factors SELECT $1::bigint, kind, version, key_id, sealed, 0, confirmed_at"
    )
    await open_door.pool.execute(f"{row} FROM user_factors WHERE user_id = $2", BOB, ANN)
    bob = await visitor(open_door, BOB)
    with pytest.raises(Unavailable):
        await factors.prove(bob, Factor.TOTP, totp.at(now + timedelta(seconds=60)))


async def test_a_recovery_code_works_once_and_new_ones_replace_it(open_door: OpenDoor) -> None:
    factors = open_door.security.factors
    who = await with_pin(open_door)
    assert await outcome(factors.new_codes(who)) == "proof_needed"
    proved = await open_door.security.sessions.visitor(await factors.prove(who, Factor.PIN, PIN))
    assert proved is not None
    first = await factors.new_codes(proved)
    second = await factors.new_codes(proved)
    assert await outcome(factors.prove(proved, Factor.RECOVERY, first[0])) == "wrong_factor"
    typed = second[0].upper().replace("-", " ")
    assert await outcome(factors.prove(proved, Factor.RECOVERY, typed)) == "done"
    assert await outcome(factors.prove(proved, Factor.RECOVERY, second[0])) == "wrong_factor"


async def test_another_key_opens_nothing_and_says_so(open_door: OpenDoor) -> None:
    who = await with_pin(open_door)
    other = security_on(open_door.pool, SealedFactorVault(b"x" * 32), delay=timedelta())
    with pytest.raises(Unavailable, match="another one than before"):
        await other.factors.prove(who, Factor.PIN, PIN)
    kept = await open_door.pool.fetchval("SELECT encode(sealed, 'escape') FROM user_factors")
    assert PIN not in kept


async def test_an_admins_freeze_is_not_the_owners_to_lift(open_door: OpenDoor) -> None:
    security = security_on(open_door.pool, open_door.vault, delay=timedelta())
    who = await with_pin(open_door)
    await security.freezes.freeze_on_web(who)
    token = await security.factors.prove(who, Factor.PIN, PIN)
    proved = await security.sessions.visitor(token)
    assert proved is not None
    assert proved.user.status is Status.FROZEN
    await security.freezes.ask_to_unfreeze(proved)
    await open_door.pool.execute("UPDATE users SET status = 'frozen' WHERE user_id = $1", ANN)
    await security.freezes.lift_due()
    status = "SELECT status FROM users WHERE user_id = $1"
    assert await open_door.pool.fetchval(status, ANN) == "frozen"
    assert await outcome(security.freezes.ask_to_unfreeze(proved)) == "not_own_freeze"


async def test_what_was_done_to_an_account_is_in_its_chain(open_door: OpenDoor) -> None:
    who = await with_pin(open_door)
    await open_door.security.freezes.freeze_on_web(who)
    lines = [line.action for line in await open_door.security.sessions.log(who.user)]
    assert lines == ["status.changed", "factor.set", "session.began"]
    found, _ = await AuditProof(chain=PostgresAuditChain(open_door.pool), key=None).check()
    assert list(found) == []
