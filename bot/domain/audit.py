"""What was done to whom by whom: one row of the audit log, its hash, and the seals over chains."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EVERYBODY = 0
"""Whom a row is about that concerns all; as an actor, the bot itself."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One row for people to read; `user_id` is whom it is about, `actor_id` who did it."""

    audit_id: int
    user_id: int
    actor_id: int
    action: str
    details: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedRow:
    """One row as it is hashed: the time in microseconds since 1970 and the details as text.

    `number` counts from 1 for each person; a hash that is missing is empty.
    """

    user_id: int
    number: int
    audit_id: int
    actor_id: int
    at_microseconds: str
    action: str
    details: str
    previous_hash: bytes
    hash: bytes

    def computed_hash(self) -> bytes:
        """Give the SHA-256 of all fields but the hash itself, as the database's trigger does.

        Fields stand on lines of their own; the length before the action keeps its text from
        passing for another's.
        """
        fields = (
            self.user_id,
            self.number,
            self.audit_id,
            self.actor_id,
            self.at_microseconds,
            self.previous_hash.hex(),
            len(self.action),
            self.action,
            self.details,
        )
        return hashlib.sha256("\n".join(map(str, fields)).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """Where a person's chain ends: the number and the hash of its last row."""

    user_id: int
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Heads that stood at a moment, signed together with the seal before.

    `made_with` names the key, empty where there is none; `heads` is JSON, kept as it was signed.
    """

    seal_number: int
    sealed_at: datetime
    made_with: str
    heads: str
    previous_mac: bytes
    mac: bytes

    def computed_mac(self, key: bytes | None) -> bytes:
        """Give the HMAC-SHA-256 under a key, or the bare SHA-256 without one."""
        fields = (
            self.seal_number,
            (self.sealed_at - _EPOCH) // timedelta(microseconds=1),
            self.made_with,
            self.previous_mac.hex(),
            self.heads,
        )
        text = "\n".join(map(str, fields)).encode()
        if key is None:
            return hashlib.sha256(text).digest()
        return hmac.digest(key, text, "sha256")


def name_of(key: bytes | None) -> str:
    """Give the name by which seals say with which key they were made, empty without one."""
    return "" if key is None else hmac.digest(key, b"name", "sha256").hex()[:12]


def heads_as_json(heads: Sequence[ChainHead]) -> list[tuple[int, int, str]]:
    """Give heads as they are sealed."""
    return [(head.user_id, head.number, head.hash.hex()) for head in heads]
