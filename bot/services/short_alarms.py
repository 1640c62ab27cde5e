"""Every open paper short in memory: behind an alarm in the trigger book, or near its end."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from bot.domain.pools.reading import PoolReading
from bot.domain.positions import Position, PositionState, Side
from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.engine.short_alarms import alarm_level, allowed_ratio, buy_back_ratio
from bot.ports.margin_warnings import ShortNamed
from bot.services.triggers import Triggers

_WELL_BELOW = Decimal("1.01")
_SLACK = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedShort:
    """A short as it was booked last; `alarm` is its number in the trigger book."""

    name: ShortNamed
    alarm: int
    position: Position


class ShortAlarms:
    """Arms a level well before each short's first warning, and keeps apart those beyond theirs.

    PostgreSQL keeps the truth; the numbers of alarms are memory's own. What was just booked counts
    as near until a reading has told how far off it is.
    """

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers
        self._numbers = count(1)
        self._names: dict[int, ShortNamed] = {}
        self._of_token: dict[int, dict[ShortNamed, WatchedShort]] = {}
        self._of_user: dict[int, dict[int, int]] = {}
        self._near: dict[int, set[ShortNamed]] = {}
        self._largest: dict[int, int] = {}
        self._allowed: dict[int, Decimal | None] = {}

    def take_up(self, user_id: int, position: Position) -> None:
        """Follow a position as it is now: a short that stands is near, anything else forgotten."""
        if position.side is not Side.SHORT:
            return
        self.drop(user_id, position.number)
        if position.state is not PositionState.OPEN:
            return
        name = ShortNamed(user_id=user_id, number=position.number)
        short = WatchedShort(name=name, alarm=next(self._numbers), position=position)
        self._names[short.alarm] = name
        self._of_token.setdefault(position.token_id, {})[name] = short
        self._of_user.setdefault(user_id, {})[position.number] = position.token_id
        self._near.setdefault(position.token_id, set()).add(name)
        self._largest.pop(position.token_id, None)

    def drop(self, user_id: int, number: int) -> None:
        """Forget a short that stands no more; nothing happens where there is none."""
        numbers = self._of_user.get(user_id, {})
        token_id = numbers.pop(number, None)
        if token_id is None:
            return
        if not numbers:
            del self._of_user[user_id]
        short = self._of_token[token_id].pop(ShortNamed(user_id=user_id, number=number))
        del self._names[short.alarm]
        self._triggers.disarm(Owner.SHORT, short.alarm)
        self._near[token_id].discard(short.name)
        self._largest.pop(token_id, None)
        if not self._of_token[token_id]:
            for kept in (self._of_token, self._near, self._allowed):
                kept.pop(token_id, None)

    def drop_all_of(self, user_id: int) -> None:
        """Forget all shorts of a user."""
        for number in list(self._of_user.get(user_id, ())):
            self.drop(user_id, number)

    def tokens(self, among: Collection[int]) -> list[int]:
        """Give those of these tokens in which somebody is short."""
        return sorted(self._of_token.keys() & set(among))

    def largest_units(self, token_id: int) -> int:
        """Give what the largest short of a token owes, 0 where nobody is short of it any more."""
        shorts = self._of_token.get(token_id)
        if not shorts:
            return 0
        if token_id not in self._largest:
            self._largest[token_id] = max(one.position.token_units for one in shorts.values())
        return self._largest[token_id]

    def near(self, token_id: int) -> list[WatchedShort]:
        """Give the shorts of a token that are looked at in every reading, in order."""
        shorts = self._of_token.get(token_id, {})
        return [shorts[name] for name in sorted(self._near.get(token_id, ()))]

    def measure(self, token_id: int, pool: PoolReading) -> None:
        """Hold a reading against what the alarms of its token suppose, and move them if need be."""
        ratio = buy_back_ratio(pool, self.largest_units(token_id))
        allowed = self._allowed.get(token_id)
        if ratio is None:
            self._allowed[token_id] = None
            if allowed is not None:
                self._near[token_id].update(self._of_token[token_id])
            return
        wanted = allowed_ratio(ratio)
        is_loose = allowed is not None and wanted + _SLACK < 1 + (allowed - 1) / 2
        if allowed is not None and ratio <= allowed and not is_loose:
            return
        self._allowed[token_id] = wanted
        for name, short in self._of_token[token_id].items():
            if name not in self._near[token_id]:
                self._arm(short, alarm_level(short.position, wanted, pool.base_decimals))

    def let_go(self, short: WatchedShort, pool: PoolReading) -> None:
        """Arm the alarm of a short that is far off again, if the price is well below its level."""
        token_id = short.position.token_id
        allowed = self._allowed.get(token_id)
        if allowed is None or self._of_token.get(token_id, {}).get(short.name) is not short:
            return
        level = alarm_level(short.position, allowed, pool.base_decimals)
        if level >= pool.price * _WELL_BELOW:
            self._near[token_id].discard(short.name)
            self._arm(short, level)

    def reached(self, alarms: Collection[int]) -> dict[int, list[WatchedShort]]:
        """Count shorts whose alarm was reached as near; gives them by token."""
        found: dict[int, list[WatchedShort]] = {}
        for alarm in alarms:
            name = self._names.get(alarm)
            if name is not None:
                token_id = self._of_user[name.user_id][name.number]
                self._near[token_id].add(name)
                found.setdefault(token_id, []).append(self._of_token[token_id][name])
        return found

    def _arm(self, short: WatchedShort, level: Decimal) -> None:
        self._triggers.arm(
            Trigger(
                owner=Owner.SHORT,
                number=short.alarm,
                token_id=short.position.token_id,
                gauge=Gauge.PRICE_SOL,
                reach=Reach.ABOVE,
                level=level,
            )
        )
