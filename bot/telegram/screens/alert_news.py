"""What a person reads when an alert fires, and of those that came late."""

from datetime import datetime
from decimal import Decimal

from bot.domain.alert_firings import Firing, LateCause
from bot.domain.alerts import AlertKind, Levels
from bot.domain.instruments import Token
from bot.domain.positions import BPS
from bot.domain.users import Mode
from bot.services.alert_levels import AlertNews, levels_as_said
from bot.services.alerts import LateReport
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, headed, key, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures
from bot.telegram.screens.alert_phrases import figure_words, said
from bot.words.speech import later, say

_CAUSES = {
    LateCause.CHAIN: later("the chain's news took long to reach us"),
    LateCause.CONFIRMATION: later("waited for further readings to confirm it"),
    LateCause.OURSELVES: later("we took long to write it down"),
    LateCause.TELEGRAM: later("waited to be sent"),
    LateCause.SWITCHED_OFF: later("was off by your settings, so not sent"),
}


def fired(news: AlertNews, keys: Keys, label: Mode | None = None) -> Screen:
    """Tell what was reached, and when; the seconds until it is sent are written at sending.

    With a `label` it says whose money it is about: to whoever is in the other mode now.
    """
    condition, alert = news.fired.alert.condition, news.fired.alert
    return Screen(
        text=lines(
            Text("⏳ ", said(condition, news.token, _anchor(news)))
            if label is None
            else headed(label, Text("⏳ ", said(condition, news.token, _anchor(news)))),
            say(
                "now {figure} (crossed at {crossed})",
                figure=figure_words(condition, news.now),
                crossed=figure_words(condition, news.crossed_at),
            ),
            say("By the mark, before the costs of leaving.")
            if condition.kind is AlertKind.POSITION
            else "",
            _next(condition.is_recurring, levels_as_said(alert, news.token)),
            _moments(news.fired.hit.source_at, news.fired.hit.seen_at),
        ),
        rows=(_first_row(news, keys), _second_row(news, keys)),
    )


def late(report: LateReport, keys: Keys) -> Screen:
    """List the firings that missed the target, with what held each up."""
    target = f"{report.target_seconds:g} s"
    hidden = report.late_count - len(report.late)
    return Screen(
        text=lines(
            headed(keys.mode, say("Late alerts"), say("7 days")),
            say(
                "{late} of {fired} missed the target of {target} from the chain to the chat.",
                late=report.late_count,
                fired=report.fired,
                target=target,
            )
            if report.fired
            else say("No alert has fired in 7 days."),
            *(_late_line(firing, token, report.now) for firing, token in report.late),
            say("and {count} more", count=hidden) if hidden > 0 else "",
        ),
        rows=((key(keys, say("Alerts"), "alist"), key(keys, say("Refresh"), "alate")),),
    )


def _late_line(firing: Firing, token: Token | None, now: datetime) -> Text:
    name = named(token.symbol, 16) if token else say("Equity")
    took = f"{firing.seconds(now):.1f} s"
    parts = firing.parts(now)
    cause = firing.cause(now)
    why = say(_CAUSES[cause])
    if cause in parts:
        why = f"{why} ({parts[cause]:.1f} s)"
    if firing.is_given_up:
        why = say("Telegram would not take it")
    if firing.sent_at is None and cause is not LateCause.SWITCHED_OFF:
        took = say("{duration} so far", duration=took)
    when = figures.day_and_time(firing.fired_at)
    return Text(f"{when} · ", name, f" · {took}: {why}")


def _moments(source_at: datetime | None, seen_at: datetime) -> str:
    if source_at is None:
        return say("seen {time}", time=_tenths(seen_at))
    lag = max((seen_at - source_at).total_seconds(), 0.0)
    return say("pool moved {time} · seen +{lag} s", time=_tenths(source_at), lag=f"{lag:.1f}")


def _tenths(moment: datetime) -> str:
    return figures.time_of_day(moment)[:-2]


def _anchor(news: AlertNews) -> Decimal | None:
    """Give what the move was counted from: the claim has moved the anchor on already."""
    bps = news.fired.alert.condition.move_bps
    if bps is None or news.fired.alert.condition.kind is AlertKind.POSITION:
        return None
    share = Decimal(bps) / BPS
    is_up = news.fired.hit.value >= news.fired.hit.level
    return news.level / (1 + share if is_up else 1 - share)


def _next(is_recurring: bool, levels: Levels) -> str:
    if not is_recurring:
        return ""
    ends = [
        f"{figures.number(level)} SOL"
        for level in (levels.upper, levels.lower)
        if level is not None
    ]
    return say("Next at {levels}", levels=say(" or ").join(ends))


def _first_row(news: AlertNews, keys: Keys) -> tuple[Button, ...]:
    alert, held = news.fired.alert, news.fired.held_position
    snooze = key(keys, say("Snooze 1h"), "asnz", alert.alert_id, "1")
    if news.token is None:
        return (key(keys, say("Positions"), "poss"), snooze)
    chart = key(keys, say("Chart"), "chart", news.token.token_id)
    if held is None:
        return (chart, key(keys, say("Token"), "card", news.token.token_id), snooze)
    return (chart, key(keys, say("Close #{number}", number=held), "close", held, "100"), snooze)


def _second_row(news: AlertNews, keys: Keys) -> tuple[Button, ...]:
    every = key(keys, say("Alerts"), "alist")
    if not news.fired.alert.condition.is_recurring:
        return (every,)
    return (every, key(keys, say("Stop it"), "adel", news.fired.alert.alert_id))
