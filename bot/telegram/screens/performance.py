"""What a season came to: the figures of a span, by token and by reason, and its pictures."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from bot.domain.charts import Theme
from bot.domain.performance import FEWEST_RETURNS, Exits, Span
from bot.services.performance_views import CardView, PnlReport
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, headed, key, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures

_MOST_LINES = 12
_LARGEST_FACTOR = 999
_Part = tuple[Text | str, Exits, int]
"""A name, the exits under it, and the lamports they came to, funding taken off."""
_SPANS = {Span.DAY: "24 h", Span.WEEK: "7 d", Span.MONTH: "30 d", Span.ALL: "Season"}


def pnl(report: PnlReport, keys: Keys) -> Screen:
    """Show a span's figures with the ways to look closer."""
    return Screen(
        text=lines(_title(report, "P&L"), *figure_lines(report)), rows=_rows(report, keys)
    )


def figure_lines(report: PnlReport) -> tuple[str, ...]:
    """Give a report's figures, a line each."""
    return (
        _growth_line(report),
        (
            f"Equity {figures.with_sol(report.equity_lamports)}"
            f"{figures.in_usd(report.equity_lamports, report.sol_usd)}"
            f" · since {figures.day_and_time(report.opening.at)} UTC"
        ),
        (
            f"Realised {figures.signed_sol(report.realised_lamports)} · "
            f"open now {figures.signed_sol(report.unrealised_lamports)}"
        ),
        _fee_line(report),
        _funding_line(report),
        *_exit_lines(report.exits),
        (
            f"Max drawdown {figures.percent(report.drawdown.fraction)} "
            f"({figures.with_sol(report.drawdown.lamports)})"
        ),
        _ratio_line(report),
        "" if report.is_whole else "⚠️ Some positions cannot be priced whole right now.",
    )


def by_token(report: PnlReport, keys: Keys) -> Screen:
    """Show what each token's exits came to, the largest results first."""
    found = [
        (named(one.token.symbol, 16), one.exits, one.realised_lamports) for one in report.by_token
    ]
    return _breakdown(report, "by token", found, keys)


def by_reason(report: PnlReport, keys: Keys) -> Screen:
    """Show what the exits for each reason came to, the most frequent first, and the funding."""
    found: list[_Part] = [
        (one.reason.replace("_", " "), one.exits, one.exits.realised_lamports)
        for one in report.by_reason
    ]
    if report.funding_lamports:
        # No exit's own, and part of what was realised: beside the exits, so that the sum is right.
        found.insert(_MOST_LINES - 1, ("funding of shorts", Exits(), -report.funding_lamports))
    return _breakdown(report, "by exit reason", found, keys)


def curve(view: CardView, keys: Keys) -> Screen:
    """Show the picture of a span's equity with the buttons that change it."""
    report = _of_span(view)
    others = tuple(
        key(keys, _marked(label, span is report.span), "curve", 0, span.value)
        for span, label in _SPANS.items()
    )
    return Screen(
        text=lines(_title(report, "Equity"), _growth_line(report, hides=not view.shows_amounts)),
        rows=(
            others[:2],
            others[2:],
            _changes(view, keys, "curve", 0, report.span.value),
            (key(keys, "P&L", "pnl", 0, report.span.value),),
        ),
        picture=view.recipe,
    )


def card(view: CardView, keys: Keys) -> Screen:
    """Show the card of a span with the buttons that change it."""
    report = _of_span(view)
    return Screen(
        text=lines(_title(report, "Card"), _sharing_line(view)),
        rows=(
            _changes(view, keys, "pcard", 0, report.span.value),
            (key(keys, "P&L", "pnl", 0, report.span.value),),
        ),
        picture=view.recipe,
    )


def receipt(view: CardView, keys: Keys) -> Screen:
    """Show the card of a fill with the buttons that change it."""
    order = view.order
    if order is None:
        raise AssertionError("a receipt's card is of an order")
    name = Text(named(order.token.symbol, 16), f" order #{order.order_number}")
    return Screen(
        text=lines(headed(view.mode, "Card", name), _sharing_line(view)),
        rows=(
            _changes(view, keys, "rcard", order.order_number, ""),
            (key(keys, "History", "hist"), key(keys, "P&L", "pnl")),
        ),
        picture=view.recipe,
    )


