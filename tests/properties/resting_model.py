"""What orders that wait may do, as simple as it can be said: held against what was done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

READINGS = 2


@dataclass(slots=True, kw_only=True)
class ModelOrder:
    """An order that waits: for a price (`is_below` a level), or for a moment.

    `units` of an exit are None for all that is left. `sticks` says that once seen it fills
    whatever the price does; a limit does not. `trail` is that of a stop whose level follows.
    """

    is_entry: bool
    level: Decimal | None = None
    is_below: bool = True
    units: int | None = None
    group: int | None = None
    times: int = 1
    exits: int = 0
    trail: Decimal | None = None
    best: Decimal = Decimal(0)
    sticks: bool = True
    streak: int = 0
    is_seen: bool = False

    def note(self, price: Decimal) -> None:
        """Count one more reading."""
        if self.trail is not None:
            self.best = max(self.best, price)
            self.level = self.best * (1 - self.trail)
        if self.level is None:
            return
        is_met = price <= self.level if self.is_below else price >= self.level
        self.streak = self.streak + 1 if is_met else 0
        if self.streak >= READINGS:
            self.is_seen = True


@dataclass(slots=True, kw_only=True)
class Fill:
    """A fill as the books have it: of which order (0 for a person's own), and what it moved."""

    order: int
    is_open: bool
    units: int


@dataclass(slots=True)
class Model:
    """One position at most, and the orders that wait."""

    units: int = 0
    waiting: dict[int, ModelOrder] = field(default_factory=dict)

    def tick(self, price: Decimal) -> None:
        """Let a reading come."""
        for order in self.waiting.values():
            order.note(price)

    def crash(self) -> None:
        """Forget what only memory knew: how often a level was read, unless it was seen."""
        for order in self.waiting.values():
            order.streak = 0
            order.is_seen = order.is_seen and order.sticks

    def replay(self, fill: Fill, placed: Mapping[int, ModelOrder]) -> None:
        """Let a fill happen, or fail where none of this kind may happen now."""
        if fill.order:
            self._use_up(fill)
        if fill.is_open:
            self.units += fill.units
        else:
            assert fill.units <= self.units, "more was sold than was held"
            self.units -= fill.units
            if not self.units:
                self.end_exits()
        self.waiting.update(placed)

    def _use_up(self, fill: Fill) -> None:
        order = self.waiting.get(fill.order)
        assert order is not None, f"order {fill.order} filled, and was not waiting"
        assert order.is_seen, f"order {fill.order} filled before its time"
        assert order.is_entry == fill.is_open
        if not order.is_entry:
            wanted = self.units if order.units is None else min(order.units, self.units)
            assert fill.units == wanted, f"order {fill.order} sold {fill.units}, not {wanted}"
        order.times -= 1
        order.is_seen, order.streak = False, 0
        order.exits = 0
        if not order.times:
            del self.waiting[fill.order]
        if order.group is not None:
            self.waiting = {
                number: other
                for number, other in self.waiting.items()
                if other.group != order.group
            }

    def end_exits(self) -> None:
        """Nothing is held: no exit stays behind."""
        self.waiting = {number: one for number, one in self.waiting.items() if one.is_entry}
