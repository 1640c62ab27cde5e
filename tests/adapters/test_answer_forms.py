"""An answer of a known form reads as parsing it would, and any other is parsed."""

from base64 import b64encode
from dataclasses import dataclass

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.account_texts import AccountTexts, read_texts
from bot.adapters.solana.answer_forms import AnswerForm, AnswerForms

KEYS = ("one", "two", "three")
OWNERS = ("whirL", "CAMMC", "whirL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    data: bytes
    lamports: int


def answer(entries: list[Entry | None], slot: int, *, owner: str = "") -> bytes:
    value = [
        None
        if entry is None
        else {
            "data": [b64encode(entry.data).decode(), "base64"],
            "executable": False,
            "lamports": entry.lamports,
            "owner": owner or OWNERS[place],
            "rentEpoch": 2**64 - 1,
            "space": len(entry.data),
        }
        for place, entry in enumerate(entries)
    ]
    context = {"apiVersion": "3.0.1", "slot": slot}
    result = {"context": context, "value": value}
    return orjson.dumps({"jsonrpc": "2.0", "result": result, "id": 1})


def entries(fill: int, lamports: int = 1_488_440) -> list[Entry | None]:
    return [Entry(data=bytes([fill]) * size, lamports=lamports) for size in (33, 20, 33)]


def parsed(body: bytes) -> AccountTexts:
    result = orjson.loads(body)["result"]
    return read_texts(result, KEYS, result["context"]["slot"])


def told(texts: AccountTexts | None) -> object:
    if texts is None:
        return None
    return texts.slot, texts.keys, [*texts.owners], [*texts.texts], [*texts.lamports]


def form_of(body: bytes) -> AnswerForm:
    form = AnswerForm.of(body, parsed(body))
    assert form is not None
    return form


FIRST = answer(entries(1), 454_000_000)


def in_other_order(body: bytes) -> bytes:
    return body.replace(b'"data":["AQ', b'"lamports":1488440,"data":["AQ').replace(
        b'"executable":false,"lamports":1488440,', b'"executable":false,'
    )


@pytest.mark.parametrize("first", [FIRST, in_other_order(FIRST)], ids=["agave", "other"])
def test_what_changes_is_read_from_where_it_stands(first: bytes) -> None:
    moved = first.replace(b"454000000", b"454000001").replace(b"AQEB", b"AgIC")
    moved = moved.replace(b"1488440", b"2488441", 1)
    seen = form_of(first).read(KEYS, moved)
    assert seen is not None
    assert told(seen) == told(parsed(moved))
    assert (seen.slot, seen.lamports[0]) == (454_000_001, 2_488_441)


@pytest.mark.parametrize(
    "other",
    [
        answer(entries(2), 454_000_001, owner="thief"),
        answer([*entries(2)[:2], None], 454_000_001),
        answer(entries(2, lamports=9), 454_000_001),
        FIRST.replace(b"base64", b"base58"),
        FIRST.replace(b'"slot":454000000', b'"slot":-54000000'),
        FIRST.replace(b'"slot":454000000', b'"slot":000000000'),
        FIRST.replace(b'"lamports":1488440', b'"lamports":1_88440', 1),
        FIRST.replace(b'"lamports":1488440', b'"lamports":1.88440', 1),
        FIRST[:-1],
        FIRST + b" ",
        b"",
    ],
)
def test_an_answer_of_another_form_is_not_read(other: bytes) -> None:
    assert form_of(FIRST).read(KEYS, other) is None


@given(st.lists(st.tuples(st.integers(0, 10**4), st.integers(32, 126)), min_size=1, max_size=3))
def test_an_answer_changed_anywhere_reads_as_parsing_it_would_or_not_at_all(
    changes: list[tuple[int, int]],
) -> None:
    body = bytearray(FIRST)
    for place, letter in changes:
        body[place % len(body)] = letter
    seen = form_of(FIRST).read(KEYS, bytes(body))
    if seen is None or any(set(text) & set(b'"\\') for text in seen.texts):
        return  # a quote within a text is found by who decodes the text
    assert told(seen) == told(parsed(bytes(body)))


def test_accounts_that_are_missing_are_parsed() -> None:
    body = answer([None, *entries(1)[1:]], 7)
    assert AnswerForm.of(body, parsed(body)) is None
    found = AnswerForms().read(KEYS, body)
    assert found is not None
    assert isinstance(found.result, AccountTexts)
    assert told(found.result) == told(parsed(body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"result":null}',
        b'{"result":{"context":{"slot":0},"value":[]}}',
        b'{"error":{"code":-32005,"message":"behind"}}',
        answer(entries(1)[:2], 7),
        FIRST.replace(b'"base64"', b'"base58"'),
        FIRST.replace(b"AQEB", "ÄQB".encode()),
    ],
)
def test_what_is_no_answer_is_left_to_others(body: bytes) -> None:
    assert AnswerForms().read(KEYS, body) is None


def test_answers_follow_their_accounts_through_any_forms() -> None:
    forms = AnswerForms()
    for slot, fill in enumerate([1, 2, 3, 4, 2, 1], start=99_999_998):
        body = answer(entries(fill, lamports=10**fill), slot)
        found = forms.read(KEYS, body)
        assert found is not None
        assert found.slot == slot
        assert isinstance(found.result, AccountTexts)
        assert told(found.result) == told(parsed(body))
