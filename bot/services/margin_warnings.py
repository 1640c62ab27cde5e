"""Tells the owners of shorts how near their liquidation is, once at 80 % and once at 90 %."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.domain.price_trust import Streak
from bot.ports.clock import Clock
from bot.ports.margin_warnings import MarginBook, ShortNamed

_STAGES = (90, 80)
_RECOVERED = Decimal("0.7")
_READINGS = 2
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class NearShort:
    """A short as it stands now: `way` is 0 at what it sold for, 1 where it is liquidated."""

    short: ShortNamed
    position: Position
    token: Token
    way: Decimal
    slot: int


MarginNotice = Callable[[NearShort, int], Sequence[Notice]]


class MarginWarnings:
    """Warns once per approach, across restarts; a short that recovers below 70 % is forgotten.

    A warning needs two readings in a row, so that one outlier frightens nobody; the caller
    leaves tokens out whose price is disputed.
    """

    def __init__(self, *, book: MarginBook, clock: Clock, notices: MarginNotice) -> None:
        self._book = book
        self._clock = clock
        self._notices = notices
        self._is_loaded = False
        self._told: dict[ShortNamed, int] = {}
        self._tokens: dict[ShortNamed, int] = {}
        self._streaks: dict[tuple[ShortNamed, int], Streak] = {}

    async def check(self, near: Iterable[NearShort], looked_at: Iterable[int]) -> None:
        """Warn of what has come near in the tokens looked at; asked by the clock."""
        await self._load()
        tokens, seen = set(looked_at), set()
        for one in near:
            if one.way < _RECOVERED:
                continue
            seen.add(one.short)
            self._tokens[one.short] = one.position.token_id
            await self._judge(one)
        await self._forget(tokens, seen)

    async def _load(self) -> None:
        if self._is_loaded:
            return
        for told in await self._book.standing():
            self._told[told.short] = told.percent
            self._tokens[told.short] = told.token_id
        self._is_loaded = True

    async def _judge(self, one: NearShort) -> None:
        stage = next((stage for stage in _STAGES if one.way * _PERCENT >= stage), 0)
        for lower in _STAGES:
            if lower > stage:
                self._streaks.pop((one.short, lower), None)
        if stage <= self._told.get(one.short, 0):
            return
        key = (one.short, stage)
        streak = self._streaks[key] = Streak.of(self._streaks.get(key), one.slot)
        if streak.readings < _READINGS:
            return
        await self._book.warn(one.short, stage, self._clock.now(), self._notices(one, stage))
        self._told[one.short] = stage

    async def _forget(self, tokens: set[int], seen: set[ShortNamed]) -> None:
        gone = [
            short
            for short, token_id in self._tokens.items()
            if token_id in tokens and short not in seen
        ]
        recovered = [short for short in gone if short in self._told]
        if recovered:
            await self._book.forget(recovered)
        for short in gone:
            self._told.pop(short, None)
            self._tokens.pop(short, None)
            for stage in _STAGES:
                self._streaks.pop((short, stage), None)
