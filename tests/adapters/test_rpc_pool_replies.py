"""Whatever an endpoint sends, reading it gives an outcome or `GarbledAnswer` and nothing else."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.account_batches import read_accounts
from bot.adapters.solana.rpc_outcome import Answer, Failure, FailureKind, FinalNo
from bot.adapters.solana.rpc_reply import read_reply
from bot.adapters.solana.rpc_request import GarbledAnswer

_KEYS = st.sampled_from(
    ["result", "error", "code", "message", "context", "slot", "value", "owner", "lamports", "data"]
)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["base64", "AAAA", 429, -32005, -32602]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=20,
)


@given(st.sampled_from([200, 403, 429, 500]), _json)
def test_any_json_is_sorted(status: int, value: object) -> None:
    outcome = read_reply(status, orjson.dumps(value), None)
    assert isinstance(outcome, Answer | Failure | FinalNo)
    if isinstance(outcome, Answer):
        assert outcome.slot >= 0


@given(st.binary(max_size=100))
def test_any_bytes_are_sorted(body: bytes) -> None:
    assert isinstance(read_reply(200, body, None), Answer | Failure | FinalNo)


@given(_json)
def test_any_result_gives_accounts_or_is_garbled(value: object) -> None:
    try:
        accounts = read_accounts({"value": [value]}, ["key"])
    except GarbledAnswer:
        return
    assert set(accounts) == {"key"}


@given(st.binary(max_size=200), st.integers(0, 2**64 - 1))
def test_an_account_comes_back_as_it_was_sent(data: bytes, lamports: int) -> None:
    text = base64.b64encode(data).decode()
    entry = {"owner": "program", "lamports": lamports, "data": [text, "base64"]}
    account = read_accounts({"value": [entry]}, ["key"])["key"]
    assert account is not None
    assert (account.owner, account.data, account.lamports) == ("program", data, lamports)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, b"", FailureKind.RATE_LIMITED),
        (200, b'{"error": {"code": 429}}', FailureKind.RATE_LIMITED),
        (200, b'{"error": {"code": -32016}}', FailureKind.STALE),
        (200, b'{"error": {"code": -32005}}', FailureKind.BROKEN),
        (200, b'{"error": {"code": "-32602"}}', FailureKind.BROKEN),
        (200, b'{"error": null}', FailureKind.BROKEN),
        (200, b'{"result": {"context": {"slot": true}}}', FailureKind.BROKEN),
        (503, b'{"result": 1}', FailureKind.BROKEN),
    ],
)
def test_failures_say_what_they_tell_of_the_endpoint(
    status: int, body: bytes, kind: FailureKind
) -> None:
    outcome = read_reply(status, body, 3.0)
    assert isinstance(outcome, Failure)
    assert outcome.kind is kind
