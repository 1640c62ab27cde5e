"""The trigger book: which levels a tick has reached, out of a million, without looking at each.

Per token it keeps the nearest level above and below in two vectors. A tick is two comparisons of
vectors; only where one of them holds is the shelf looked at where the token's levels lie. After the
measurements of nearest-level indexes: two vector comparisons are the limit.
"""

from array import array
from collections.abc import Iterable
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.engine.trigger_shelf import LANES, NEVER, TOKENS, Keys, Shelf
from bot.ports.trigger_columns import TriggerColumns

LEVEL_DIGITS = 15
MOST_AT_ONCE = 250
_rounded = Context(prec=LEVEL_DIGITS).plus
_OWNER_BITS = 2
_OWNER_MASK = (1 << _OWNER_BITS) - 1
_OWNERS = tuple(Owner)  # numbered from 0, in order
_DOWN = Reach.BELOW
_LANE_BITS = LANES.bit_length() - 1
_LANE_MASK = LANES - 1
# Where a level lies: the place on its shelf, and above that the number of the shelf.
_PLACE_BITS = 32
_PLACE_MASK = (1 << _PLACE_BITS) - 1

TokenIds = NDArray[np.int64]


def search_key(level: Decimal) -> float:
    """Give a level as the index keeps it, rounded to 15 significant digits.

    So many digits survive the way into a double and back, and rounding keeps the order: what a
    figure has reached is never missed by it.
    """
    return float(_rounded(level))


def level_of(key: float) -> Decimal:
    """Give back the level that a search key stands for, exact to its 15 digits."""
    return Decimal(repr(key))  # the shortest number that is this double: no more than 15 digits


