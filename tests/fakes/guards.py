"""Risk and emergency stops that answer from memory, for tests of the chat door."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import LockRule, RiskLimit, StopRule, TradingLock, TradingStop
from bot.domain.risk_score import RiskFactor
from bot.domain.users import Permission, User
from bot.engine.risk_score import risk_score
from bot.services.risk import LimitAnswer, LimitUse, LockLine, RiskView
from bot.services.stop_notices import Place, StopAnswer, StopLine
from tests.builders.modes import worth_of
from tests.builders.views import NOON, SOL, a_token


class Counter(Protocol):
    """What the fakes ask of the services that they are part of."""

    def _enter(self, user: User, permission: Permission) -> None: ...

    async def _commit(self, request: Request, notices: Sequence[Notice]) -> None: ...


def a_lock(**parts: object) -> TradingLock:
    until = NOON + timedelta(minutes=30)
    lock = TradingLock(lock_id=3, rule=LockRule.AFTER_STOP, token_id=7, until=until)
    return replace(lock, **parts)


def a_stop(**parts: object) -> TradingStop:
    stop = TradingStop(
        stop_id=5,
        user_id=1001,
        token_id=None,
        rule=StopRule.HAND,
        actor_id=1001,
        reason="",
        closes=False,
        began_at=NOON,
    )
    return replace(stop, **parts)


def a_risk_view(**parts: object) -> RiskView:
    figures = {RiskFactor.HEAT: Decimal("0.6"), RiskFactor.STOPS: Decimal(1)}
    view = RiskView(
        score=risk_score(figures),
        equity_lamports=100 * SOL,
        heat_lamports=60 * SOL,
        limits=(
            LimitUse(limit=RiskLimit.DAILY_LOSS, used=120, allowed=500, is_own=True),
            LimitUse(limit=RiskLimit.POSITIONS, used=2, allowed=None, is_own=False),
            LimitUse(limit=RiskLimit.COOLDOWN, used=None, allowed=600, is_own=True),
        ),
        locks=(LockLine(lock=a_lock(), token=a_token()),),
        stops=(),
        at=NOON,
    )
    return replace(view, **parts)


@dataclass(slots=True)
class FakeRisk:
    services: Counter
    limits: dict[RiskLimit, int | None] = field(default_factory=dict)
    lifted: list[int] = field(default_factory=list)

    async def view(self, user: User) -> RiskView:
        self.services._enter(user, Permission.VIEW_OWN)
        return a_risk_view(equity_lamports=worth_of(user))

    async def locks(self, user: User) -> tuple[LockLine, ...]:
        self.services._enter(user, Permission.VIEW_OWN)
        return a_risk_view().locks

    async def unlock(self, request: Request, lock_id: int, notices: Sequence[Notice]) -> None:
        self.services._enter(request.user, Permission.TRADE_PAPER)
        if lock_id != 3:
            raise Refusal("unknown_lock", number=lock_id)
        self.lifted.append(lock_id)
        await self.services._commit(request, notices)

    async def set_limit(
        self, request: Request, limit: RiskLimit, value: int | None, answer: LimitAnswer
    ) -> None:
        self.services._enter(request.user, Permission.TRADE_PAPER)
        self.limits[limit] = value
        await self.services._commit(request, answer(limit, value))


@dataclass(slots=True)
class FakeStops:
    services: Counter
    pulled: list[TradingStop] = field(default_factory=list)
    lifted: list[int | None] = field(default_factory=list)

    async def question(
        self, user: User, token_id: int | None = None, *, is_own: bool = True, person: int = 0
    ) -> StopLine:
        self.services._enter(user, Permission.TRADE_PAPER if is_own else Permission.OPERATE)
        rule = StopRule.ADMIN if person else StopRule.HAND
        stop = a_stop(token_id=token_id, user_id=user.user_id if is_own else person, rule=rule)
        return StopLine(stop=stop, token=a_token() if token_id else None, positions=2)

    def standing(self) -> list[StopLine]:
        return [StopLine(stop=a_stop(user_id=0), token=None)]

    async def pull_own(
        self, request: Request, *, closes: bool, place: Place | None, answer: StopAnswer
    ) -> None:
        self.services._enter(request.user, Permission.TRADE_PAPER)
        await self._pull(request, a_stop(closes=closes, user_id=request.user.user_id), answer)
        assert place is not None

    async def pull(
        self,
        request: Request,
        token_id: int | None,
        *,
        closes: bool,
        reason: str,
        place: Place | None,
        answer: StopAnswer,
        person: int = 0,
    ) -> None:
        self.services._enter(request.user, Permission.OPERATE)
        rule = StopRule.ADMIN if person else StopRule.HAND
        stop = a_stop(user_id=person, token_id=token_id, closes=closes, reason=reason, rule=rule)
        await self._pull(request, stop, answer)
        assert place is not None

    async def lift_own(self, request: Request, answer: StopAnswer) -> None:
        self.services._enter(request.user, Permission.TRADE_PAPER)
        await self.services._commit(request, answer(StopLine(stop=a_stop(), token=None)))
        self.lifted.append(request.user.user_id)

    async def lift(
        self,
        request: Request,
        token_id: int | None,
        reason: str,
        answer: StopAnswer,
        *,
        person: int = 0,
    ) -> None:
        self.services._enter(request.user, Permission.OPERATE)
        del reason
        rule = StopRule.ADMIN if person else StopRule.HAND
        stop = a_stop(user_id=person, token_id=token_id, rule=rule)
        await self.services._commit(request, answer(StopLine(stop=stop, token=None)))
        self.lifted.append(person or token_id)

    async def _pull(self, request: Request, stop: TradingStop, answer: StopAnswer) -> None:
        line = StopLine(stop=stop, token=a_token() if stop.token_id else None, positions=2)
        await self.services._commit(request, answer(line))
        self.pulled.append(stop)
