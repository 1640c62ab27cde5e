"""The archive of the database's log by names: chains, base copies, segments, gaps, what may go."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SEGMENT_BYTES = 16 * 2**20
_PER_FILE = 2**32 // SEGMENT_BYTES
_MOMENT = "%Y%m%dT%H%M%SZ"
_SEGMENT = "([0-9A-F]{24})"
_STAMP = "([0-9]{8}T[0-9]{6}Z)"
_CHAIN = re.compile(f"{_STAMP}-([0-9a-f]{{8}})", re.ASCII)
_BASE = re.compile(f"base-{_STAMP}-{_SEGMENT}\\.tar\\.gz\\.age", re.ASCII)
_WHOLE = re.compile(f"{_SEGMENT}-{_STAMP}\\.gz\\.age", re.ASCII)
_PART = re.compile(f"{_SEGMENT}\\.([0-9]{{1,9}})\\.frames", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Segment:
    """16 MiB of PostgreSQL's log; `number` counts from the log's beginning."""

    timeline: int
    number: int

    def __str__(self) -> str:
        """Give PostgreSQL's own name of it (24 hexadecimal digits)."""
        return f"{self.timeline:08X}{self.number // _PER_FILE:08X}{self.number % _PER_FILE:08X}"

    @property
    def begin(self) -> int:
        """Give the place in the log (LSN) at which it begins."""
        return self.number * SEGMENT_BYTES


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ChainName:
    """A stretch of log without a gap, of one cluster; it begins with a base copy."""

    begun_at: datetime
    mark: str

    def __str__(self) -> str:
        """Give it as a folder's name."""
        return f"{_stamp(self.begun_at)}-{self.mark}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BaseName:
    """A copy of the cluster's files; with the log from `needs` on it is whole at `taken_at`."""

    taken_at: datetime
    needs: Segment

    def __str__(self) -> str:
        """Give it as a file's name."""
        return f"base-{_stamp(self.taken_at)}-{self.needs}.tar.gz.age"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class WholeName:
    """A whole segment; what was committed after `until` (to the second, up) is not in it."""

    segment: Segment
    until: datetime

    def __str__(self) -> str:
        """Give it as a file's name."""
        return f"{self.segment}-{_stamp(self.until)}.gz.age"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PartName:
    """A segment piece by piece, as it was written; a later attempt begins it anew."""

    segment: Segment
    attempt: int

    def __str__(self) -> str:
        """Give it as a file's name."""
        return f"{self.segment}.{self.attempt}.frames"


def segment_at(timeline: int, place: int) -> Segment:
    """Give the segment in which a place of the log (LSN) lies."""
    return Segment(timeline=timeline, number=place // SEGMENT_BYTES)


def read_segment(text: str) -> Segment:
    """Read PostgreSQL's name of a segment; raises `ValueError`."""
    if not re.fullmatch(_SEGMENT, text, re.ASCII):
        raise ValueError("no segment's name")
    high, low = int(text[8:16], 16), int(text[16:], 16)
    return Segment(timeline=int(text[:8], 16), number=high * _PER_FILE + low)


def read_place(text: str) -> int:
    """Read a place of the log (LSN) as PostgreSQL writes it, like 0/2000028."""
    high, low = text.split("/")
    return (int(high, 16) << 32) | int(low, 16)


def read_archive_name(text: str) -> ChainName | BaseName | WholeName | PartName | None:
    """Read a name in the archive; None where it is none of ours."""
    try:
        if found := _CHAIN.fullmatch(text):
            return ChainName(begun_at=_moment(found[1]), mark=found[2])
        if found := _BASE.fullmatch(text):
            return BaseName(taken_at=_moment(found[1]), needs=read_segment(found[2]))
        if found := _WHOLE.fullmatch(text):
            return WholeName(segment=read_segment(found[1]), until=_moment(found[2]))
        if found := _PART.fullmatch(text):
            return PartName(segment=read_segment(found[1]), attempt=int(found[2]))
    except ValueError:
        return None
    return None


def missing(segments: Iterable[Segment], first: Segment) -> list[Segment]:
    """Give the segments that lack between `first` and the newest: with any, there is a gap."""
    numbers = {each.number for each in segments if each.number >= first.number}
    newest = max(numbers, default=first.number - 1)
    lacking = set(range(first.number, newest + 1)) - numbers
    return [Segment(timeline=first.timeline, number=number) for number in sorted(lacking)]


def needless_bases(bases: Iterable[BaseName], now: datetime, days: int) -> list[BaseName]:
    """Give those that no moment of the last `days` needs; the newest stays in any case.

    The newest that is older than the span is what its first moments are brought back from.
    """
    oldest_moment = now - timedelta(days=days)
    old = sorted(base for base in bases if base.taken_at <= oldest_moment)
    return old[:-1]


def base_for(bases: Sequence[BaseName], moment: datetime | None) -> BaseName | None:
    """Give the newest base from which a moment can be reached; None stands for the latest."""
    usable = [base for base in bases if moment is None or base.taken_at <= moment]
    return max(usable, default=None)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):{_MOMENT}}"


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
