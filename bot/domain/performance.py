"""How well somebody traded: the figures of a report, each from its own formula."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

FEWEST_RETURNS = 7
"""How many daily returns a ratio needs; from fewer it would say nothing but chance."""
DAYS_A_YEAR = 365
"""Markets of tokens never close, so that a year has as many trading days as days."""
_DIGITS = 28
_NOTHING = Decimal(0)


class Span(StrEnum):
    """How far back a report looks, never beyond the beginning of the season."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    @property
    def length(self) -> timedelta | None:
        """Give how long it is; None for the whole season."""
        return _LENGTHS.get(self)


_LENGTHS = {
    Span.DAY: timedelta(days=1),
    Span.WEEK: timedelta(days=7),
    Span.MONTH: timedelta(days=30),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """SOL that came into a wallet from outside, or (below zero) left it; no gain and no loss."""

    at: datetime
    lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityPoint:
    """What a wallet with everything in it was worth at a moment, in lamports."""

    at: datetime
    equity_lamports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """The deepest fall below the highest worth before it; `fraction` from 0 to 1."""

    fraction: Decimal = _NOTHING
    lamports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exits:
    """Closing fills added up. Each is one exit, as each of a position sold in three parts is.

    `gained_lamports` is the sum of those above zero, `lost_lamports` that of those below it,
    without its sign; `held_seconds` adds up the time from a position's opening to each exit. All
    are after network fees, those of the opening as well.
    """

    exits: int = 0
    wins: int = 0
    losses: int = 0
    gained_lamports: int = 0
    lost_lamports: int = 0
    held_seconds: Decimal = _NOTHING

    @property
    def realised_lamports(self) -> int:
        """Give what all exits came to."""
        return self.gained_lamports - self.lost_lamports

    @property
    def win_rate(self) -> Decimal | None:
        """Give the exits above zero as a fraction of all; None without any.

        Source: "percent profitable", R. Pardo, The Evaluation and Optimization of Trading
        Strategies (2008).
        """
        return Decimal(self.wins) / self.exits if self.exits else None

    @property
    def profit_factor(self) -> Decimal | None:
        """Give what was gained by what was lost; None where nothing was lost.

        Source: R. Pardo, The Evaluation and Optimization of Trading Strategies (2008).
        """
        if not self.lost_lamports:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            return Decimal(self.gained_lamports) / self.lost_lamports

    @property
    def expectancy_lamports(self) -> Decimal | None:
        """Give what an exit came to on average: win rate x average win - loss rate x average loss.

        Which is the sum by the count. Source: Van K. Tharp, Trade Your Way to Financial Freedom.
        """
        if not self.exits:
            return None
        with localcontext() as context:
            context.prec = _DIGITS
            return Decimal(self.realised_lamports) / self.exits

    @property
    def average_held(self) -> timedelta | None:
        """Give how long an exit's position had been open on average; None without any exit."""
        if not self.exits:
            return None
        return timedelta(seconds=float(self.held_seconds / self.exits))


def max_drawdown(worths: Iterable[int]) -> Drawdown:
    """Give the deepest fall in a course of worths, as a share of the highest before it.

    Source: Magdon-Ismail and Atiya, Maximum Drawdown, Risk 17/10 (2004). A fall from nothing is
    none; of two falls of one share the first counts.
    """
    deepest, peak = Drawdown(), 0
    for worth in worths:
        peak = max(peak, worth)
        # Compared by multiplying, so that no rounding decides.
        if peak and (peak - worth) > deepest.fraction * peak:
            with localcontext() as context:
                context.prec = _DIGITS
                fraction = Decimal(peak - worth) / peak
            deepest = Drawdown(fraction=fraction, lamports=peak - worth)
    return deepest


def as_if_always_there(
    points: Sequence[EquityPoint], flows: Sequence[Flow]
) -> tuple[EquityPoint, ...]:
    """Give a course as if all that came from outside, or left, had been so from its beginning.

    What remains of its rises and falls is what trading brought. Both are in order.
    """
    later, left, adjusted = 0, list(flows), list[EquityPoint]()
    for point in reversed(points):
        while left and left[-1].at > point.at:
            later += left.pop().lamports
        adjusted.append(EquityPoint(at=point.at, equity_lamports=point.equity_lamports + later))
    return tuple(reversed(adjusted))


def daily_closes(opening: EquityPoint, points: Sequence[EquityPoint], now: datetime) -> list[int]:
    """Give the worth at the end of each UTC day from the opening's to now, the opening's first.

    A day without a point ends as it began: a wallet without positions is not asked for its worth.
    `points` are in order and none is before the opening.
    """
    last_of = {_day(point.at): point.equity_lamports for point in points}
    first = _day(opening.at)
    closes, worth = [opening.equity_lamports], opening.equity_lamports
    for number in range((_day(now) - first).days + 1):
        worth = last_of.get(first + timedelta(days=number), worth)
        closes.append(worth)
    return closes


def returns(worths: Sequence[int]) -> list[Decimal]:
    """Give each worth by the one before it, less one; what comes after nothing has no return."""
    with localcontext() as context:
        context.prec = _DIGITS
        return [Decimal(after) / before - 1 for before, after in pairwise(worths) if before > 0]


def sharpe(daily: Sequence[Decimal]) -> Decimal | None:
    """Give mean by standard deviation (n - 1) of daily returns, times the root of 365.

    Against a riskless return of nothing. None where there are fewer than `FEWEST_RETURNS`, or
    where they are all alike. Source: W. F. Sharpe, The Sharpe Ratio, Journal of Portfolio
    Management 21/1 (1994).
    """
    if len(daily) < FEWEST_RETURNS:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        mean = sum(daily, _NOTHING) / len(daily)
        spread = sum(((one - mean) ** 2 for one in daily), _NOTHING) / (len(daily) - 1)
        return _annual(mean, spread)


def sortino(daily: Sequence[Decimal]) -> Decimal | None:
    """Give mean by downside deviation of daily returns, times the root of 365.

    The downside deviation is the root of the mean, over all days, of the squared returns below
    zero. None where there are fewer than `FEWEST_RETURNS`, or none below zero. Source: Sortino and
    Price, Performance Measurement in a Downside Risk Framework, Journal of Investing 3/3 (1994).
    """
    if len(daily) < FEWEST_RETURNS:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        mean = sum(daily, _NOTHING) / len(daily)
        below = sum((one**2 for one in daily if one < 0), _NOTHING) / len(daily)
        return _annual(mean, below)


def exit_growth(
    *, is_long: bool, sol_lamports: int, fee_lamports: int, realised_lamports: int
) -> Decimal | None:
    """Give what an exit came to by what the closed part had cost, or was sold short for.

    That is not kept with a fill and follows from it: a long's result is what was fetched less
    the fee and the cost, a short's what it was sold for less the purchase and the fee.
    """
    fetched = sol_lamports - fee_lamports if is_long else sol_lamports + fee_lamports
    stake = fetched - realised_lamports if is_long else fetched + realised_lamports
    return change(stake, stake + realised_lamports)


def change(before: int, after: int) -> Decimal | None:
    """Give how much a worth grew, as a fraction; None where there was nothing to grow."""
    if before <= 0:
        return None
    with localcontext() as context:
        context.prec = _DIGITS
        return Decimal(after - before) / before


def median(values: Sequence[Decimal]) -> Decimal | None:
    """Give the middle value, the mean of the middle two of an even number; None of none."""
    ranked, half = sorted(values), len(values) // 2
    if not ranked:
        return None
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


def _annual(mean: Decimal, variance: Decimal) -> Decimal | None:
    if not variance:
        return None
    return mean / variance.sqrt() * Decimal(DAYS_A_YEAR).sqrt()


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
