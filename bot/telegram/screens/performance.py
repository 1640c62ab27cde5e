"""What a season came to: the figures of a span, by token and by reason, and its pictures."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from bot.domain.charts import Theme
from bot.domain.performance import FEWEST_RETURNS, Exits, Span
from bot.domain.users import Mode
from bot.services.performance_views import CardView, PnlReport
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, headed, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.fill_reasons import reason_words
from bot.words.speech import later, say, say_count

_MOST_LINES = 12
_LARGEST_FACTOR = 999
_THEMES = {Theme.LIGHT: later("Light"), Theme.DARK: later("Dark")}


_BREAKDOWNS = {"token": later("P&L by token"), "reason": later("P&L by exit reason")}
_Part = tuple[Text | str, Exits, int]
"""A name, the exits under it, and the lamports they came to, funding taken off."""
_SPANS = {
    Span.DAY: later("24 h"),
    Span.WEEK: later("7 d"),
    Span.MONTH: later("30 d"),
    Span.ALL: later("Season"),
}


def pnl(report: PnlReport, keys: Keys) -> Screen:
    """Show a span's figures with the ways to look closer."""
    return Screen(
        text=lines(_title(report, say("P&L")), *figure_lines(report)), rows=_rows(report, keys)
    )


def figure_lines(report: PnlReport) -> tuple[str, ...]:
    """Give a report's figures, a line each."""
    return (
        _growth_line(report),
        say(
            "Equity {equity}{usd} · since {time} UTC",
            equity=figures.with_sol(report.equity_lamports),
            usd=figures.in_usd(report.equity_lamports, report.sol_usd),
            time=figures.day_and_time(report.opening.at),
        ),
        say(
            "Realised {realised} · open now {open}",
            realised=figures.signed_sol(report.realised_lamports),
            open=figures.signed_sol(report.unrealised_lamports),
        ),
        _flow_line(report),
        _fee_line(report),
        _funding_line(report),
        *_exit_lines(report.exits),
        say(
            "Max drawdown {share} ({amount})",
            share=figures.percent(report.drawdown.fraction),
            amount=figures.with_sol(report.drawdown.lamports),
        ),
        _ratio_line(report),
        "" if report.is_whole else say("⚠️ Some positions cannot be priced whole right now."),
    )


def by_token(report: PnlReport, keys: Keys) -> Screen:
    """Show what each token's exits came to, the largest results first."""
    found = [
        (named(one.token.symbol, 16), one.exits, one.realised_lamports) for one in report.by_token
    ]
    return _breakdown(report, "token", found, keys)


def by_reason(report: PnlReport, keys: Keys) -> Screen:
    """Show what the exits for each reason came to, the most frequent first, and the funding."""
    found: list[_Part] = [
        (reason_words(one.reason), one.exits, one.exits.realised_lamports)
        for one in report.by_reason
    ]
    if report.funding_lamports:
        # No exit's own, and part of what was realised: beside the exits, so that the sum is right.
        found.insert(_MOST_LINES - 1, (say("funding of shorts"), Exits(), -report.funding_lamports))
    return _breakdown(report, "reason", found, keys)


def curve(view: CardView, keys: Keys) -> Screen:
    """Show the picture of a span's equity with the buttons that change it."""
    report = _of_span(view)
    others = tuple(
        key(keys, _marked(say(label), span is report.span), "curve", 0, span.value)
        for span, label in _SPANS.items()
    )
    return Screen(
        text=lines(
            _title(report, say("Equity")), _growth_line(report, hides=not view.shows_amounts)
        ),
        rows=(
            others[:2],
            others[2:],
            _changes(view, keys, "curve", 0, report.span.value),
            (key(keys, say("P&L"), "pnl", 0, report.span.value),),
        ),
        picture=view.recipe,
    )


def card(view: CardView, keys: Keys) -> Screen:
    """Show the card of a span with the buttons that change it."""
    report = _of_span(view)
    return Screen(
        text=lines(_title(report, say("Card")), _sharing_line(view)),
        rows=(
            _changes(view, keys, "pcard", 0, report.span.value),
            (key(keys, say("P&L"), "pnl", 0, report.span.value),),
        ),
        picture=view.recipe,
    )


def receipt(view: CardView, keys: Keys) -> Screen:
    """Show the card of a fill with the buttons that change it."""
    order = view.order
    if order is None:
        raise AssertionError("a receipt's card is of an order")
    name = marked(
        "{token} order #{number}",
        token=named(order.token.symbol, 16),
        number=str(order.order_number),
    )
    return Screen(
        text=lines(headed(view.mode, say("Card"), name), _sharing_line(view)),
        rows=(
            _changes(view, keys, "rcard", order.order_number, ""),
            (key(keys, say("History"), "hist"), key(keys, say("P&L"), "pnl")),
        ),
        picture=view.recipe,
    )


