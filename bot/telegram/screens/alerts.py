"""Alerts in words: the news of one that fired, the list, one alone, and the guided questions."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alerts import AlertKind
from bot.domain.instruments import Token
from bot.services.alert_levels import AlertLine, NotWatched
from bot.services.views import Quote
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, danger, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.alert_phrases import condition_words, figure_words
from bot.telegram.screens.market import price_line
from bot.words.speech import later, say

LINES_ON_A_PAGE = 6
_STEPS_BPS = (500, 1_000, 2_500)
_MARK_NOTE = later("By the price of now, before the costs of leaving.")


def listed(found: Sequence[AlertLine], page: int, keys: Keys) -> Screen:
    """Show a page of a person's alerts, the closest first."""
    if not found:
        return _nothing(keys)
    last = (len(found) - 1) // LINES_ON_A_PAGE
    page = min(page, last)
    began = page * LINES_ON_A_PAGE
    shown = found[began : began + LINES_ON_A_PAGE]
    older = [key(keys, say("Closer"), "alist", page - 1)] if page else []
    older += [key(keys, say("Farther"), "alist", page + 1)] if page < last else []
    return Screen(
        text=lines(
            headed(keys.mode, say("Alerts"), say("{count} set", count=len(found))),
            *(_line(place, line) for place, line in enumerate(shown, began + 1)),
        ),
        rows=(
            *in_rows(
                key(keys, str(place), "aone", line.alert.alert_id)
                for place, line in enumerate(shown, began + 1)
            ),
            *((tuple(older),) if older else ()),
            (key(keys, say("Refresh"), "alist", page), *_elsewhere(keys)),
        ),
    )


def one(line: AlertLine, keys: Keys) -> Screen:
    """Show one alert with what can be done about it."""
    alert = line.alert
    number = alert.alert_id
    rest = (
        key(keys, say("Watch now"), "asnz", number, "0s")
        if line.asleep is NotWatched.SNOOZED
        else key(keys, say("Snooze 1h"), "asnz", number, "1s")
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("Alert")),
            condition_words(line),
            _state(line),
            say("Comes again, counted from where it fired.")
            if alert.condition.is_recurring
            else "",
            say(_MARK_NOTE) if alert.condition.kind is AlertKind.POSITION else "",
        ),
        rows=(
            (
                key(keys, say("Edit…"), "aedit", number),
                rest,
                key(keys, say("Snooze 8h"), "asnz", number, "8s"),
            ),
            (key(keys, say("Alerts"), "alist"), danger(keys, say("Delete"), "adel", number)),
        ),
    )


def placed(line: AlertLine, keys: Keys) -> Screen:
    """Say that an alert is set, and how it was understood."""
    number = line.alert.alert_id
    note = say(_MARK_NOTE) if line.alert.condition.kind is AlertKind.POSITION else ""
    return Screen(
        text=lines(headed(keys.mode, say("Alert set")), condition_words(line), _state(line), note),
        rows=(
            (
                key(keys, say("Edit…"), "aedit", number),
                key(keys, say("Alerts"), "alist"),
                danger(keys, say("Delete"), "adel", number),
            ),
            _token_row(line.token, keys),
        ),
    )


def deleted(line: AlertLine, keys: Keys) -> Screen:
    """Say that an alert is gone."""
    return Screen(
        text=lines(headed(keys.mode, say("Alert deleted")), condition_words(line)),
        rows=((key(keys, say("Alerts"), "alist"),), _token_row(line.token, keys)),
    )


def choices(quote: Quote, keys: Keys) -> Screen:
    """Offer the usual alerts on a token."""
    token_id = quote.token.token_id
    up, down = (
        tuple(
            key(keys, f"{sign}{bps // 100}%", "aput", token_id, f"{code}{bps}")
            for bps in _STEPS_BPS
        )
        for sign, code in (("+", "u"), (figures.MINUS, "d"))
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("Alert"), named(quote.token.symbol, 16)),
            price_line(quote),
            say("Tell you when the price is there once, or each time it has moved by 10%?"),
        ),
        rows=(
            up,
            down,
            (
                key(keys, say("Moves ±10%"), "aput", token_id, "m1000"),
                key(keys, say("Amount…"), "aask", token_id),
            ),
            (key(keys, say("Back"), "card", token_id), key(keys, say("Alerts"), "alist")),
        ),
    )


def ask_words(token: Token) -> Screen:
    """Ask for a condition to be typed."""
    return Screen(
        text=lines(
            marked("Tell you what of {token}?", token=named(token.symbol, 16)),
            say(
                "A price like 0.02 or $0.02, mc 5M, moves 10%, volume above 50k "
                "or liquidity drop 30%."
            ),
        ),
        ask="0.02, $0.02, mc 5M, moves 10%…",
    )


def ask_change(line: AlertLine) -> Screen:
    """Ask what an alert is to be instead."""
    return Screen(
        text=lines(condition_words(line), say("What instead? Another figure, or all of it anew.")),
        ask="0.025, below 0.01, moves 5%…",
    )


def _line(place: int, line: AlertLine) -> Text:
    return Text(f"{place}. ", condition_words(line), " · ", _state(line))


def _state(line: AlertLine) -> str:
    """Say where the figure stands, or why nobody looks at it."""
    now = (
        ""
        if line.now is None
        else say("now {figure}", figure=figure_words(line.alert.condition, line.now))
    )
    away = (
        "" if line.distance is None else say("{share} away", share=figures.percent(line.distance))
    )
    if line.asleep is NotWatched.SNOOZED and line.alert.snoozed_until is not None:
        return say("⏳ snoozed until {time} UTC", time=_minute(line.alert.snoozed_until))
    if line.asleep is None:
        return " · ".join(part for part in (now, away) if part)
    return say("⚠️ not watched now: {reason}", reason=say(_ASLEEP[line.asleep]))


_ASLEEP = {
    NotWatched.SNOOZED: later("snoozed"),
    NotWatched.NO_FIGURE: later("its figure is not known"),
    NotWatched.DISPUTED: later("the price is disputed"),
    NotWatched.UNREACHABLE: later("no price brings it about"),
}


def _nothing(keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(keys.mode, say("Alerts"), say("none set")),
            say("Set one with Alert on a token's card, or type it: /alert WIF above 0.02"),
        ),
        rows=((key(keys, say("New"), "alrt"), *_elsewhere(keys)),),
    )


def _elsewhere(keys: Keys) -> tuple[Button, ...]:
    return (key(keys, say("Late"), "alate"), key(keys, say("Settings"), "aset"))


def _token_row(token: Token | None, keys: Keys) -> tuple[Button, ...]:
    if token is None:
        return (key(keys, say("Wallet"), "wallet"),)
    return (
        key(keys, say("Token"), "card", token.token_id),
        key(keys, say("Another"), "alrt", token.token_id),
    )


def _minute(moment: datetime) -> str:
    return f"{moment.hour:02d}:{moment.minute:02d}"
