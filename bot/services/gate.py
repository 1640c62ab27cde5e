"""The gate: who may buy how much live, how they rise, and how they are taken back by themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.domain.errors import Refusal, Unavailable
from bot.domain.gate import (
    Breach,
    GateRules,
    GateState,
    Requirement,
    Stage,
    StageCaps,
    breach_of,
    cooling_until,
    demoted,
    promoted,
    requirements,
)
from bot.domain.gate_records import GateRecord
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import PERMISSIONS, Permission, User
from bot.ports.clock import Clock
from bot.ports.gates import GateBook, GateMove
from bot.services.gate_reading import GateReading

DAY = timedelta(days=1)
_NO_CAPS = StageCaps(order_lamports=0, day_lamports=0)
_BY_ITSELF = 0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """Where somebody stands: their caps, what they used of the day's, what the next stage asks."""

    state: GateState
    caps: StageCaps
    next_caps: StageCaps | None
    bought_lamports: int
    asked: tuple[Requirement, ...]
    record: GateRecord
    cooling_until: datetime | None
    rules: GateRules
    may_hold_wallet: bool

    @property
    def may_rise(self) -> bool:
        """Tell whether all that the next stage asks for is there, and their role allows it."""
        is_whole = bool(self.asked) and all(one.is_met for one in self.asked)
        return is_whole and self.may_hold_wallet


class GateNotices(Protocol):
    """What people are told of the gate, in the words of the door."""

    def promoted(self, user: User, state: GateState) -> Sequence[Notice]:
        """Tell the admins that somebody rose by their record."""

    def demoted(
        self, state: GateState, breach: Breach, record: GateRecord, rules: GateRules
    ) -> Sequence[Notice]:
        """Tell the person, and the admins, that they were taken a stage back, and why."""


class Gate:
    """Reads records, moves people by them, and tells what a purchase is held against."""

    def __init__(
        self,
        *,
        book: GateBook,
        reading: GateReading,
        rules: GateRules,
        clock: Clock,
        notices: GateNotices,
    ) -> None:
        self._book = book
        self._reading = reading
        self._rules = rules
        self._clock = clock
        self._notices = notices

    @property
    def cooling_seconds(self) -> float:
        """Give how long nobody rises after a fall."""
        return self._rules.cooling.total_seconds()

    @property
    def caps(self) -> Mapping[Stage, StageCaps]:
        """Give what each stage may buy, for the transaction that places a purchase."""
        return self._rules.caps

    def caps_of(self, stage: Stage) -> StageCaps:
        """Give what may be bought at a stage."""
        return self._rules.caps.get(stage, _NO_CAPS)

    async def view(self, user: User) -> GateView:
        """Give where somebody stands, and what is missing."""
        user.require(Permission.VIEW_OWN)
        now = self._clock.now()
        state = await self._book.state(user.user_id)
        record = await self._reading.record(state, now)
        above = state.stage.above
        return GateView(
            state=state,
            caps=self.caps_of(state.stage),
            next_caps=None if above is None else self.caps_of(above),
            bought_lamports=await self._book.bought_lamports(user.user_id, now - DAY),
            asked=requirements(state, record, self._rules, now),
            record=record,
            cooling_until=cooling_until(state, record.reset_at, self._rules),
            rules=self._rules,
            may_hold_wallet=Permission.HOLD_LIVE_WALLET in PERMISSIONS[user.role],
        )

    async def rise(self, request: Request, answer: Callable[[GateState], Sequence[Notice]]) -> None:
        """Go one stage up, by one's record alone; raises `Refusal` (`gate_not_yet`, ...)."""
        request.user.require(Permission.HOLD_LIVE_WALLET)
        now = self._clock.now()
        before = await self._book.state(request.user.user_id)
        record = await self._reading.record(before, now)
        after = promoted(before, record, self._rules, now)
        if after is None:
            raise Refusal("gate_not_yet")
        if before.stage is Stage.PAPER:
            open_result = await self._reading.open_result(before.user_id, now)
            after = replace(after, open_result_lamports=open_result)
        notices = [*answer(after), *self._notices.promoted(request.user, after)]
        details = {"bets": len(record.bets), "days": record.days}
        move = self.move_of(before, after, now, request.user.user_id, details)
        await self._book.move(move, request.update_id, notices)

    async def stage_of(self, user_id: int) -> Stage:
        """Give somebody's stage.

        Needs no permission: other use cases ask, each behind its own.
        """
        return (await self._book.state(user_id)).stage

    async def admit(self, user_id: int, lamports: int) -> None:
        """Refuse early what the caps will not let pass.

        Needs no permission: it is a part of placing an order, which requires one. Raises `Refusal`
        (`live_gate_stage`, `live_gate_order`, `live_gate_day`).
        """
        stage = (await self._book.state(user_id)).stage
        caps = self._rules.caps.get(stage)
        if caps is None:
            raise Refusal("live_gate_stage")
        if caps.order_lamports is not None and lamports > caps.order_lamports:
            raise Refusal("live_gate_order", limit_lamports=caps.order_lamports)
        if caps.day_lamports is not None:
            bought = await self._book.bought_lamports(user_id, self._clock.now() - DAY)
            if bought + lamports > caps.day_lamports:
                left = max(caps.day_lamports - bought, 0)
                raise Refusal("live_gate_day", limit_lamports=caps.day_lamports, left_lamports=left)

    async def check(self, user_id: int) -> Breach | None:
        """Take somebody a stage back if their live record broke a rule; gives which.

        Needs no permission: a fill asks, and the clock.
        """
        now = self._clock.now()
        before = await self._book.state(user_id)
        if before.stage is Stage.PAPER:
            return None
        record = await self._reading.record(before, now)
        breach = breach_of(before, record, self._rules)
        if breach is None:
            return None
        after = demoted(before, now, self._rules, record.open_result_lamports)
        notices = self._notices.demoted(after, breach, record, self._rules)
        move = self.move_of(before, after, now, _BY_ITSELF, {"breach": breach.value})
        try:
            await self._book.move(move, None, notices)
        except Refusal:
            return None  # moved by somebody else at this moment: the next look tells
        _log.info("gate_demoted", user=user_id, to=after.stage.value, breach=breach.value)
        return breach

    async def check_all(self) -> None:
        """Look at everybody who may buy live; asked by the clock."""
        for user_id in await self._book.beyond_paper():
            try:
                await self.check(user_id)
            except Unavailable as error:
                _log.warning("gate_not_checked", user=user_id, what=error.what)

    def move_of(
        self,
        before: GateState,
        after: GateState,
        now: datetime,
        actor_id: int,
        details: Mapping[str, object],
    ) -> GateMove:
        """Give a move as the database is asked for it."""
        return GateMove(
            before=before,
            after=after,
            at=now,
            actor_id=actor_id,
            cooling=self._rules.cooling,
            details=details,
        )