class TriggerBook:
    """The armed levels of one gauge; in memory only, PostgreSQL is the truth.

    A trigger costs about 130 bytes: 24 on its shelf, the rest in the dictionary that finds it by
    owner and number.
    """

    def __init__(self, gauge: Gauge, *, tokens: int = 1_024) -> None:
        self.gauge = gauge
        self._spots: dict[int, int] = {}
        self._shelves: list[Shelf] = []
        # By token, a level on each side that none is nearer than.
        self._above, self._below = array("d"), array("d")
        self._stale: set[int] = set()  # shelves where something nearest may be gone
        self._make_room(tokens - 1)

    def __len__(self) -> int:
        """Count the armed triggers."""
        return len(self._spots)

    def __contains__(self, name: tuple[Owner, int]) -> bool:
        """Tell whether an owner's trigger of this number is armed."""
        return _name(*name) in self._spots

    def tokens(self) -> set[int]:
        """Give the tokens that have levels."""
        for shelf in list(self._stale):
            self._mend(shelf)
        above, below = np.asarray(self._above), np.asarray(self._below)
        return set(np.flatnonzero((above < NEVER) | (below > -NEVER)).tolist())

    def arm(self, trigger: Trigger) -> None:
        """Arm a level, in place of the one of the same owner and number."""
        name, token_id = _name(trigger.owner, trigger.number), trigger.token_id
        if name in self._spots:
            self._drop(name)
        if token_id >= len(self._above):
            self._make_room(token_id)
        key, lane = search_key(trigger.level), token_id % TOKENS << 1
        if trigger.reach is _DOWN:
            if key > self._below[token_id]:  # noqa: PLR1730 (half the time of a call)
                self._below[token_id] = key
            key, lane = -key, lane | 1
        elif key < self._above[token_id]:
            self._above[token_id] = key
        shelf = token_id // TOKENS
        place = self._shelves[shelf].put(key, name, trigger.generation << _LANE_BITS | lane)
        self._spots[name] = shelf << _PLACE_BITS | place

    def arm_all(self, triggers: Iterable[Trigger]) -> None:
        """Arm some, one after the other."""
        for trigger in triggers:
            self.arm(trigger)

    def arm_columns(self, columns: TriggerColumns) -> None:
        """Arm many at once, as `arm` would one after the other."""
        if not len(columns):
            return
        names, token_ids = columns.numbers << _OWNER_BITS | columns.owner, columns.token_ids
        for name in self._spots.keys() & names.tolist():
            self._drop(name)
        self._make_room(int(token_ids.max()))
        is_below = columns.is_below
        np.minimum.at(np.asarray(self._above), token_ids[~is_below], columns.keys[~is_below])
        np.maximum.at(np.asarray(self._below), token_ids[is_below], columns.keys[is_below])
        keys = np.where(is_below, -columns.keys, columns.keys)
        marks = columns.generations << _LANE_BITS | token_ids % TOKENS << 1 | is_below
        shelves = token_ids // TOKENS
        order = np.argsort(shelves, kind="stable")
        numbers, firsts = np.unique(shelves[order], return_index=True)
        for shelf, chosen in zip(numbers.tolist(), np.split(order, firsts[1:]), strict=True):
            place = self._shelves[shelf].put_all(keys[chosen], names[chosen], marks[chosen])
            spot = shelf << _PLACE_BITS | place
            spots = range(spot, spot + len(chosen))
            self._spots.update(zip(names[chosen].tolist(), spots, strict=True))

    def disarm(self, owner: Owner, number: int) -> bool:
        """Take a trigger out; tells whether it was there."""
        name = _name(owner, number)
        if name not in self._spots:
            return False
        self._drop(name)
        return True

    def take_crossed(self, token_ids: TokenIds, values: Keys) -> list[Trigger]:
        """Take out and give what the tokens' new figures have reached, nearest levels first.

        `token_ids` rise without repeating, `values` are the figures in their order; what is not
        a number reaches nothing. Where `MOST_AT_ONCE` are given, ask again: there may be more,
        and others had a turn meanwhile.
        """
        if not len(token_ids) or not self._spots:
            return []
        first, end = int(token_ids[0]), int(token_ids[-1]) + 1
        self._make_room(end - 1)
        if end - first != len(token_ids):
            spread = np.full(end - first, np.nan)
            spread[token_ids - first] = values
            values = spread
        reached = values >= np.asarray(self._above)[first:end]
        reached |= values <= np.asarray(self._below)[first:end]
        if not reached.any():
            return []
        crossed: list[Trigger] = []
        for shelf in np.unique((np.flatnonzero(reached) + first) // TOKENS).tolist():
            crossed += self._take(shelf, first, values, MOST_AT_ONCE - len(crossed))
            if len(crossed) >= MOST_AT_ONCE:
                break
        return crossed

    def _take(self, number: int, first: int, values: Keys, most: int) -> list[Trigger]:
        """Take what was reached off a shelf."""
        shelf, begin = self._shelves[number], number * TOKENS
        low, high = max(begin, first), min(begin + TOKENS, first + len(values))
        by_lane = np.full((TOKENS, 2), np.nan)
        by_lane[low - begin : high - begin, 0] = values[low - first : high - first]
        by_lane[:, 1] = -by_lane[:, 0]
        taken = [self._trigger(number, place) for place in shelf.reached(by_lane.ravel(), most)]
        for trigger in taken:
            self._drop(_name(trigger.owner, trigger.number))
        self._mend(number)
        return taken

    def _mend(self, number: int) -> None:
        """Look what is nearest on a shelf now."""
        nearest, begin = self._shelves[number].nearest(), number * TOKENS
        np.asarray(self._above)[begin : begin + TOKENS] = nearest[0::2]
        np.asarray(self._below)[begin : begin + TOKENS] = -nearest[1::2]
        self._stale.discard(number)

    def _trigger(self, shelf: int, place: int) -> Trigger:
        key, name, mark = self._shelves[shelf].at(place)
        lane = mark & _LANE_MASK
        is_below = lane & 1
        return Trigger(
            owner=_OWNERS[name & _OWNER_MASK],
            number=name >> _OWNER_BITS,
            token_id=shelf * TOKENS + (lane >> 1),
            gauge=self.gauge,
            reach=Reach.BELOW if is_below else Reach.ABOVE,
            level=level_of(-key if is_below else key),
            generation=mark >> _LANE_BITS,
        )

    def _drop(self, name: int) -> None:
        """Take a level out; if it was the nearest, a look there will find nothing and mend that."""
        spot = self._spots.pop(name)
        shelf = spot >> _PLACE_BITS
        self._shelves[shelf].clear(spot & _PLACE_MASK)
        self._stale.add(shelf)

    def _make_room(self, token_id: int) -> None:
        """Let there be shelves up to a token's; they double, so that growing costs little."""
        if token_id < len(self._above):
            return
        shelves = max(token_id // TOKENS + 1, 2 * len(self._shelves))
        more = shelves * TOKENS - len(self._above)
        self._above.extend([NEVER] * more)
        self._below.extend([-NEVER] * more)
        self._shelves += [Shelf() for _ in range(shelves - len(self._shelves))]


def _name(owner: Owner, number: int) -> int:
    return number << _OWNER_BITS | owner
