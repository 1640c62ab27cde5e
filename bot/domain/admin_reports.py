"""The figures of one UTC day for those who run the bot: sums over everybody, nobody is named."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.health import Proof, Proved

_SLOTS_A_DOUBLING = 8
_LAST_SLOT = 200
_NANO = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How often something happened: `slot` is a class of length, 0 where there is none."""

    topic: str
    name: str
    slot: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeDay:
    """What was traded in one mode; amounts in lamports, pool and network fees together."""

    mode: str
    fills: int
    traders: int
    volume_lamports: int
    fees_lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDay:
    """How long the answers to one command took, from its receipt to the end of its handling."""

    name: str
    count: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDay:
    """What the database tells of a day; `live_orders` counts intents by what became of them.

    `errors` are updates that ended with a fault of ours, by its kind, the most frequent first.
    """

    users: int
    new_users: int
    active_users: int
    modes: tuple[ModeDay, ...]
    live_orders: Mapping[str, int]
    errors: Sequence[tuple[str, int]]
    notices_given_up: int
    alerts_fired: int
    alerts_late: int
    alerts_missed: int
    counts: Sequence[DayCount]
    paused_wallets: int
    proved: Mapping[Proof, Proved]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminDay:
    """A day as admins are told it; `gap` is the median haircut of live fills against their twins.

    `outages_s` are seconds by what was away; `newest_backup_h` is None where none are taken.
    """

    day: date
    is_over: bool
    stored: StoredDay
    commands: tuple[CommandDay, ...]
    all_commands: CommandDay | None
    refusals: tuple[tuple[str, int], ...]
    outages_s: tuple[tuple[str, int], ...]
    gap: Decimal | None
    gap_orders: int
    newest_backup_h: float | None


def slot_of(milliseconds: float) -> int:
    """Give the class of a length: eight for each doubling, so a class is 9 % wide."""
    slot = math.ceil(_SLOTS_A_DOUBLING * math.log2(max(milliseconds, _NANO)))
    return min(max(slot, 0), _LAST_SLOT)


def quantile_ms(slots: Mapping[int, int], share: float) -> float:
    """Give the length that `share` of all lay below, as the upper end of its class."""
    left = math.ceil(share * sum(slots.values()))
    for slot in sorted(slots):
        left -= slots[slot]
        if left <= 0:
            return round(2 ** (slot / _SLOTS_A_DOUBLING), 1)
    return 0.0


def command_day(name: str, slots: Mapping[int, int]) -> CommandDay:
    """Give the figures of a command from how many of its answers fell into each class."""
    return CommandDay(
        name=name,
        count=sum(slots.values()),
        p50_ms=quantile_ms(slots, 0.5),
        p99_ms=quantile_ms(slots, 0.99),
    )
