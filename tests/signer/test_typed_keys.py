"""A key that somebody typed is read in the two ways that wallets show one, and in no other."""

import json
from dataclasses import replace

import pytest

from bot.adapters.signing.requests import AdoptRequest
from bot.domain.live_wallets import KeyDamaged
from bot.signer.typed_keys import NoKeyTyped, seed_of
from tests.builders.signers import Signers
from tests.builders.signing import key_of

PAIR = key_of("typed")


@pytest.mark.parametrize("typed", [str(PAIR), f"  {PAIR}\n", json.dumps(list(bytes(PAIR)))])
def test_a_key_is_read_as_wallets_show_it(typed: str) -> None:
    assert bytes(seed_of(typed).reveal()) == bytes(PAIR)[:32]


SWAPPED = bytes(PAIR)[:32] + bytes(key_of("another"))[32:]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "legal winner thank year wave sausage worth useful legal winner thank yellow",
        str(PAIR)[:-1],
        str(PAIR.pubkey()),
        json.dumps(list(SWAPPED)),
        json.dumps([256, *bytes(PAIR)[1:]]),
        json.dumps(list(bytes(PAIR)[:32])),
        "1" * 88,
        "0" * 88,
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(NoKeyTyped) as caught:
        seed_of(typed)
    assert not typed or typed not in str(caught.value)


def test_a_request_with_a_key_shows_nothing_of_it() -> None:
    assert str(PAIR) not in repr(AdoptRequest(user_id=7, number=1, typed=str(PAIR)))


async def test_the_signer_seals_a_typed_key_and_checks_keys(served: Signers) -> None:
    client = served.client()
    key = await client.adopt(7, 1, str(PAIR))
    assert key.address == str(PAIR.pubkey())
    await client.check(key)
    with pytest.raises(KeyDamaged):
        await client.check(replace(key, user_id=8))
    await client.close()
    left = b"".join(path.read_bytes() for path in served.folder.iterdir() if path.is_file())
    assert str(PAIR).encode() not in left
    assert bytes(PAIR)[:32] not in left
