"""Candles: what a price did in a stretch of time, and how large ones are made of small ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from itertools import groupby

OWN, MIXED = "ticks", "mixed"
_LABELS = {60: "1m", 300: "5m", 900: "15m", 3600: "1h", 14_400: "4h", 86_400: "1d"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Interval(IntEnum):
    """How long a candle lasts, in seconds; each is made of the next smaller one."""

    MINUTE = 60
    FIVE_MINUTES = 300
    QUARTER = 900
    HOUR = 3600
    FOUR_HOURS = 14_400
    DAY = 86_400

    @property
    def label(self) -> str:
        """Give the interval as people write it."""
        return _LABELS[self.value]

    @property
    def length(self) -> timedelta:
        """Give how long it lasts."""
        return timedelta(seconds=self.value)

    def floor(self, moment: datetime) -> datetime:
        """Give when the candle of a moment opened, counted from midnight UTC."""
        return moment - (moment - _EPOCH) % self.length

    @property
    def smaller(self) -> "Interval | None":
        """Give what this one is made of; None where that is the ticks themselves."""
        place = INTERVALS.index(self)
        return INTERVALS[place - 1] if place else None


INTERVALS = tuple(Interval)
BY_LABEL = {interval.label: interval for interval in INTERVALS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """A stretch of prices, SOL per token; one tick is a candle without length.

    `volume_sol` is what was traded, None where it is not known: pools tell reserves, not
    trades. `ticks` counts our own readings. `source` is "ticks" where all of it is ours, the
    name of an HTTP source where none is, and "mixed" between.
    """

    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume_sol: Decimal | None = None
    ticks: int = 1
    source: str = OWN


def rolled(pieces: Iterable[Candle], interval: Interval) -> list[Candle]:
    """Make larger candles of smaller ones or ticks that come in order of time."""
    buckets = groupby(pieces, key=lambda piece: interval.floor(piece.opened_at))
    return [_joined(opened_at, list(parts)) for opened_at, parts in buckets]


def _joined(opened_at: datetime, parts: Sequence[Candle]) -> Candle:
    volumes = [part.volume_sol for part in parts if part.volume_sol is not None]
    sources = {part.source for part in parts}
    return Candle(
        opened_at=opened_at,
        open=parts[0].open,
        high=max(part.high for part in parts),
        low=min(part.low for part in parts),
        close=parts[-1].close,
        # A sum over some of the parts would look like less trade than there was.
        volume_sol=sum(volumes, Decimal(0)) if len(volumes) == len(parts) else None,
        ticks=sum(part.ticks for part in parts),
        source=sources.pop() if len(sources) == 1 else MIXED,
    )
