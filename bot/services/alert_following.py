"""What the clock does for alerts: end snoozes, follow positions, watch equity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.alert_firings import Hit
from bot.domain.alerts import Alert, Levels, position_basis, position_levels
from bot.domain.errors import Refusal
from bot.domain.money import SOL_DECIMALS, ui_amount
from bot.domain.positions import Position
from bot.domain.price_trust import Streak, TrustRules
from bot.domain.users import Mode
from bot.ports.alerts import AlertBook
from bot.ports.clock import Clock
from bot.services.alert_firing import AlertFiring
from bot.services.alert_levels import disarm, rearm
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.views import Portfolio
from bot.services.wallets import Wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """An equity that has reached a level, since when and in how many readings."""

    streak: Streak
    first_value: Decimal
    seen_at: datetime


class AlertFollowing:
    """The clock's use cases, once a refresh of hot tokens."""

    def __init__(
        self,
        *,
        book: AlertBook,
        board: PriceBoard,
        triggers: Triggers,
        suspicions: Suspicions,
        wallets: Wallets,
        firing: AlertFiring,
        rules: TrustRules,
        clock: Clock,
    ) -> None:
        self._book = book
        self._board = board
        self._triggers = triggers
        self._suspicions = suspicions
        self._wallets = wallets
        self._firing = firing
        self._rules = rules
        self._clock = clock
        self._reached: dict[int, _Reached] = {}

    async def hear(self, alert_ids: Collection[int]) -> None:
        """Arm some alerts as they are now. Needs no permission: another process changed them."""
        alerts = {alert.alert_id: alert for alert in await self._book.find(sorted(alert_ids))}
        for alert_id in alert_ids:
            if alert_id in alerts:
                rearm(self._triggers, alerts[alert_id])
            else:
                disarm(self._triggers, alert_id)

    async def follow(self) -> None:
        """Do all of it."""
        await self.wake()
        await self.follow_positions()
        await self.watch_equity()

    async def wake(self) -> None:
        """Watch again what was snoozed until now; a level reached meanwhile fires then."""
        for alert in await self._book.wake(self._clock.now()):
            rearm(self._triggers, alert)

    async def follow_positions(self) -> None:
        """Work levels out again where a position changed; end the alerts of those that are over."""
        over: list[Alert] = []
        for moved in await self._book.moved_positions():
            if moved.position is None:
                over.append(moved.alert)
            else:
                await self._relevel(moved.alert, moved.position)
        if over:
            await self._book.retire(over)
            for alert in over:
                disarm(self._triggers, alert.alert_id)

    async def watch_equity(self) -> None:
        """Hold equity against its levels; it counts only while every part of it has a price."""
        watchers = await self._book.equity_watchers()
        reached: dict[int, _Reached] = {}
        hits: list[Hit] = []
        # A person's paper and their real money are two wallets, each with alerts of its own.
        for (user_id, mode), alerts in _by_wallet(watchers).items():
            portfolio = await self._portfolio(user_id, mode)
            if portfolio is None:
                continue
            equity = ui_amount(portfolio.equity_lamports, SOL_DECIMALS)
            for alert in alerts:
                if _level(alert).is_met(equity):
                    seen = reached[alert.alert_id] = self._note(alert, equity, portfolio)
                    if seen.streak.readings >= self._needed(portfolio):
                        hits.append(self._hit(alert, equity, seen))
        self._reached = reached
        if hits:
            await self._firing.claim(hits)

    async def _relevel(self, alert: Alert, position: Position) -> None:
        token = self._board.tokens.get(position.token_id)
        if token is None or alert.condition.move_bps is None or alert.condition.side is None:
            return
        levels = position_levels(
            position, token.decimals, alert.condition.move_bps, alert.condition.side
        )
        moved = await self._book.relevel(alert, levels, position_basis(position))
        if moved is not None:
            rearm(self._triggers, moved)

    async def _portfolio(self, user_id: int, mode: Mode) -> Portfolio | None:
        try:
            portfolio = await self._wallets.portfolio_of(user_id, mode)
        except Refusal:
            return None
        for one in portfolio.positions:
            if one.mark is None or self._suspicions.of(one.token.token_id) is not None:
                return None
        return portfolio

    def _note(self, alert: Alert, equity: Decimal, portfolio: Portfolio) -> _Reached:
        before = self._reached.get(alert.alert_id)
        streak = Streak.of(
            before.streak if before else None, max(self._slots(portfolio), default=0)
        )
        if before is not None:
            return _Reached(streak=streak, first_value=before.first_value, seen_at=before.seen_at)
        return _Reached(streak=streak, first_value=equity, seen_at=self._clock.now())

    def _slots(self, portfolio: Portfolio) -> Sequence[int]:
        priced = [self._board.priced(one.token.token_id) for one in portfolio.positions]
        return [each.best.slot for each in priced if each is not None]

    def _needed(self, portfolio: Portfolio) -> int:
        """Ask for as many readings as the thinnest pool in it needs; cash needs no second look."""
        priced = [self._board.priced(one.token.token_id) for one in portfolio.positions]
        depths = [each.best.curve.depth_quote_units() for each in priced if each is not None]
        return self._rules.readings_to_fire(min(depths)) if depths else 1

    def _hit(self, alert: Alert, equity: Decimal, seen: _Reached) -> Hit:
        assert alert.condition.level is not None, "equity has a level"  # noqa: S101
        return Hit(
            alert_id=alert.alert_id,
            generation=alert.generation,
            level=alert.condition.level,
            value=equity,
            first_value=seen.first_value,
            source_at=None,
            seen_at=seen.seen_at,
            confirmed_at=self._clock.now(),
        )


def _by_wallet(
    watchers: Mapping[int, Sequence[Alert]],
) -> Mapping[tuple[int, Mode], Sequence[Alert]]:
    found: dict[tuple[int, Mode], list[Alert]] = {}
    for user_id, alerts in watchers.items():
        for alert in alerts:
            found.setdefault((user_id, alert.mode), []).append(alert)
    return found


def _level(alert: Alert) -> Levels:
    level = alert.condition.level
    return Levels() if level is None else Levels.at(alert.side, level)
