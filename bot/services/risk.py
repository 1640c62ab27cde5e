"""A person's risk: the score with its factors, how much of each limit is used, and the locks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.risk import RiskLimit, TradingLock, TradingStop
from bot.domain.risk_score import RiskFactor, RiskScore
from bot.domain.safety import Level
from bot.domain.users import Permission, User
from bot.engine.exposure import Exposure, Stake, exposure_of, share_bps
from bot.engine.risk_limits import daily_loss_lamports, peak_lamports
from bot.engine.risk_score import risk_score
from bot.ports.books import Books, Desk
from bot.ports.clock import Clock
from bot.ports.risk import RiskBook
from bot.services.price_board import PriceBoard
from bot.services.safety import Safety
from bot.services.suspicions import Suspicions
from bot.services.worths import Worths

_NO_REQUEST = ""
_WHOLE = Decimal(1)
StopsOf = Callable[[int], Sequence[TradingStop]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """How much of a limit is used: basis points of equity, or as the limit counts.

    `used` is None where nothing is counted; `is_own` tells that the person set it tighter.
    """

    limit: RiskLimit
    used: int | None
    allowed: int | None
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LockLine:
    """A lock that stands; `token` is None for one on all entries."""

    lock: TradingLock
    token: Token | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView:
    """What `/risk` shows."""

    score: RiskScore
    equity_lamports: int
    heat_lamports: int
    limits: tuple[LimitUse, ...]
    locks: tuple[LockLine, ...]
    stops: tuple[TradingStop, ...]
    at: datetime


LimitAnswer = Callable[[RiskLimit, int | None], Sequence[Notice]]


class Risk:
    """Reads a person's risk from one snapshot, and keeps what they set for themselves."""

    def __init__(
        self,
        *,
        books: Books,
        book: RiskBook,
        board: PriceBoard,
        worths: Worths,
        safety: Safety,
        suspicions: Suspicions,
        stops_of: StopsOf,
        clock: Clock,
    ) -> None:
        self._books = books
        self._book = book
        self._board = board
        self._worths = worths
        self._safety = safety
        self._suspicions = suspicions
        self._stops_of = stops_of
        self._clock = clock

    async def view(self, user: User) -> RiskView:
        """Give the score, the limits with what is used of them, and what holds entries back."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, user.mode, _NO_REQUEST)
        exposure = exposure_of(desk, self._worths)
        now = self._clock.now()
        return RiskView(
            score=risk_score(await self._figures(desk, exposure)),
            equity_lamports=exposure.equity_lamports,
            heat_lamports=exposure.heat_lamports,
            limits=tuple(_use(limit, desk, exposure, now) for limit in RiskLimit),
            locks=self._lines(desk, now),
            stops=tuple(self._stops_of(user.user_id)),
            at=now,
        )

    async def locks(self, user: User) -> tuple[LockLine, ...]:
        """Give the locks on a person's entries that stand now."""
        user.require(Permission.VIEW_OWN)
        desk = await self._books.desk(user.user_id, user.mode, _NO_REQUEST)
        return self._lines(desk, self._clock.now())

    async def unlock(self, request: Request, lock_id: int, notices: Sequence[Notice]) -> None:
        """Lift one of the asking person's own locks; raises `Refusal` (`unknown_lock`)."""
        request.user.require(Permission.TRADE_PAPER)
        await self._book.lift_lock(request, lock_id, self._clock.now(), notices)

    async def set_limit(
        self, request: Request, limit: RiskLimit, value: int | None, answer: LimitAnswer
    ) -> None:
        """Keep a limit tighter than the role's, or with None go back to the role's.

        Raises `Refusal` (`limit_too_loose`) for one that would allow more than the role does.
        """
        request.user.require(Permission.TRADE_PAPER)
        desk = await self._books.desk(request.user.user_id, request.user.mode, _NO_REQUEST)
        of_role = (desk.role_limits or desk.limits).value_of(limit)
        if value is not None and limit.is_looser(value, of_role):
            raise Refusal(
                "limit_too_loose",
                name=limit.value,
                value=value,
                limit=of_role,
                role=request.user.role.value,
            )
        await self._book.set_limit(request, limit, value, answer(limit, value))

    def _lines(self, desk: Desk, now: datetime) -> tuple[LockLine, ...]:
        standing = sorted((lock for lock in desk.locks if now < lock.until), key=_until)
        return tuple(
            LockLine(
                lock=lock,
                token=None if lock.token_id is None else self._board.tokens.get(lock.token_id),
            )
            for lock in standing
        )

    async def _figures(self, desk: Desk, exposure: Exposure) -> dict[RiskFactor, Decimal]:
        equity, stakes = exposure.equity_lamports, exposure.stakes
        staked = sum(stake.worth_lamports for stake in stakes)
        in_market = sum(stake.position.notional_lamports for stake in stakes)
        largest = max((stake.worth_lamports for stake in stakes), default=0)
        without = sum(stake.worth_lamports for stake in stakes if not stake.has_stop)
        doubted = [stake.worth_lamports for stake in stakes if await self._is_doubted(stake)]
        peak = peak_lamports(desk, exposure)
        return {
            RiskFactor.HEAT: _part(exposure.heat_lamports, equity),
            RiskFactor.LEVERAGE: _part(in_market, equity),
            RiskFactor.CONCENTRATION: _part(largest, equity),
            RiskFactor.LIQUIDITY: max((self._of_pool(stake) for stake in stakes), default=_part(0)),
            RiskFactor.STOPS: _part(without, staked),
            RiskFactor.DRAWDOWN: _part(peak - equity, peak),
            RiskFactor.VOLATILITY: sum(
                (self._volatility(stake) * _part(stake.worth_lamports, staked) for stake in stakes),
                Decimal(0),
            ),
            RiskFactor.SAFETY: _part(sum(doubted), staked),
        }

    async def _is_doubted(self, stake: Stake) -> bool:
        if self._suspicions.of(stake.token_id) is not None:
            return True
        return bool((await self._safety.report(stake.token_id)).of(Level.DANGER))

    def _of_pool(self, stake: Stake) -> Decimal:
        priced = self._board.priced(stake.token_id)
        depth = 0 if priced is None else priced.best.curve.depth_quote_units()
        # What has no pool now cannot be sold at all.
        size = max(stake.worth_lamports, stake.position.notional_lamports)
        return _part(size, depth) if depth else _WHOLE

    def _volatility(self, stake: Stake) -> Decimal:
        metrics = self._board.metrics.get(stake.token_id)
        return (metrics.volatility_24h if metrics else None) or Decimal(0)


