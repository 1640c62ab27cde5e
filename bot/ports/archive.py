"""What the inside asks of the archive of the database's log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.archives import BaseName, ChainName, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """How the stream of the log into the archive is.

    All that was committed until `covered_at` is sealed and on the archive's disk; None before the
    first word. `is_awaited` says that no commit is acknowledged before. `failure` is why there is
    no stream now, in English, and empty where there is one.
    """

    chain: ChainName | None
    covered_at: datetime | None
    is_awaited: bool
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFiles:
    """What is there of one chain, by its files' names; bases and segments in order."""

    name: ChainName
    bases: Sequence[BaseName]
    segments: Sequence[Segment]
    size_bytes: int


class LogArchive(Protocol):
    """Keeps the log and base copies, none of them readable without the operator's key.

    All but `state` raise `Unavailable("archive")` where database, programs or folder fail.
    """

    def state(self) -> StreamState:
        """Give how the stream is now."""

    async def chains(self) -> Sequence[ChainFiles]:
        """Give what is there, oldest chain first."""

    async def take_base(self) -> tuple[BaseName, int]:
        """Copy the cluster into the chain that is streamed; gives name and size in bytes."""

    async def drop_base(self, chain: ChainName, base: BaseName) -> None:
        """Take a base copy away."""

    async def drop_segments(self, chain: ChainName, before: Segment) -> None:
        """Take away what lies before a segment."""

    async def drop_chain(self, chain: ChainName) -> None:
        """Take a whole chain away; never the one that is streamed."""
