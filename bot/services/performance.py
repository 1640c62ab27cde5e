"""How somebody's season goes: figures of a span, their pictures, and the course of equity."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.cards import Card, EquityCurve, FillAmounts, PnlAmounts, PnlCard, ReceiptCard
from bot.domain.charts import Theme
from bot.domain.errors import Refusal
from bot.domain.orders import OrderAction
from bot.domain.performance import EquityPoint, Span, exit_growth
from bot.domain.positions import Side
from bot.domain.users import Mode, Permission, User
from bot.ports.books import Books, ClosedOrder
from bot.ports.charts import CardPainter, ChartDesk
from bot.ports.clock import Clock
from bot.ports.performance import Due, PerformanceBook, Record, Sample
from bot.services.performance_views import CardView, PnlReport, report_of
from bot.services.valuation import Valuation

_AT_ONCE, _BATCH = 16, 200
_KEEP_ALL, _THINNED_AGAIN = timedelta(days=30), timedelta(days=60)
_FEWEST_POINTS = 2
_NO_REQUEST = ""


class Performance:
    """The use cases around a person's results; each sees only their own."""

    def __init__(
        self,
        *,
        books: Books,
        book: PerformanceBook,
        valuation: Valuation,
        desk: ChartDesk,
        painter: CardPainter,
        clock: Clock,
    ) -> None:
        self._books = books
        self._book = book
        self._valuation = valuation
        self._desk = desk
        self._painter = painter
        self._clock = clock

    async def pnl(self, user: User, span: Span) -> PnlReport:
        """Give the figures of a span of the mode's season, all read in one snapshot."""
        user.require(Permission.VIEW_OWN)
        return await self.report(user.user_id, user.mode, span)

    async def report(self, user_id: int, mode: Mode, span: Span) -> PnlReport:
        """Give the figures of somebody's span.

        Needs no permission: what asks it has required one, or asks for the clock.
        """
        record = await self._record(user_id, mode, span)
        return report_of(record, span, await self._valuation.whole(record.desk))

    async def curve(
        self, user: User, span: Span, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        """Give the picture of how equity went; a theme that is named becomes the person's own.

        Raises `Refusal` (`no_course`) where fewer than two moments are known.
        """
        user.require(Permission.VIEW_OWN)
        report = await self.report(user.user_id, user.mode, span)
        if len(report.course) < _FEWEST_POINTS:
            raise Refusal("no_course")
        chosen = await self._theme(user, theme)
        return CardView(
            what="curve",
            user_id=user.user_id,
            mode=user.mode,
            report=report,
            theme=chosen,
            shows_amounts=amounts,
        )

    async def card(
        self, user: User, span: Span, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        """Give the card of a span, to share; without the wallet's figures unless asked."""
        user.require(Permission.VIEW_OWN)
        report = await self.report(user.user_id, user.mode, span)
        chosen = await self._theme(user, theme)
        return CardView(
            what="card",
            user_id=user.user_id,
            mode=user.mode,
            report=report,
            theme=chosen,
            shows_amounts=amounts,
        )

    async def receipt(
        self, user: User, number: int, *, theme: Theme | None = None, amounts: bool = False
    ) -> CardView:
        """Give the card of a fill of this season, to share; raises `Refusal` (`unknown_order`)."""
        user.require(Permission.VIEW_OWN)
        order = await self._order(user.user_id, user.mode, number)
        chosen = await self._theme(user, theme)
        return CardView(
            what="receipt",
            user_id=user.user_id,
            mode=user.mode,
            order=order,
            theme=chosen,
            shows_amounts=amounts,
        )

    async def draw(self, recipe: Mapping[str, object]) -> bytes:
        """Draw the picture of a recipe as PNG; raises `Unavailable` or `Refusal`.

        Needs no permission: only `curve`, `card` and `receipt`, which require one, make recipes.
        """
        return await self._painter.draw_card(await self._to_draw(recipe))

    async def sample(self) -> None:
        """Write down what wallets are worth that changed, or hold something; asked by the clock.

        A wallet that cannot be valued now is left for the next time; one that fails holds up no
        other.
        """
        behind: Due | None = None
        failures: list[BaseException] = []
        while due := await self._book.due(self._clock.now(), behind, _BATCH):
            behind = due[-1]
            for first in range(0, len(due), _AT_ONCE):
                some = due[first : first + _AT_ONCE]
                found = await asyncio.gather(*map(self._sample, some), return_exceptions=True)
                await self._book.write_down([one for one in found if isinstance(one, Sample)])
                failures += [one for one in found if isinstance(one, BaseException)]
        if failures:
            raise failures[0]

    async def thin(self) -> None:
        """Leave three points a day of what is older than a month; asked by the clock."""
        now = self._clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        await self._book.thin(midnight - _KEEP_ALL, midnight - _THINNED_AGAIN)

    async def _sample(self, due: Due) -> Sample | None:
        desk = await self._books.desk(due.user_id, due.mode, _NO_REQUEST)
        portfolio = await self._valuation.known(desk)
        if portfolio is None:
            return None
        return Sample(
            user_id=due.user_id,
            mode=due.mode,
            season=desk.wallet.season,
            version=desk.wallet.version,
            point=EquityPoint(at=self._clock.now(), equity_lamports=portfolio.equity_lamports),
        )

    async def _record(self, user_id: int, mode: Mode, span: Span) -> Record:
        return await self._book.record(user_id, mode, length=span.length, until=self._clock.now())

    async def _theme(self, user: User, named: Theme | None) -> Theme:
        if named is None:
            return await self._desk.theme(user.user_id)
        await self._desk.choose_theme(user.user_id, named)
        return named

    async def _order(self, user_id: int, mode: Mode, number: int) -> ClosedOrder:
        desk = await self._books.desk(user_id, mode, _NO_REQUEST)
        season = desk.wallet.season
        found = await self._books.history(user_id, mode, season, number + 1, 1)
        if not found or found[0].order_number != number:
            raise Refusal("unknown_order", number=number)
        return found[0]

    async def _to_draw(self, recipe: Mapping[str, object]) -> Card:
        user_id, mode = int(str(recipe["user_id"])), Mode(str(recipe["mode"]))
        theme, shows_amounts = Theme(str(recipe["theme"])), recipe["amounts"] is True
        if recipe["what"] == "receipt":
            order = await self._order(user_id, mode, int(str(recipe["order"])))
            return receipt_card(order, mode, theme, shows_amounts=shows_amounts)
        report = await self.report(user_id, mode, Span(str(recipe["span"])))
        if recipe["what"] == "curve":
            return equity_curve(report, theme, shows_amounts=shows_amounts)
        return pnl_card(report, theme, shows_amounts=shows_amounts)


def equity_curve(report: PnlReport, theme: Theme, *, shows_amounts: bool) -> EquityCurve:
    """Give the picture of a report's course."""
    return EquityCurve(
        mode=report.mode,
        theme=theme,
        span=report.span,
        season=report.season,
        points=report.course,
        drawdown=report.drawdown.fraction,
        shows_amounts=shows_amounts,
    )


def pnl_card(report: PnlReport, theme: Theme, *, shows_amounts: bool) -> PnlCard:
    """Give the card of a report, the wallet's own figures only where they are asked for."""
    amounts = PnlAmounts(
        equity_lamports=report.equity_lamports,
        realised_lamports=report.realised_lamports,
        unrealised_lamports=report.unrealised_lamports,
    )
    return PnlCard(
        mode=report.mode,
        theme=theme,
        span=report.span,
        season=report.season,
        at=report.until,
        growth=report.growth,
        exits=report.exits.exits,
        win_rate=report.exits.win_rate,
        profit_factor=report.exits.profit_factor,
        drawdown=report.drawdown.fraction,
        sharpe=report.sharpe,
        average_held=report.exits.average_held,
        points=_hidden(report.course) if not shows_amounts else report.course,
        amounts=amounts if shows_amounts else None,
    )


def receipt_card(
    order: ClosedOrder, mode: Mode, theme: Theme, *, shows_amounts: bool
) -> ReceiptCard:
    """Give the card of a fill, its amounts only where they are asked for."""
    receipt, token, fill = order.receipt, order.token, order.receipt.fill
    amounts = FillAmounts(
        sol_lamports=fill.sol_lamports, realised_lamports=receipt.realised_pnl_lamports
    )
    return ReceiptCard(
        mode=mode,
        theme=theme,
        symbol=token.symbol,
        short_mint=f"{token.mint[:4]}…{token.mint[-4:]}",
        side=receipt.side,
        leverage=receipt.leverage,
        title=_deed(order),
        reason=order.reason.value.replace("_", " "),
        at=receipt.times.filled_at,
        decided_price=token.shown_price(fill.decided_price),
        fill_price=token.shown_price(fill.fill_price),
        impact=fill.impact,
        growth=None
        if receipt.action is not OrderAction.CLOSE
        else exit_growth(
            is_long=receipt.side is Side.LONG,
            sol_lamports=fill.sol_lamports,
            fee_lamports=fill.network_fee_lamports,
            realised_lamports=receipt.realised_pnl_lamports or 0,
        ),
        held=_held(order),
        amounts=amounts if shows_amounts else None,
    )


def _held(order: ClosedOrder) -> timedelta | None:
    if order.opened_at is None or order.receipt.action is OrderAction.OPEN:
        return None
    return order.receipt.times.filled_at - order.opened_at


def _deed(order: ClosedOrder) -> str:
    match order.receipt.action, order.receipt.side:
        case OrderAction.LIQUIDATE, _:
            return "Liquidated"
        case OrderAction.OPEN, Side.LONG:
            return "Bought"
        case OrderAction.OPEN, Side.SHORT:
            return "Sold short"
        case _, Side.LONG:
            return "Sold"
        case _:
            return "Bought back"


def _hidden(course: Sequence[EquityPoint]) -> tuple[EquityPoint, ...]:
    """Give a course from one billion on, so that a card cannot tell what a wallet holds."""
    first = next((one.equity_lamports for one in course if one.equity_lamports), 1)
    scaled = (one.equity_lamports * 10**9 // first for one in course)
    return tuple(
        replace(one, equity_lamports=worth) for one, worth in zip(course, scaled, strict=True)
    )