def duration(held: timedelta) -> str:
    """Give how long something took in its two largest units."""
    seconds = int(held.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return say("{days} d {hours} h", days=days, hours=hours % 24)
    if hours:
        return say("{hours} h {minutes} min", hours=hours, minutes=minutes % 60)
    if minutes:
        return say("{minutes} min", minutes=minutes)
    return say("{seconds} s", seconds=seconds)


def _title(report: PnlReport, what: str) -> Text:
    span = () if report.span is Span.ALL else (say(_SPANS[report.span]),)
    return headed(report.mode, what, *span, season_name(report))


def season_name(report: PnlReport) -> str:
    """Name the books that a report is of: a season on paper, a wallet live."""
    if report.mode is Mode.LIVE:
        return say("wallet {number}", number=report.season)
    return say("season {number}", number=report.season)


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
    return say(
        "Fees, counted above: network {network} · pools {pools}", network=network, pools=pools
    )


def _flow_line(report: PnlReport) -> str:
    if not report.flow_lamports:
        return ""
    flow = figures.signed_sol(report.flow_lamports)
    return say("Came in, less what went out: {flow} (no gain, no loss)", flow=flow)


def _funding_line(report: PnlReport) -> str:
    if not report.funding_lamports:
        return ""
    paid = figures.with_sol(report.funding_lamports)
    return say("Funding of shorts, counted above: {paid} (modelled)", paid=paid)


def _exit_lines(exits: Exits) -> tuple[str, ...]:
    if not exits.exits:
        return (say("No exits in this span."),)
    factor = exits.profit_factor
    shown = (
        say("none lost")
        if factor is None
        else say("profit factor {factor}", factor=_factor(factor))
    )
    expected = int(exits.expectancy_lamports or 0)
    held = exits.average_held or timedelta()
    return (
        say(
            "{exits} · won {share} · {factor}",
            exits=_count(exits),
            share=figures.percent(exits.win_rate or Decimal(0)),
            factor=shown,
        ),
        say(
            "Each {amount} on average · held {duration}",
            amount=figures.signed_sol(expected),
            duration=duration(held),
        ),
    )


def _ratio_line(report: PnlReport) -> str:
    if report.days < FEWEST_RETURNS:
        return say(
            "Sharpe and Sortino need {fewest} days, here are {days}.",
            fewest=FEWEST_RETURNS,
            days=report.days,
        )
    return say(
        "Sharpe {sharpe} · Sortino {sortino} (a year)",
        sharpe=_ratio(report.sharpe),
        sortino=_ratio(report.sortino),
    )


def _ratio(ratio: Decimal | None) -> str:
    return "n/a" if ratio is None else figures.number(round(ratio, 2))


def _factor(factor: Decimal) -> str:
    return figures.number(round(factor, 2)) if factor <= _LARGEST_FACTOR else f">{_LARGEST_FACTOR}"


def _count(exits: Exits) -> str:
    return say_count("{count} exit", "{count} exits", exits.exits)


def _breakdown(report: PnlReport, by: str, found: Sequence[_Part], keys: Keys) -> Screen:
    shown = found[:_MOST_LINES]
    spans = _spans(report, keys, "pnlby", by)
    rest = report.realised_lamports - sum(realised for _, _, realised in shown)
    count = report.exits.exits - sum(exits.exits for _, exits, _ in shown)
    return Screen(
        text=lines(
            _title(report, say(_BREAKDOWNS[by])),
            *(_part_line(*part) for part in shown),
            say("and {count} more exits: {amount}", count=count, amount=figures.signed_sol(rest))
            if count or rest
            else "",
            say("Realised in all {amount}", amount=figures.signed_sol(report.realised_lamports)),
        ),
        rows=(
            spans[:2],
            spans[2:],
            (key(keys, say("Back"), "pnl", 0, report.span.value),),
        ),
    )


def _part_line(name: Text | str, exits: Exits, realised_lamports: int) -> Text:
    sign = "🟢" if realised_lamports >= 0 else "🔴"
    won = (
        ""
        if exits.win_rate is None
        else say(
            " · {exits}, won {share}", exits=_count(exits), share=figures.percent(exits.win_rate)
        )
    )
    return Text(f"{sign} ", name, f" {figures.signed_sol(realised_lamports)}{won}")


def _rows(report: PnlReport, keys: Keys) -> Rows:
    span = report.span.value
    spans = _spans(report, keys, "pnl", "")
    return (
        spans[:2],
        spans[2:],
        (
            key(keys, say("By token"), "pnlby", 0, f"{span}token"),
            key(keys, say("By reason"), "pnlby", 0, f"{span}reason"),
        ),
        (
            key(keys, say("Curve"), "curve", 0, span),
            key(keys, say("Card"), "pcard", 0, span),
            key(keys, say("Refresh"), "pnl", 0, span),
        ),
        (
            key(keys, say("Export"), "export"),
            key(keys, say("Daily report"), "report"),
            key(keys, say("Wallet"), "wallet"),
        ),
    )


def _spans(report: PnlReport, keys: Keys, action: str, tail: str) -> tuple[Button, ...]:
    return tuple(
        key(keys, _marked(say(label), span is report.span), action, 0, f"{span.value}{tail}")
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
        key(keys, say(_THEMES[other]), action, target, f"{span}{other.value}{sol}"),
        key(keys, say("Hide SOL") if sol else say("Show SOL"), action, target, f"{span}{turned}"),
    )


def _sharing_line(view: CardView) -> str:
    if view.shows_amounts:
        return say("⚠️ This picture tells your own SOL figures: think before you share it.")
    return say("To share: no SOL figures of yours are in it.")


def _of_span(view: CardView) -> PnlReport:
    if view.report is None:
        raise AssertionError("a curve and a span's card have a report")
    return view.report
