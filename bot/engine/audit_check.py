"""Holds the audit log against its own hashes, heads and seals, and names what was tampered with."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import orjson

from bot.domain.audit import ChainedRow, ChainHead, Seal, name_of
from bot.ports.books import Difference

_MOST_OF_ONE = 20
_NOTHING = b""

Sealed = Mapping[int, Mapping[int, tuple[bytes, datetime]]]
"""By person and number: the hash that was sealed, and when first."""


class ChainCheck:
    """Takes rows by person and number, and finds where they are not what was written."""

    def __init__(self, heads: Sequence[ChainHead], sealed: Sealed) -> None:
        self._heads = {head.user_id: head for head in heads}
        self._sealed = sealed
        self._found: list[Difference] = []
        self._seen: set[int] = set()
        self._end: ChainedRow | None = None
        self._in_hand: list[Difference] = []

    def read(self, rows: Iterable[ChainedRow]) -> None:
        """Check the next rows; a person's may go on in the next call."""
        for user_id, group in groupby(rows, key=lambda row: row.user_id):
            if self._end is None or self._end.user_id != user_id:
                self._close()
            for row in group:
                self._in_hand.extend(self._wrong_in(row))
                self._end = row

    def finish(self) -> list[Difference]:
        """Give everything found; also the chains of which nothing at all is left."""
        self._close()
        for user_id in sorted((self._heads.keys() | self._sealed.keys()) - self._seen):
            self._keep(list(self._wrong_at_end(user_id, None)))
        return self._found

    def _wrong_in(self, row: ChainedRow) -> Iterator[Difference]:
        last = self._end
        number, hash_before = (0, _NOTHING) if last is None else (last.number, last.hash)
        if row.number > number + 1:
            yield _missing(row.user_id, number + 1, row.number - 1, f"row {row.number} follows")
        elif row.number != number + 1:
            yield _difference("audit_order", row, f"row {number + 1}", f"row {row.number}")
        elif row.previous_hash != hash_before:
            yield _difference(
                "audit_link", row, f"to follow {_short(hash_before)}", _short(row.previous_hash)
            )
        computed = row.computed_hash()
        if computed != row.hash:
            yield _difference("audit_changed", row, f"hash {_short(row.hash)}", _short(computed))
        was_sealed = self._sealed.get(row.user_id, {}).get(row.number)
        if was_sealed is not None and was_sealed[0] != row.hash:
            expected = f"hash {_short(was_sealed[0])}, as sealed {_moment(was_sealed[1])}"
            yield _difference("audit_rewritten", row, expected, _short(row.hash))

    def _close(self) -> None:
        end = self._end
        if end is None:
            return
        self._in_hand.extend(self._wrong_at_end(end.user_id, end))
        self._keep(self._in_hand)
        self._seen.add(end.user_id)
        self._end, self._in_hand = None, []

    def _wrong_at_end(self, user_id: int, end: ChainedRow | None) -> Iterator[Difference]:
        number, hash_now = (0, _NOTHING) if end is None else (end.number, end.hash)
        sealed = self._sealed.get(user_id, {})
        furthest = max(sealed, default=0)
        if furthest > number:
            what = f"chain ends at row {number}, sealed {_moment(sealed[furthest][1])}"
            yield _missing(user_id, number + 1, furthest, what)
        head = self._heads.get(user_id)
        if head is None:
            yield Difference(
                kind="audit_head",
                subject=f"audit of user {user_id}",
                expected=f"a head at row {number}",
                found="no head",
            )
        elif (head.number, head.hash) != (number, hash_now):
            yield Difference(
                kind="audit_head",
                subject=f"audit of user {user_id}",
                expected=f"row {head.number} {_short(head.hash)} at the end",
                found=f"row {number} {_short(hash_now)}",
            )

    def _keep(self, found: Sequence[Difference]) -> None:
        self._found.extend(found[:_MOST_OF_ONE])
        if len(found) > _MOST_OF_ONE:
            left = len(found) - _MOST_OF_ONE
            subject = found[0].subject.partition(", ")[0]
            self._found.append(
                Difference(kind="audit_more", subject=subject, expected="", found=f"{left} more")
            )


