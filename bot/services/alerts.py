"""Alerts for people: place, list, change, snooze, end them; say how loud, and what came late."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.domain.alert_firings import Firing
from bot.domain.alert_hours import AlertSettings, Loudness
from bot.domain.alerts import (
    OF_A_WALLET,
    Alert,
    AlertKind,
    AlertSide,
    Condition,
    Levels,
    NewAlert,
    move_levels,
    position_basis,
    position_levels,
)
from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.money import SOL_DECIMALS, ui_amount
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.triggers import Gauge
from bot.domain.users import Mode, Permission, User
from bot.ports.alerts import AlertBook, SettingsAnswer
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.alert_levels import (
    AlertLine,
    NotWatched,
    as_said,
    distance_to,
    level_of,
    levels_as_said,
    rearm,
)
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets

_LATE_DAYS, _MOST_FIRINGS, _MOST_LATE = 7, 500, 10
_FAR = Decimal(10) ** 12

LineAnswer = Callable[[AlertLine], Sequence[Notice]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LateReport:
    """The firings of the last week that took longer than the target, and those switched off."""

    fired: int
    late: tuple[tuple[Firing, Token | None], ...]
    late_count: int
    target_seconds: float
    now: datetime


class Alerts:
    """The use cases around a person's alerts; each sees and changes only their own."""

    def __init__(
        self,
        *,
        book: AlertBook,
        board: PriceBoard,
        books: Books,
        triggers: Triggers,
        suspicions: Suspicions,
        wallets: Wallets,
        clock: Clock,
        target_seconds: float,
    ) -> None:
        self._book = book
        self._board = board
        self._books = books
        self._triggers = triggers
        self._suspicions = suspicions
        self._wallets = wallets
        self._clock = clock
        self._target_seconds = target_seconds

    async def place(
        self, request: Request, token_id: int | None, condition: Condition, answer: LineAnswer
    ) -> None:
        """Watch for a condition.

        Raises `Refusal` (`alerts_full`, `level_met`, `figure_unknown`, `alert_unreachable`,
        `unknown_position`, `already_done`).
        """
        request.user.require(Permission.VIEW_OWN)
        new, now = await self._work_out(request.user, token_id, condition)
        alert = await self._book.place(request, new, lambda kept: answer(self._line(kept, now)))
        rearm(self._triggers, alert)

    async def edit(
        self, request: Request, alert_id: int, condition: Condition, answer: LineAnswer
    ) -> None:
        """Give an armed alert another condition; raises `Refusal` as `place`, `unknown_alert`."""
        request.user.require(Permission.VIEW_OWN)
        before = (await self.one(request.user, alert_id)).alert
        new, now = await self._work_out(request.user, before.token_id, condition)
        alert = await self._book.move(
            request, alert_id, new, lambda kept: answer(self._line(kept, now))
        )
        rearm(self._triggers, alert)

    async def snooze(self, request: Request, alert_id: int, hours: int, answer: LineAnswer) -> None:
        """Be silent for some hours, or watch again at once for none; raises `Refusal`.

        One that has fired is armed anew, and fires at the end of the snooze if it holds then.
        """
        request.user.require(Permission.VIEW_OWN)
        until = self._clock.now() + timedelta(hours=hours) if hours else None
        alert = await self._book.snooze(
            request, alert_id, until, lambda kept: answer(self._line(kept, self._figure(kept)))
        )
        rearm(self._triggers, alert)

    async def delete(self, request: Request, alert_id: int, answer: LineAnswer) -> None:
        """End an alert; raises `Refusal("unknown_alert")`."""
        request.user.require(Permission.VIEW_OWN)
        alert = await self._book.cancel(
            request, alert_id, lambda kept: answer(self._line(kept, None))
        )
        rearm(self._triggers, alert)

    async def alerts(self, user: User) -> tuple[AlertLine, ...]:
        """Give a person's alerts, those whose figure is closest to its level first.

        What watches a position or a wallet is shown in its own mode.
        """
        user.require(Permission.VIEW_OWN)
        alerts = [
            alert
            for alert in await self._book.of(user.user_id)
            if alert.mode is user.mode or alert.condition.kind not in OF_A_WALLET
        ]
        equity: Decimal | None = None
        if any(alert.condition.kind is AlertKind.EQUITY for alert in alerts):
            equity = await self._equity(user)
        lines = [
            self._line(alert, equity if alert.token_id is None else self._figure(alert))
            for alert in alerts
        ]
        return tuple(sorted(lines, key=_nearness))

    async def one(self, user: User, alert_id: int) -> AlertLine:
        """Give one of a person's armed alerts; raises `Refusal("unknown_alert")`."""
        user.require(Permission.VIEW_OWN)
        for line in await self.alerts(user):
            if line.alert.alert_id == alert_id:
                return line
        raise Refusal("unknown_alert", number=alert_id)

    async def late(self, user: User) -> LateReport:
        """Tell which firings of the last week missed the target, and what held them up."""
        user.require(Permission.VIEW_OWN)
        now = self._clock.now()
        firings = await self._book.firings(
            user.user_id, now - timedelta(days=_LATE_DAYS), _MOST_FIRINGS
        )
        late = [
            firing
            for firing in firings
            if firing.loudness is Loudness.OFF
            or firing.is_given_up
            or firing.seconds(now) > self._target_seconds
        ]
        return LateReport(
            fired=len(firings),
            late=tuple((firing, self._token(firing.token_id)) for firing in late[:_MOST_LATE]),
            late_count=len(late),
            target_seconds=self._target_seconds,
            now=now,
        )

    async def settings(self, user: User) -> AlertSettings:
        """Give how a person wants to be told."""
        user.require(Permission.VIEW_OWN)
        return await self._book.settings(user.user_id)

    async def keep_settings(
        self, request: Request, settings: AlertSettings, answer: SettingsAnswer
    ) -> None:
        """Change how a person wants to be told."""
        request.user.require(Permission.VIEW_OWN)
        await self._book.keep_settings(request, settings, answer)

    async def _work_out(
        self, user: User, token_id: int | None, condition: Condition
    ) -> tuple[NewAlert, Decimal | None]:
        """Give what is to be kept, and the figure of now."""
        if condition.kind is AlertKind.EQUITY:
            new, now = _of_equity(condition, user.mode), await self._equity(user)
        elif condition.kind is AlertKind.POSITION:
            new = await self._of_position(user, condition)
            now = self._triggers.gauge(new.token_id or 0, Gauge.PRICE_SOL)
        else:
            new, now = self._of_token(token_id, condition)
        self._refuse_met(new, now)
        return new, now

    async def _of_position(self, user: User, condition: Condition) -> NewAlert:
        desk = await self._books.desk(user.user_id, user.mode, "")
        number = condition.position_number
        position = next((each for each in desk.positions if each.number == number), None)
        if position is None:
            raise Refusal("unknown_position", number=number)
        token = self._board.tokens[position.token_id]
        assert condition.move_bps is not None, "a gain is a share"  # noqa: S101
        assert condition.side is not None, "a gain has a side"  # noqa: S101
        levels = position_levels(position, token.decimals, condition.move_bps, condition.side)
        if levels == Levels():
            raise Refusal("alert_unreachable")
        return NewAlert(
            condition=condition,
            side=condition.side,
            token_id=position.token_id,
            levels=levels,
            season=desk.wallet.season,
            basis=position_basis(position),
            mode=user.mode,
        )

    def _of_token(
        self, token_id: int | None, condition: Condition
    ) -> tuple[NewAlert, Decimal | None]:
        token, gauge = self._token(token_id), condition.gauge
        if token is None or gauge is None:
            raise Refusal("unknown_token", text=str(token_id or "?"))
        now = self._triggers.gauge(token.token_id, gauge)
        is_needed = condition.side is None or condition.move_bps is not None
        if now is None and (is_needed or gauge is Gauge.VOLUME_USD):
            raise Refusal("figure_unknown", symbol=token.symbol, figure=_NAMES[gauge])
        if condition.move_bps is not None and now is not None:
            side = condition.side or AlertSide.BOTH
            levels = move_levels(now, condition.move_bps, side)
            kept = replace(condition, side=side)
            return _new(token, kept, levels, anchor=now), now
        level = level_of(condition, token)
        side = condition.side or (AlertSide.BELOW if now and now > level else AlertSide.ABOVE)
        return _new(token, replace(condition, side=side), Levels.at(side, level)), now

    def _refuse_met(self, new: NewAlert, now: Decimal | None) -> None:
        levels = new.levels
        if new.token_id is None and new.condition.level is not None:
            levels = Levels.at(new.side, new.condition.level)
        if now is not None and levels.is_met(now):
            raise Refusal("level_met")

    def _line(self, alert: Alert, figure: Decimal | None) -> AlertLine:
        token = self._token(alert.token_id)
        asleep = self._asleep(alert, figure)
        levels = levels_as_said(alert, token)
        now = None if figure is None else as_said(alert.condition.kind, token, figure)
        distance = distance_to(levels, now) if asleep in (None, NotWatched.SNOOZED) else None
        return AlertLine(
            alert=alert, token=token, levels=levels, now=now, distance=distance, asleep=asleep
        )

    def _asleep(self, alert: Alert, figure: Decimal | None) -> NotWatched | None:
        if alert.snoozed_until is not None:
            return NotWatched.SNOOZED
        if alert.token_id is not None and alert.levels == Levels():
            return NotWatched.UNREACHABLE
        if figure is None:
            return NotWatched.NO_FIGURE
        if alert.token_id is not None and self._suspicions.of(alert.token_id) is not None:
            return NotWatched.DISPUTED
        return None

    def _figure(self, alert: Alert) -> Decimal | None:
        gauge = alert.condition.gauge
        if gauge is None or alert.token_id is None:
            return None
        return self._triggers.gauge(alert.token_id, gauge)

    async def _equity(self, user: User) -> Decimal | None:
        portfolio = await self._wallets.portfolio_of(user.user_id, user.mode)
        if any(one.mark is None for one in portfolio.positions):
            return None
        return ui_amount(portfolio.equity_lamports, SOL_DECIMALS)

    def _token(self, token_id: int | None) -> Token | None:
        return None if token_id is None else self._board.tokens.get(token_id)


_NAMES = {
    Gauge.PRICE_SOL: "price",
    Gauge.PRICE_USD: "price in dollars",
    Gauge.LIQUIDITY_SOL: "liquidity",
    Gauge.VOLUME_USD: "volume of a day",
}


def _new(
    token: Token, condition: Condition, levels: Levels, anchor: Decimal | None = None
) -> NewAlert:
    assert condition.side is not None, "its side was decided"  # noqa: S101
    return NewAlert(
        condition=condition,
        side=condition.side,
        token_id=token.token_id,
        levels=levels,
        anchor=anchor,
    )


def _of_equity(condition: Condition, mode: Mode) -> NewAlert:
    assert condition.side is not None, "equity has a side"  # noqa: S101
    return NewAlert(
        condition=condition, side=condition.side, token_id=None, levels=Levels(), mode=mode
    )


def _nearness(line: AlertLine) -> tuple[bool, Decimal, int]:
    is_asleep = line.asleep is not None
    return is_asleep, _FAR if line.distance is None else line.distance, line.alert.alert_id
