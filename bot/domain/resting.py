"""Orders that wait: for a level, for a moment, or for the fill of the order they belong to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.positions import Side
from bot.domain.triggers import Gauge, Reach
from bot.domain.users import Mode


class RestingKind(StrEnum):
    """What makes an order wait.

    `LIMIT` enters or leaves at its level or better; `STOP`, `TAKE_PROFIT` and `TRAILING` leave
    once their level was reached; `BREAK_EVEN` moves a position's stop to its entry; `TIME`
    leaves at a moment; `DCA` buys again at intervals, `DIP` each time the price has fallen.
    """

    LIMIT = "limit"
    STOP = "stop"
    TAKE_PROFIT = "take_profit"
    TRAILING = "trailing"
    BREAK_EVEN = "break_even"
    TIME = "time"
    DCA = "dca"
    DIP = "dip"


class RestingAction(StrEnum):
    """What a resting order does when its time has come; `PROTECT` moves a stop, no money."""

    OPEN = "open"
    CLOSE = "close"
    PROTECT = "protect"


class RestingState(StrEnum):
    """Where a resting order stands; `PROPOSED`, `SUBMITTED` and `ASKED` are those of live ones.

    Proposed, it waits for a minute until its owner confirms it. Submitted, a live intent is under
    way for it, and nothing else may touch it. Asked, nothing happens until its owner says so.
    """

    WORKING = "working"
    FILLED = "filled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PROPOSED = "proposed"
    SUBMITTED = "submitted"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a resting order waits for: a level of a gauge, or a moment; exactly one of them."""

    gauge: Gauge | None = None
    reach: Reach | None = None
    level: Decimal | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResting:
    """A resting order to be placed; `number` is the wallet's next order number.

    Entries have `size_lamports` (spent, or the margin of a short). Exits have the position and
    `token_units`, None for all that is left when it fills. Orders of one `group_number` are one
    or the other: the first fill cancels the rest. `slippage_bps` is how much worse than the
    price seen the average fill may be. `details` keeps what the kind needs beyond this
    (`trail_bps` or `trail_distance`, `interval_seconds`, `dip_bps`, `exits` to be placed with
    an entry's fill, what the person typed), in plain JSON values.
    """

    number: int
    kind: RestingKind
    action: RestingAction
    side: Side
    token_id: int
    wait: Wait
    expires_at: datetime
    slippage_bps: int
    position_number: int | None = None
    group_number: int | None = None
    size_lamports: int | None = None
    token_units: int | None = None
    leverage: int = 1
    peak: Decimal | None = None
    times_left: int = 1
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resting:
    """A resting order as it stands in the books; `order_id` is its trigger's number.

    `last_refusal` is the code of what held back the last of its `attempts`, and `refused` that
    refusal as it was kept: its code, and what of its figures is plain. `intent_number` is the live
    intent under way for it, `failures` how many in a row came to nothing, and `firing` how its
    time was seen to have come, or what its owner is asked.
    """

    user_id: int
    order_id: int
    mode: Mode
    season: int
    placed: NewResting
    state: RestingState
    generation: int
    created_at: datetime
    end_reason: str = ""
    attempts: int = 0
    last_refusal: str = ""
    refused: Mapping[str, object] = field(default_factory=dict)
    triggered_at: datetime | None = None
    filled_order: int | None = None
    ended_at: datetime | None = None
    intent_number: int | None = None
    failures: int = 0
    firing: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingClaim:
    """The resting order that a fill uses up, once: its id and the generation that fired."""

    order_id: int
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEffects:
    """What a fill does to resting orders, in its own transaction.

    `next_wait` arms the claimed order anew (its next time, or its next level); without it the
    order is filled. `cancel_group` cancels the other legs; `place` adds new orders.
    """

    next_wait: Wait | None = None
    cancel_group: int | None = None
    place: tuple[NewResting, ...] = ()