def duration(held: timedelta) -> str:
    """Give how long something took in its two largest units."""
    seconds = int(held.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def _title(report: PnlReport, what: str) -> Text:
    span = () if report.span is Span.ALL else (_SPANS[report.span],)
    return headed(report.mode, what, *span, f"season {report.season}")


def _growth_line(report: PnlReport, *, hides: bool = False) -> str:
    gain = report.gained_lamports
    sign = "🟢" if gain >= 0 else "🔴"
    growth = "" if report.growth is None else figures.signed_percent(report.growth)
    if hides:
        return f"{sign} {growth}"
    share = f" · {growth}" if growth else ""
    return f"{sign} {figures.signed_sol(gain)}{figures.in_usd(gain, report.sol_usd)}{share}"


def _fee_line(report: PnlReport) -> str:
    network = figures.with_sol(report.network_fees_lamports)
    pools = figures.with_sol(report.pool_fees_lamports)
    return f"Fees, counted above: network {network} · pools {pools}"


def _funding_line(report: PnlReport) -> str:
    if not report.funding_lamports:
        return ""
    paid = figures.with_sol(report.funding_lamports)
    return f"Funding of shorts, counted above: {paid} (modelled)"


def _exit_lines(exits: Exits) -> tuple[str, ...]:
    if not exits.exits:
        return ("No exits in this span.",)
    factor = exits.profit_factor
    shown = "none lost" if factor is None else f"profit factor {_factor(factor)}"
    expected = int(exits.expectancy_lamports or 0)
    held = exits.average_held or timedelta()
    return (
        f"{_count(exits)} · won {figures.percent(exits.win_rate or Decimal(0))} · {shown}",
        f"Each {figures.signed_sol(expected)} on average · held {duration(held)}",
    )


def _ratio_line(report: PnlReport) -> str:
    if report.days < FEWEST_RETURNS:
        return f"Sharpe and Sortino need {FEWEST_RETURNS} days, here are {report.days}."
    return f"Sharpe {_ratio(report.sharpe)} · Sortino {_ratio(report.sortino)} (a year)"


def _ratio(ratio: Decimal | None) -> str:
    return "n/a" if ratio is None else figures.number(round(ratio, 2))


def _factor(factor: Decimal) -> str:
    return figures.number(round(factor, 2)) if factor <= _LARGEST_FACTOR else f">{_LARGEST_FACTOR}"


def _count(exits: Exits) -> str:
    return "1 exit" if exits.exits == 1 else f"{exits.exits} exits"


def _breakdown(report: PnlReport, what: str, found: Sequence[_Part], keys: Keys) -> Screen:
    shown = found[:_MOST_LINES]
    spans = _spans(report, keys, "pnlby", "token" if what == "by token" else "reason")
    rest = report.realised_lamports - sum(realised for _, _, realised in shown)
    count = report.exits.exits - sum(exits.exits for _, exits, _ in shown)
    return Screen(
        text=lines(
            _title(report, f"P&L {what}"),
            *(_part_line(*part) for part in shown),
            f"and {count} more exits: {figures.signed_sol(rest)}" if count or rest else "",
            f"Realised in all {figures.signed_sol(report.realised_lamports)}",
        ),
        rows=(
            spans[:2],
            spans[2:],
            (key(keys, "Back", "pnl", 0, report.span.value),),
        ),
    )


def _part_line(name: Text | str, exits: Exits, realised_lamports: int) -> Text:
    sign = "🟢" if realised_lamports >= 0 else "🔴"
    won = (
        ""
        if exits.win_rate is None
        else f" · {_count(exits)}, won {figures.percent(exits.win_rate)}"
    )
    return Text(f"{sign} ", name, f" {figures.signed_sol(realised_lamports)}{won}")


def _rows(report: PnlReport, keys: Keys) -> Rows:
    span = report.span.value
    spans = _spans(report, keys, "pnl", "")
    return (
        spans[:2],
        spans[2:],
        (
            key(keys, "By token", "pnlby", 0, f"{span}token"),
            key(keys, "By reason", "pnlby", 0, f"{span}reason"),
        ),
        (
            key(keys, "Curve", "curve", 0, span),
            key(keys, "Card", "pcard", 0, span),
            key(keys, "Refresh", "pnl", 0, span),
        ),
        (
            key(keys, "Export", "export"),
            key(keys, "Daily report", "report"),
            key(keys, "Wallet", "wallet"),
        ),
    )


def _spans(report: PnlReport, keys: Keys, action: str, tail: str) -> tuple[Button, ...]:
    return tuple(
        key(keys, _marked(label, span is report.span), action, 0, f"{span.value}{tail}")
        for span, label in _SPANS.items()
    )


def _marked(label: str, is_shown: bool) -> str:
    return f"· {label} ·" if is_shown else label


def _changes(view: CardView, keys: Keys, action: str, target: int, span: str) -> tuple[Button, ...]:
    """Give the buttons for dark or light, and for the wallet's own figures."""
    other = Theme.LIGHT if view.theme is Theme.DARK else Theme.DARK
    sol = "sol" if view.shows_amounts else ""
    turned = "" if view.shows_amounts else "sol"
    return (
        key(keys, other.value.title(), action, target, f"{span}{other.value}{sol}"),
        key(keys, "Hide SOL" if sol else "Show SOL", action, target, f"{span}{turned}"),
    )


def _sharing_line(view: CardView) -> str:
    if view.shows_amounts:
        return "⚠️ This picture tells your own SOL figures: think before you share it."
    return "To share: no SOL figures of yours are in it."


def _of_span(view: CardView) -> PnlReport:
    if view.report is None:
        raise AssertionError("a curve and a span's card have a report")
    return view.report