def _part(part: int, whole: int = 1) -> Decimal:
    return Decimal(max(0, part)) / whole if whole > 0 else Decimal(0)


def _until(lock: TradingLock) -> datetime:
    return lock.until


def _use(limit: RiskLimit, desk: Desk, exposure: Exposure, at: datetime) -> LimitUse:
    allowed = desk.limits.value_of(limit)
    is_own = desk.role_limits is not None and desk.role_limits.value_of(limit) != allowed
    return LimitUse(
        limit=limit, used=_used(limit, desk, exposure, at), allowed=allowed, is_own=is_own
    )


def _used(limit: RiskLimit, desk: Desk, exposure: Exposure, at: datetime) -> int | None:
    equity, peak = exposure.equity_lamports, peak_lamports(desk, exposure)
    tokens = {stake.token_id for stake in exposure.stakes}
    staked = max((exposure.staked_lamports(token_id) for token_id in tokens), default=0)
    heat = max((exposure.heat_of(token_id) for token_id in tokens), default=0)
    loss = daily_loss_lamports(desk, exposure, at)
    used = {
        RiskLimit.CONCENTRATION: share_bps(staked, equity),
        RiskLimit.POSITION_HEAT: share_bps(heat, equity),
        RiskLimit.PORTFOLIO_HEAT: share_bps(exposure.heat_lamports, equity),
        RiskLimit.DAILY_LOSS: share_bps(loss, desk.wallet.day_lamports or equity),
        RiskLimit.DRAWDOWN: share_bps(peak - equity, peak),
        RiskLimit.POSITIONS: len(desk.positions),
    }
    return used.get(limit)