class SealCheck:
    """Takes seals in order, and finds those that were not made as they stand."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._name = name_of(key)
        self._last: Seal | None = None
        self._found: list[Difference] = []
        self._sealed: dict[int, dict[int, tuple[bytes, datetime]]] = {}

    @property
    def sealed(self) -> Sealed:
        """Give what the seals say; of one that is not genuine as well."""
        return self._sealed

    @property
    def last(self) -> Seal | None:
        """Give the newest seal."""
        return self._last

    def read(self, seals: Iterable[Seal]) -> None:
        """Check the next seals."""
        for seal in seals:
            self._found.extend(self._wrong_in(seal))
            for head in _heads_of(seal):
                entry = (head.hash, seal.sealed_at)
                self._sealed.setdefault(head.user_id, {}).setdefault(head.number, entry)
            self._last = seal

    def finish(self, *, has_heads: bool) -> list[Difference]:
        """Give everything found; with a key, the newest seal must have been made with it."""
        made_with = self._last.made_with if self._last else None
        if self._key is not None and has_heads and made_with != self._name:
            expected = f"made with master key {self._name}: start the bot once if that is new"
            found = "none" if made_with is None else f"made with {made_with or 'no key'}"
            subject = "the newest seal"
            self._found.append(
                Difference(kind="audit_seal", subject=subject, expected=expected, found=found)
            )
        return self._found

    def _wrong_in(self, seal: Seal) -> Iterator[Difference]:
        number, mac = (
            (0, _NOTHING)
            if self._last is None
            else (
                self._last.seal_number,
                self._last.mac,
            )
        )
        if seal.seal_number != number + 1:
            yield _wrong_seal(seal, f"seal {number + 1}", f"seal {seal.seal_number}")
        if seal.previous_mac != mac:
            yield _wrong_seal(seal, f"to follow {_short(mac)}", _short(seal.previous_mac))
        if self._last is not None and self._last.made_with and not seal.made_with:
            yield _wrong_seal(seal, f"made with key {self._last.made_with}", "made with no key")
        yield from self._wrong_mac(seal)

    def _wrong_mac(self, seal: Seal) -> Iterator[Difference]:
        key = self._key if seal.made_with else None
        if seal.made_with not in {"", self._name}:
            held = f"key {self._name}" if self._name else "no key: set MASTER_KEY to check it"
            yield _wrong_seal(seal, f"key {seal.made_with}", held)
        elif seal.computed_mac(key) != seal.mac:
            yield _wrong_seal(seal, f"mac {_short(seal.computed_mac(key))}", _short(seal.mac))


def _difference(kind: str, row: ChainedRow, expected: str, found: str) -> Difference:
    subject = f"audit of user {row.user_id}, row {row.number} ({row.action[:40]})"
    return Difference(kind=kind, subject=subject, expected=expected, found=found)


def _missing(user_id: int, first: int, last: int, found: str) -> Difference:
    rows = f"row {first}" if first == last else f"rows {first} to {last}"
    return Difference(
        kind="audit_missing",
        subject=f"audit of user {user_id}, {rows}",
        expected="to be there",
        found=found,
    )


def _wrong_seal(seal: Seal, expected: str, found: str) -> Difference:
    return Difference(
        kind="audit_seal", subject=f"seal {seal.seal_number}", expected=expected, found=found
    )


def _heads_of(seal: Seal) -> list[ChainHead]:
    """Read what was sealed; nothing where it was tampered with, which its mac tells."""
    try:
        return [
            ChainHead(user_id=int(user_id), number=int(number), hash=bytes.fromhex(hash_hex))
            for user_id, number, hash_hex in orjson.loads(seal.heads)
        ]
    except (ValueError, TypeError):
        return []


def _short(digest: bytes) -> str:
    return digest.hex()[:12] or "nothing"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
