"""Reads answers that have the very form of an earlier one, without parsing their JSON again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from struct import Struct

import orjson

from bot.adapters.solana.account_texts import AccountTexts, read_texts
from bot.adapters.solana.rpc_outcome import Answer
from bot.adapters.solana.rpc_reply import is_slot
from bot.adapters.solana.rpc_request import GarbledAnswer

_SLOT = re.compile(rb'"slot":([0-9]+)')
_LAMPORTS = re.compile(rb'"lamports":([0-9]+)')
_BATCHES_KEPT = 1_000
_FORMS_A_BATCH = 3  # nodes of different versions write differently
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerForm:
    """An answer of getMultipleAccounts as bytes that stay, around a slot, texts and lamports.

    From one round to the next nothing else changes as a rule, and not their lengths either. Where
    all other bytes are the same (owners, encoding, lengths, order), the answer says what parsing
    it would; the texts are looked at, as always, by who decodes them.
    """

    cuts: Struct
    staying: tuple[bytes, ...]
    owners: Sequence[str]
    first_text: int  # texts and lamports take turns among the parts that change

    @classmethod
    def of(cls, body: bytes, found: AccountTexts) -> "AnswerForm | None":
        """Learn the form of an answer that was parsed; None where it is not the usual one."""
        slots, lamports = list(_SLOT.finditer(body)), list(_LAMPORTS.finditer(body))
        texts = list(_spans(body, found.texts))
        if len(slots) != 1 or not len(lamports) == len(texts) == len(found.keys):
            return None
        pairs = [each.span(1) for each in lamports], texts
        is_text_first = texts[0] < pairs[0][0]
        turns = zip(*(reversed(pairs) if is_text_first else pairs), strict=True)
        spans = [slots[0].span(1), *chain.from_iterable(turns)]
        if spans != sorted(spans):
            return None
        cuts = _cuts(spans, len(body))
        form = cls(
            cuts=cuts,
            staying=cuts.unpack(body)[::2],
            owners=found.owners,
            first_text=3 if is_text_first else 5,
        )
        again = form.read(found.keys, body)
        return form if again is not None and _is_same(again, found) else None

    def read(self, keys: tuple[str, ...], body: bytes) -> AccountTexts | None:
        """Read an answer of this form; None where it has another."""
        if len(body) != self.cuts.size:
            return None
        parts = self.cuts.unpack(body)
        if parts[::2] != self.staying:
            return None
        lamports = parts[8 - self.first_text :: 4]
        if not (parts[1] + b"".join(lamports)).isdigit() or not is_slot(slot := int(parts[1])):
            return None
        return AccountTexts(
            slot=slot,
            keys=keys,
            owners=self.owners,
            texts=parts[self.first_text :: 4],
            lamports=tuple(map(int, lamports)),
        )


class AnswerForms:
    """Keeps the forms of the last batches, a few of each."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, ...], list[AnswerForm]] = {}

    def read(self, keys: tuple[str, ...], body: bytes) -> Answer | None:
        """Read an answer for these keys; None where it is none, for others to tell why."""
        found = None
        for form in self._forms.get(keys, ()):
            found = found or form.read(keys, body)
        found = found or self._parse(keys, body)
        return None if found is None else Answer(result=found, slot=found.slot)

    def _parse(self, keys: tuple[str, ...], body: bytes) -> AccountTexts | None:
        try:
            result = orjson.loads(body)["result"]
            slot = result["context"]["slot"]
            found = read_texts(result, keys, slot) if is_slot(slot) else None
        except (GarbledAnswer, orjson.JSONDecodeError, TypeError, KeyError, IndexError):
            return None
        if found is not None and (form := AnswerForm.of(body, found)):
            self._keep(keys, form)
        return found

    def _keep(self, keys: tuple[str, ...], form: AnswerForm) -> None:
        forms = self._forms.pop(keys, [])
        self._forms[keys] = [form, *forms][:_FORMS_A_BATCH]
        if len(self._forms) > _BATCHES_KEPT:
            self._forms.pop(next(iter(self._forms)))


def _is_same(one: AccountTexts, other: AccountTexts) -> bool:
    is_alike = [*one.texts] == [*other.texts] and [*one.lamports] == [*other.lamports]
    return is_alike and one.slot == other.slot


def _spans(body: bytes, texts: Sequence[bytes]) -> Iterator[_Span]:
    """Find the texts, in their order; there are fewer where one was not found."""
    at = 0
    for text in texts:
        at = body.find(b'"%b"' % text, at) + 1 if text else 0
        if not at:
            return
        yield at, at + len(text)
        at += len(text)


def _cuts(spans: Sequence[_Span], size: int) -> Struct:
    """Cut what stays and what changes by turns."""
    ends = [0, *chain.from_iterable(spans), size]
    lengths = (end - start for start, end in pairwise(ends))
    return Struct("".join(f"{length}s" for length in lengths))
