"""The trigger book: which levels a tick has reached, out of a million, without looking at each.

Per token it keeps the nearest level above and below in two vectors. A tick is two comparisons of
vectors; only where one of them holds is the token's ladder of levels touched. After the
measurements of nearest-level indexes: two vector comparisons are the limit.
"""

from array import array
from collections.abc import Iterable
from decimal import Context, Decimal

import numpy as np
from numpy.typing import NDArray

from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.engine.trigger_ladder import NEVER, Ladder

LEVEL_DIGITS = 15
MOST_AT_ONCE = 1_000
_rounded = Context(prec=LEVEL_DIGITS).plus
_OWNER_BITS = 2
_OWNER_MASK = (1 << _OWNER_BITS) - 1
_OWNERS = tuple(Owner)  # numbered from 0, in order
_ABOVE, _BELOW = 0, 1
_DOWN = Reach.BELOW
# A mark holds side, token and generation, from the lowest bit up.
_TOKEN_MASK = (1 << 31) - 1
_GENERATION_SHIFT = 32

Keys = NDArray[np.float64]
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

    A trigger costs about 150 bytes: 12 in its ladder, 24 in the columns, the rest in the
    dictionary that finds it by owner and number.
    """

    def __init__(self, gauge: Gauge, *, tokens: int = 1_024) -> None:
        self.gauge = gauge
        self._nearest = (_nothing(tokens), _nothing(tokens))
        self._ladders: tuple[dict[int, Ladder], dict[int, Ladder]] = ({}, {})
        self._slots: dict[int, int] = {}
        self._free: list[int] = []
        # Few columns, since each that is touched is a wait for memory: see `_GENERATION_SHIFT`.
        self._keys, self._names, self._marks = array("d"), array("q"), array("q")

    def __len__(self) -> int:
        """Count the armed triggers."""
        return len(self._slots)

    def __contains__(self, name: tuple[Owner, int]) -> bool:
        """Tell whether an owner's trigger of this number is armed."""
        return _name(*name) in self._slots

    def tokens(self) -> set[int]:
        """Give the tokens that have levels."""
        return {token_id for side in self._ladders for token_id, rungs in side.items() if rungs}

    def arm(self, trigger: Trigger) -> None:
        """Arm a level, in place of the one of the same owner and number."""
        name = _name(trigger.owner, trigger.number)
        if name in self._slots:
            self._drop(name)
        slot, side, key = self._note(name, trigger)
        token_id = trigger.token_id
        ladder = self._ladders[side].get(token_id)
        if ladder is None:
            ladder = self._ladders[side][token_id] = Ladder()
            self._make_room(token_id)
        ladder.add(key, slot)
        self._nearest[side][token_id] = ladder.nearest

    def arm_all(self, triggers: Iterable[Trigger]) -> None:
        """Arm some, one after the other."""
        for trigger in triggers:
            self.arm(trigger)

    def take_in(self, triggers: Iterable[Trigger]) -> None:
        """Take triggers into an empty book; they are armed by `sort`, all at once."""
        for trigger in triggers:
            name = _name(trigger.owner, trigger.number)
            if name in self._slots:
                self._forget(name)
            self._note(name, trigger)

    def sort(self) -> None:
        """Make every ladder from the columns, by one sort over all that was taken in."""
        slots = np.fromiter(self._slots.values(), dtype=np.int64, count=len(self._slots))
        if not len(slots):
            return
        keys, marks = np.asarray(self._keys)[slots], np.asarray(self._marks)[slots]
        sides, tokens = marks & 1, marks >> 1 & _TOKEN_MASK
        order = np.lexsort((keys, tokens, sides))
        slots, keys, sides, tokens = slots[order], keys[order], sides[order], tokens[order]
        self._make_room(int(tokens.max()))
        is_next = (np.diff(tokens) != 0) | (np.diff(sides) != 0)
        begins = [0, *(np.flatnonzero(is_next) + 1).tolist()]
        for begin, end in zip(begins, [*begins[1:], len(slots)], strict=True):
            ladder = Ladder(keys[begin:end].tolist(), slots[begin:end].tolist())
            side, token_id = int(sides[begin]), int(tokens[begin])
            self._ladders[side][token_id] = ladder
            self._nearest[side][token_id] = ladder.nearest

    def disarm(self, owner: Owner, number: int) -> bool:
        """Take a trigger out; tells whether it was there."""
        name = _name(owner, number)
        if name not in self._slots:
            return False
        self._drop(name)
        return True

    def take_crossed(self, token_ids: TokenIds, values: Keys) -> list[Trigger]:
        """Take out and give what the tokens' new figures have reached, nearest levels first.

        `token_ids` rise without repeating, `values` are the figures in their order; what is not
        a number reaches nothing. Where `MOST_AT_ONCE` or more are given, ask again: there may be
        more, and others had a turn meanwhile.
        """
        if not len(token_ids) or not self._slots:
            return []
        first, end = int(token_ids[0]), int(token_ids[-1]) + 1
        self._make_room(end - 1)
        if end - first != len(token_ids):
            spread = np.full(end - first, np.nan)
            spread[token_ids - first] = values
            values = spread
        above, below = self._nearest
        reached = values >= above[first:end]
        reached |= -values >= below[first:end]
        if not reached.any():
            return []
        crossed: list[Trigger] = []
        for place in np.flatnonzero(reached):
            crossed += self._take(first + int(place), float(values[place]))
            if len(crossed) >= MOST_AT_ONCE:
                break
        return crossed

    def _take(self, token_id: int, value: float) -> list[Trigger]:
        taken: list[Trigger] = []
        for side, key in ((_ABOVE, value), (_BELOW, -value)):
            ladder = self._ladders[side].get(token_id)
            while ladder is not None and ladder.nearest <= key and len(taken) < MOST_AT_ONCE:
                slots = ladder.take_reached(key)
                taken += [self._trigger(slot) for slot in slots]
                for slot in slots:
                    self._forget(self._names[slot])
                self._nearest[side][token_id] = ladder.nearest
        return taken

    def _trigger(self, slot: int) -> Trigger:
        name, mark, key = self._names[slot], self._marks[slot], self._keys[slot]
        side = mark & 1
        return Trigger(
            owner=_OWNERS[name & _OWNER_MASK],
            number=name >> _OWNER_BITS,
            token_id=mark >> 1 & _TOKEN_MASK,
            gauge=self.gauge,
            reach=Reach.BELOW if side else Reach.ABOVE,
            level=level_of(-key if side else key),
            generation=mark >> _GENERATION_SHIFT,
        )

    def _note(self, name: int, trigger: Trigger) -> tuple[int, int, float]:
        """Write a trigger into the columns; gives its slot, its side and its key there."""
        key, side = search_key(trigger.level), _ABOVE
        if trigger.reach is _DOWN:
            key, side = -key, _BELOW
        mark = trigger.generation << _GENERATION_SHIFT | trigger.token_id << 1 | side
        if self._free:
            slot = self._free.pop()
            self._keys[slot], self._names[slot], self._marks[slot] = key, name, mark
        else:
            slot = len(self._names)
            self._keys.append(key)
            self._names.append(name)
            self._marks.append(mark)
        self._slots[name] = slot
        return slot, side, key

    def _drop(self, name: int) -> None:
        slot = self._slots[name]
        mark = self._marks[slot]
        side, token_id = mark & 1, mark >> 1 & _TOKEN_MASK
        ladder = self._ladders[side][token_id]
        ladder.remove(self._keys[slot], slot)
        self._nearest[side][token_id] = ladder.nearest
        self._forget(name)

    def _forget(self, name: int) -> None:
        self._free.append(self._slots.pop(name))

    def _make_room(self, token_id: int) -> None:
        """Let the vectors reach a token; they double, so that growing costs little."""
        room = len(self._nearest[_ABOVE])
        if token_id >= room:
            more = max(token_id + 1, 2 * room)
            self._nearest = (
                _grown(self._nearest[_ABOVE], more),
                _grown(self._nearest[_BELOW], more),
            )


def _name(owner: Owner, number: int) -> int:
    return number << _OWNER_BITS | owner


def _nothing(count: int) -> Keys:
    return np.full(count, NEVER)


def _grown(nearest: Keys, count: int) -> Keys:
    grown = _nothing(count)
    grown[: len(nearest)] = nearest
    return grown
