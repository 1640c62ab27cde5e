"""What the inside asks of the database about the audit log: to read it, to check it, to seal it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.domain.audit import AuditEntry, ChainedRow, ChainHead, Seal


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which rows: about or by a person, of some actions, older than a row; None for all.

    `only_by_others` leaves those about the person that somebody else did.
    """

    person: int | None = None
    actions: Collection[str] | None = None
    before: int | None = None
    only_by_others: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """A row to be written; the database adds its number, time and hash."""

    user_id: int
    actor_id: int
    action: str
    details: Mapping[str, object]


class AuditBook(Protocol):
    """The audit log for reading and adding; all raise `Unavailable`."""

    async def add(self, entries: Sequence[NewEntry]) -> None:
        """Write rows that no other change stands behind, in the order of the people they concern.

        What changes something writes its row in its own transaction instead.
        """

    async def page(self, query: AuditQuery, limit: int) -> list[AuditEntry]:
        """Give rows, the newest first."""

    async def actions(self) -> frozenset[str]:
        """Give every action that there is a row of."""

    async def names(self, user_ids: Collection[int]) -> Mapping[int, str]:
        """Give the first names of those that are known."""


class AuditSnapshot(Protocol):
    """The chains, their heads and the seals as they stand at one moment."""

    async def heads(self) -> list[ChainHead]:
        """Give where each chain ends."""

    def seals(self) -> AsyncIterator[Sequence[Seal]]:
        """Give the seals in order, some at a time."""

    def rows(self) -> AsyncIterator[Sequence[ChainedRow]]:
        """Give every row by person and number, some thousands at a time."""


class AuditChain(Protocol):
    """The audit log for checking and sealing; all raise `Unavailable`."""

    def snapshot(self) -> AbstractAsyncContextManager[AuditSnapshot]:
        """Open a view of one moment."""

    async def last_seal(self) -> Seal | None:
        """Give the newest seal."""

    async def unsealed(self, limit: int) -> list[ChainHead]:
        """Give heads that went on since they were sealed."""

    async def heads_after(self, user_id: int | None, limit: int) -> list[ChainHead]:
        """Give heads in order of the people, those after one, or from the first."""

    async def seal(self, seal: Seal) -> None:
        """Keep a seal; raises `SealTaken` where there is one of its number."""


class SealTaken(Exception):
    """Another process has made a seal of this number."""
