"""Requests and answers come over the wire as they were meant, and nothing else passes for one."""

from dataclasses import asdict, replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.signing.answers import (
    Failed,
    Refused,
    Sealed,
    Signed,
    Trouble,
    answer_body,
    read_answer,
)
from bot.adapters.signing.fields import BadRequest
from bot.adapters.signing.frames import LARGEST_FRAME_BYTES, BadFrame, framed
from bot.adapters.signing.requests import (
    HealthRequest,
    NewWalletRequest,
    ResealRequest,
    SignRequest,
    read_request,
    request_body,
)
from bot.domain.live_wallets import SealedKey
from bot.domain.signing.intents import FormerExpired
from bot.ports.signer import SignerHealth
from tests.builders.signing import Scene

SCENE = Scene()
KEY = SealedKey(
    user_id=7, number=1, chain="solana", address=str(SCENE.wallet.pubkey()), key_version=1,
    wrapped_key=bytes(60), sealed=bytes(range(60)),
)  # fmt: skip
REQUESTS = [
    HealthRequest(),
    NewWalletRequest(user_id=7, number=2),
    ResealRequest(key=KEY),
    *(
        SignRequest(
            key=KEY,
            intent=honest.intent,
            message=honest.raw(),
            lookup_tables=honest.lookup_tables,
            former=FormerExpired(last_valid_block_height=5, seen_heights=(6, 7)),
        )
        for honest in SCENE.everything()
    ),
]
SIGN = orjson.loads(request_body(REQUESTS[3]))
PLACES = [
    (), ("key",), ("intent",), ("lookup_tables",), ("former",), ("key", "sealed"),
    ("intent", "amount_in"), ("intent", "wallet"), ("intent", "attempt"), ("message",), ("kind",),
    ("former", "seen_heights"), ("key", "user_id"), ("do",),
]  # fmt: skip
NOT_MEANT = [None, [], {}, "", "x", -1, 2**64, 1.5, True, [1, "2"], {"a": 1}, "A" * 500, [-1]]
# The parser and the vault judge these, not the wire.
LAWFUL = [
    (("former",), None), (("lookup_tables",), {}), (("message",), ""), (("message",), "A" * 500),
    (("key", "sealed"), ""), (("former", "seen_heights"), []),
]  # fmt: skip


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: type(request).__name__)
def test_a_request_reads_as_it_was_written(request_: SignRequest) -> None:
    assert read_request(request_body(request_)) == request_


@pytest.mark.parametrize(
    "answer",
    [
        Signed(signature=bytes(range(64))),
        Sealed(key=KEY),
        Refused(reasons=("one", "two")),
        Failed(trouble=Trouble.JOURNAL, words="no room"),
        SignerHealth(version="1", newest_key_version=2, signatures=3, is_dumpable=False),
    ],
)
def test_an_answer_reads_as_it_was_written(answer: Signed) -> None:
    assert read_answer(answer_body(answer)) == answer


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", NOT_MEANT)
def test_a_field_of_another_kind_is_refused(place: tuple[str, ...], value: object) -> None:
    body = orjson.loads(orjson.dumps(SIGN))
    if not place:
        body = value
    else:
        inside = body
        for name in place[:-1]:
            inside = inside[name]
        inside[place[-1]] = value
    if (place, value) in LAWFUL:
        assert read_request(as_bytes(body))
        return
    with pytest.raises(BadRequest):
        read_request(as_bytes(body))


def as_bytes(value: object) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a number beyond 64 bits, which others can write
        import json  # noqa: PLC0415 - for this one case

        return json.dumps(value).encode()


@pytest.mark.parametrize("at", [(), ("key",), ("intent",), ("former",)])
def test_a_field_too_many_or_too_few_is_refused(at: tuple[str, ...]) -> None:
    for name in [None, *(SIGN if not at else SIGN[at[0]])]:
        body = orjson.loads(orjson.dumps(SIGN))
        inside = body[at[0]] if at else body
        if name is None:
            inside["more"] = 1
        else:
            del inside[name]
        with pytest.raises(BadRequest):
            read_request(orjson.dumps(body))


@given(st.binary(max_size=200))
def test_noise_is_no_request_and_no_answer(noise: bytes) -> None:
    for read in (read_request, read_answer):
        with pytest.raises(BadRequest):
            read(noise)


def test_what_is_nested_without_end_is_refused() -> None:
    with pytest.raises(BadRequest):
        read_request(b"[" * 100_000 + b"]" * 100_000)


def test_a_frame_has_its_limits() -> None:
    assert framed(b"x") == b"\0\0\0\1x"
    for body in (b"", bytes(LARGEST_FRAME_BYTES + 1)):
        with pytest.raises(BadFrame):
            framed(body)


def test_the_largest_request_fits_into_a_frame() -> None:
    full = {str(SCENE.stranger)[:-2] + end: [str(SCENE.mint)] * 256 for end in ("11", "22", "33")}
    request = replace(REQUESTS[3], message=bytes(1232), lookup_tables=full)
    assert isinstance(request, SignRequest)
    body = request_body(request)
    assert len(framed(body)) * 5 < LARGEST_FRAME_BYTES
    assert asdict(KEY)["user_id"] == 7
