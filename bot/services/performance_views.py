"""What reports answer with, and how a report is made of a record and of what is held now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.domain.charts import Theme
from bot.domain.performance import (
    Drawdown,
    EquityPoint,
    Exits,
    Span,
    as_if_always_there,
    change,
    daily_closes,
    max_drawdown,
    returns,
    sharpe,
    sortino,
)
from bot.domain.users import Mode
from bot.ports.books import ClosedOrder
from bot.ports.performance import ReasonResult, Record, TokenResult
from bot.services.views import Portfolio

_MOST_POINTS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class PnlReport:
    """A span of a season in figures; all amounts in lamports.

    `opening` is the worth that the span is measured from: the grant where the season began within
    it, else the last worth known before it, or the first known after. `unrealised_lamports` is
    that of now, whatever the span. What was realised is after network fees and the funding of
    shorts; both are told apart, as are the pools' own fees, which are in the prices of the fills.
    `flow_lamports` came into a live wallet during the span, less what left it: neither gain nor
    loss, so `opening` and `course` are as if it had always been there.
    `days` counts the daily returns that the ratios are made of.
    """

    mode: Mode
    span: Span
    season: int
    season_began_at: datetime
    grant_lamports: int
    until: datetime
    opening: EquityPoint
    equity_lamports: int
    unrealised_lamports: int
    open_positions: int
    is_whole: bool
    oldest_age_seconds: float | None
    sol_usd: Decimal | None
    fills: int
    exits: Exits
    network_fees_lamports: int
    pool_fees_lamports: int
    funding_lamports: int
    by_token: tuple[TokenResult, ...]
    by_reason: tuple[ReasonResult, ...]
    drawdown: Drawdown
    sharpe: Decimal | None
    sortino: Decimal | None
    days: int
    course: tuple[EquityPoint, ...]
    flow_lamports: int = 0

    @property
    def realised_lamports(self) -> int:
        """Give what the span's exits came to, less what shorts paid as funding meanwhile.

        Of a whole season this and `unrealised_lamports` are equity less grant, to the lamport.
        """
        return self.exits.realised_lamports - self.funding_lamports

    @property
    def growth(self) -> Decimal | None:
        """Give by which fraction equity grew over the span."""
        return change(self.opening.equity_lamports, self.equity_lamports)

    @property
    def gained_lamports(self) -> int:
        """Give by how much equity grew over the span."""
        return self.equity_lamports - self.opening.equity_lamports


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A picture about to be sent: what its caption needs, and the recipe it is drawn from.

    `what` is `curve`, `card` or `receipt`; the first two have a report, the last an order.
    """

    what: str
    user_id: int
    theme: Theme
    shows_amounts: bool
    mode: Mode
    report: PnlReport | None = None
    order: ClosedOrder | None = None

    @property
    def recipe(self) -> Mapping[str, object]:
        """Give what `Performance.draw` draws from."""
        return {
            "what": self.what,
            "user_id": self.user_id,
            "mode": self.mode.value,
            "theme": self.theme.value,
            "amounts": self.shows_amounts,
            "span": self.report.span.value if self.report else None,
            "order": self.order.order_number if self.order else None,
        }


def report_of(record: Record, span: Span, held: Portfolio) -> PnlReport:
    """Make a report of a record and of its desk's positions at what they would fetch now."""
    now = EquityPoint(at=record.until, equity_lamports=held.equity_lamports)
    points = as_if_always_there(record.points, record.flows)
    opening = _opening(record, points, now)
    later = [point for point in points if opening.at < point.at < now.at]
    course = (opening, *later, now) if opening.at < now.at else (now,)
    daily = returns(daily_closes(opening, course, now.at))
    marks = (one.mark for one in held.positions)
    wallet = record.desk.wallet
    return PnlReport(
        mode=wallet.mode,
        span=span,
        season=wallet.season,
        season_began_at=wallet.started_at,
        grant_lamports=wallet.grant_lamports,
        until=record.until,
        opening=opening,
        equity_lamports=held.equity_lamports,
        unrealised_lamports=sum(mark.unrealised_pnl_lamports for mark in marks if mark),
        open_positions=len(held.positions),
        is_whole=held.is_whole,
        oldest_age_seconds=held.oldest_age_seconds,
        sol_usd=held.sol_usd,
        fills=record.fills,
        exits=record.exits,
        network_fees_lamports=record.network_fees_lamports,
        pool_fees_lamports=record.pool_fees_lamports,
        funding_lamports=record.funding_lamports,
        by_token=record.by_token,
        by_reason=record.by_reason,
        drawdown=max_drawdown(point.equity_lamports for point in course),
        sharpe=sharpe(daily),
        sortino=sortino(daily),
        days=len(daily),
        course=_drawn(course),
        flow_lamports=sum(flow.lamports for flow in record.flows if flow.at > opening.at),
    )


def _opening(record: Record, points: Sequence[EquityPoint], now: EquityPoint) -> EquityPoint:
    wallet = record.desk.wallet
    if record.since <= wallet.started_at:
        flowed = sum(flow.lamports for flow in record.flows)
        return EquityPoint(at=wallet.started_at, equity_lamports=wallet.grant_lamports + flowed)
    if not points:
        return now
    first = points[0]
    return EquityPoint(at=max(first.at, record.since), equity_lamports=first.equity_lamports)


def _drawn(course: tuple[EquityPoint, ...]) -> tuple[EquityPoint, ...]:
    """Give as many points as a picture can show: of each stretch the lowest and the highest."""
    if len(course) <= _MOST_POINTS:
        return course
    stretch = -(-len(course) // (_MOST_POINTS // 2))
    kept = {course[0].at: course[0], course[-1].at: course[-1]}
    for first in range(0, len(course), stretch):
        part = course[first : first + stretch]
        for one in (min(part, key=_worth), max(part, key=_worth)):
            kept[one.at] = one
    return tuple(kept[at] for at in sorted(kept))


def _worth(point: EquityPoint) -> int:
    return point.equity_lamports
