"""The signer decides by its own files: once for each attempt, and within its own caps."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from bot.adapters.signing.answers import Answer, Failed, Refused, Sealed, Signed, Trouble
from bot.adapters.signing.requests import (
    HealthRequest,
    NewWalletRequest,
    ResealRequest,
    SignRequest,
)
from bot.domain.live_wallets import SealedKey
from bot.domain.signing.caps import SOL, Caps
from bot.domain.signing.intents import FormerExpired, Intent
from bot.ports.signer import SignerHealth
from bot.signer.desk import Desk
from bot.signer.journal import Journal, JournalFailed
from tests.builders.signers import ROOMY, Signers, asked_for
from tests.builders.signing import GIVEN, WANTED, Honest, Scene
from tests.fakes.hand_clock import HandClock

SCENE = Scene()
BUY, SELL, SEND_SOL, SEND_TOKEN = SCENE.buy(), SCENE.sell(), SCENE.send_sol(), SCENE.send_token()
EXPIRED = FormerExpired(last_valid_block_height=100, seen_heights=(101, 102))


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def reasons(answer: Answer) -> str:
    assert isinstance(answer, Refused), answer
    return "; ".join(answer.reasons)


def next_attempt(honest: Honest, key: SealedKey, number: int = 2) -> SignRequest:
    """The same swap with another blockhash, as the next attempt."""
    raw = honest.raw()
    at = raw.index(bytes(range(32)))
    message = raw[:at] + bytes([number] * 32) + raw[at + 32 :]
    intent = replace(honest.intent, attempt=number)
    return replace(asked_for(honest, key, intent), message=message, former=EXPIRED)


def test_an_honest_message_gets_the_wallets_signature(signers: Signers, clock: HandClock) -> None:
    with signers.desk(clock) as desk:
        answer = desk.answer(asked_for(BUY, signers.key()))
        assert isinstance(answer, Signed)
        assert answer.signature == bytes(SCENE.wallet.sign_message(BUY.raw()))


def test_the_same_message_is_signed_again_and_counted_once(
    signers: Signers, clock: HandClock
) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        first, again = (desk.answer(asked_for(BUY, key)) for _ in range(2))
        assert first == again
        health = desk.answer(HealthRequest())
        assert isinstance(health, SignerHealth)
        assert health.signatures == 1


def test_another_message_for_the_same_attempt_is_refused(
    signers: Signers, clock: HandClock
) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        desk.answer(asked_for(BUY, key))
        other = replace(next_attempt(BUY, key), intent=BUY.intent)
        assert "another message was signed" in reasons(desk.answer(other))


def test_another_message_is_refused_after_a_restart_too(signers: Signers, clock: HandClock) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        first = desk.answer(asked_for(BUY, key))
    with signers.desk(clock) as desk:
        other = replace(next_attempt(BUY, key), intent=BUY.intent)
        assert "another message was signed" in reasons(desk.answer(other))
        assert desk.answer(asked_for(BUY, key)) == first


@pytest.mark.parametrize(
    ("change", "after_seconds", "words"),
    [
        ({"former": None}, 31, "nothing says"),
        ({"former": replace(EXPIRED, seen_heights=(101,))}, 31, "two nodes"),
        ({"former": replace(EXPIRED, seen_heights=(101, 100))}, 31, "two nodes"),
        ({"former": replace(EXPIRED, seen_heights=(101, 102, 99))}, 31, "two nodes"),
        ({}, 29, "cannot have expired yet"),
        ({"message": BUY.raw()}, 31, "has the blockhash"),
        ({"intent": replace(BUY.intent, attempt=3)}, 31, "attempt 2 is next"),
        ({"intent": replace(BUY.intent, attempt=2, amount_in=GIVEN + 1)}, 31, "gives"),
    ],
)
def test_the_next_attempt_needs_what_can_be_demanded(
    signers: Signers, clock: HandClock, change: dict[str, object], after_seconds: int, words: str
) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        desk.answer(asked_for(BUY, key))
        clock.advance(after_seconds)
        assert words in reasons(desk.answer(replace(next_attempt(BUY, key), **change)))


def test_the_next_attempt_is_signed_once_the_former_has_expired(
    signers: Signers, clock: HandClock
) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        desk.answer(asked_for(BUY, key))
        clock.advance(31)
        assert isinstance(desk.answer(next_attempt(BUY, key)), Signed)
        assert "attempt 3 is next" in reasons(desk.answer(asked_for(BUY, key)))


def test_an_intent_is_about_the_same_in_every_attempt(signers: Signers, clock: HandClock) -> None:
    key = signers.key()
    with signers.desk(clock) as desk:
        desk.answer(asked_for(SEND_SOL, key))
        clock.advance(31)
        intent = replace(SEND_TOKEN.intent, intent_id=SEND_SOL.intent.intent_id, attempt=2)
        request = replace(asked_for(SEND_TOKEN, key, intent), former=EXPIRED)
        assert "something else before" in reasons(desk.answer(request))


def test_the_first_attempt_is_number_one(signers: Signers, clock: HandClock) -> None:
    with signers.desk(clock) as desk:
        assert "no attempt before" in reasons(desk.answer(next_attempt(BUY, signers.key())))


@pytest.mark.parametrize(
    ("caps", "honest", "words"),
    [
        (replace(ROOMY, swap_lamports=GIVEN - 1), BUY, "what is given"),
        (replace(ROOMY, fee_lamports=11_199), BUY, "network fee"),
        (replace(ROOMY, tip_lamports=9_999), BUY, "tip"),
        (replace(ROOMY, rent_lamports=1), BUY, "rent"),
        (replace(ROOMY, wallet_day_lamports=GIVEN), BUY, "the wallet's day"),
        (replace(ROOMY, all_day_lamports=GIVEN), BUY, "all wallets' day"),
        (replace(ROOMY, transfer_lamports=GIVEN - 1), SEND_SOL, "what is given"),
        (Caps(), SEND_SOL, "what is given would come to 500000000, over 0"),
        (Caps(), SEND_TOKEN, "the token's day"),
    ],
)
def test_the_signers_own_caps_hold(
    signers: Signers, clock: HandClock, caps: Caps, honest: Honest, words: str
) -> None:
    with signers.desk(clock, caps) as desk:
        assert words in reasons(desk.answer(asked_for(honest, signers.key())))
        health = desk.answer(HealthRequest())
        assert isinstance(health, SignerHealth)
        assert health.signatures == 0


def nth(honest: Honest, number: int) -> Intent:
    return replace(honest.intent, intent_id=f"nth:{number}")


@pytest.mark.parametrize(
    ("caps", "honest"),
    [
        (replace(ROOMY, wallet_day_lamports=3 * SOL), BUY),
        (replace(ROOMY, all_day_lamports=3 * SOL), BUY),
        (replace(ROOMY, wallet_day_signatures=5), SELL),
        (replace(ROOMY, token_transfer_units={str(SCENE.mint): 5 * WANTED}), SEND_TOKEN),
    ],
)
def test_a_day_holds_so_much_and_survives_restarts(
    signers: Signers, clock: HandClock, caps: Caps, honest: Honest
) -> None:
    key = signers.key()

    def signed(desk: Desk, number: int, after_seconds: int = 60) -> bool:
        clock.advance(after_seconds)
        request = asked_for(honest, key, nth(honest, number))
        return isinstance(desk.answer(request), Signed)

    with signers.desk(clock, caps) as desk:
        assert [signed(desk, number) for number in range(3)] == [True] * 3
    with signers.desk(clock, caps) as desk:
        assert [signed(desk, number) for number in range(3, 8)] == [True, True, *[False] * 3]
    clock.advance(24 * 3600 - 8 * 60)
    with signers.desk(clock, caps) as desk:
        assert [signed(desk, 8), signed(desk, 9, after_seconds=0)] == [True, False]


def test_a_clock_set_back_opens_no_cap(signers: Signers, clock: HandClock) -> None:
    key, caps = signers.key(), replace(ROOMY, wallet_day_signatures=1)
    with signers.desk(clock, caps) as desk:
        desk.answer(asked_for(SELL, key))
        clock.advance(-48 * 3600)
        assert "day in signatures" in reasons(desk.answer(asked_for(SELL, key, nth(SELL, 2))))


Change = Callable[[SignRequest], SignRequest]


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, intent=replace(request.intent, user_id=8)),
        lambda request: replace(request, key=replace(request.key, user_id=8)),
        lambda request: replace(request, key=replace(request.key, address=str(SCENE.stranger))),
    ],
)
def test_a_key_signs_for_its_own_wallet_and_user_only(
    signers: Signers, clock: HandClock, change: Change
) -> None:
    with signers.desk(clock) as desk:
        answer = desk.answer(change(asked_for(BUY, signers.key())))
        assert "not that of the intent" in reasons(answer)


def test_a_damaged_key_signs_nothing_and_uses_up_nothing(
    signers: Signers, clock: HandClock
) -> None:
    key = signers.key()
    damaged = replace(key, sealed=key.sealed[:-1] + bytes([key.sealed[-1] ^ 1]))
    with signers.desk(clock) as desk:
        answer = desk.answer(asked_for(BUY, damaged))
        assert answer == Failed(trouble=Trouble.KEY_DAMAGED, words="does_not_open")
        missing = desk.answer(asked_for(BUY, replace(key, key_version=9)))
        assert isinstance(missing, Failed)
        assert missing.trouble is Trouble.MASTER_KEY_MISSING
        assert isinstance(desk.answer(next_attempt(BUY, key)), Refused)
        assert isinstance(desk.answer(asked_for(BUY, key)), Signed)


def test_wallets_are_made_and_sealed_anew(signers: Signers, clock: HandClock) -> None:
    with signers.desk(clock) as desk:
        made = desk.answer(NewWalletRequest(user_id=7, number=2))
        assert isinstance(made, Sealed)
        anew = desk.answer(ResealRequest(key=made.key))
        assert isinstance(anew, Sealed)
        assert anew.key.address == made.key.address
        assert anew.key.sealed != made.key.sealed


class FullDisk(Journal):
    """A journal that takes no line any more."""

    def add(self, value: Mapping[str, object]) -> None:
        raise JournalFailed(f"no room for {len(value)} fields")


def test_nothing_is_signed_that_cannot_be_written_down(signers: Signers, clock: HandClock) -> None:
    request = asked_for(BUY, signers.key())
    with signers.desk(clock, journal=FullDisk) as desk:
        answers = [desk.answer(request) for _ in range(2)]
        assert [type(answer) for answer in answers] == [Failed, Failed]
    with signers.desk(clock) as desk:
        assert isinstance(desk.answer(request), Signed)
