"""Reads the words after a command by the kinds that the command table names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.candles import BY_LABEL, Interval
from bot.domain.daily_reports import hour_from_text, offset_from_text
from bot.domain.errors import Refusal
from bot.domain.languages import Language
from bot.domain.money import SOL_DECIMALS, percent_from_text, units_from_text, whole_from_text
from bot.domain.performance import Span
from bot.domain.positions import Side
from bot.ports.exports import Export
from bot.services.exports import ExportSpan
from bot.words.speech import later

LONGEST_TEXT = 4096
_LONGEST_ECHO = 32
_LEVERAGE = re.compile(r"x([0-9]{1,3})|([0-9]{1,3})x", re.ASCII | re.IGNORECASE)
_SPANS = frozenset({"1h", "24h"})
_SIDES: Mapping[str, Side] = {
    "long": Side.LONG,
    "buy": Side.LONG,
    "short": Side.SHORT,
    "sell": Side.SHORT,
}
_SWITCHES: Mapping[str, bool] = {"on": True, "off": False}
_MEMBERSHIPS: Mapping[str, bool] = {"join": True, "leave": False}


class Kind(StrEnum):
    """What one argument is; the value is how the usage line names it."""

    TOKEN = "TOKEN"  # noqa: S105 (a coin, not a secret)
    SIDE = "long|short"
    SIZE = "SIZE"
    LEVERAGE = "xLEVERAGE"
    POSITION = "ID"
    PERCENT = "PERCENT"
    INTERVAL = "1m|5m|15m|1h|4h|1d"
    SPAN = "1h|24h"
    TOPIC = "command"
    PAYLOAD = "payload"
    SWITCH = "on|off"
    REPORT_SPAN = "day|week|month|all"
    HOUR = "HOUR|off"
    OFFSET = "+UTC"
    EXPORT = "orders|fills|transfers"
    EXPORT_SPAN = "all|month|year"
    MEMBERSHIP = "join|leave"
    LANGUAGE = "en|es|ru|zh"
    CONDITION = "CONDITION"
    ABOUT_ALERTS = "late|settings"
    REST = "WORDS"
    PRESET = "buy|tp|sl|trail|slip VALUES"
    OPENING = "SIZE [xLEVERAGE] [EXITS]"
    LIMIT = "buy|sell|short SIZE at LEVEL [EXITS]"
    BREAKOUT = "SIZE at LEVEL [EXITS]"
    EITHER = "SIZE buy LEVEL or breakout LEVEL"
    SCHEDULE = "SIZE every 4h x10"
    DIPS = "SIZE drop 5% x3"
    STOP = "LEVEL|-8%|be"
    LADDER = "LEVEL[:SHARE%] ..."
    DISTANCE = "10%|2atr [15m|1h]"
    BREAK_EVEN = "LEVEL|+10%"
    AFTER = "4h [SHARE%]"
    ORDER = "NUMBER"
    ORDER_OR_ALL = "NUMBER|all"


_TAKES_THE_REST = frozenset(
    {
        Kind.REST,
        Kind.CONDITION,
        Kind.ABOUT_ALERTS,
        Kind.OPENING,
        Kind.PRESET,
        Kind.LIMIT,
        Kind.BREAKOUT,
        Kind.EITHER,
        Kind.SCHEDULE,
        Kind.DIPS,
        Kind.STOP,
        Kind.LADDER,
        Kind.DISTANCE,
        Kind.BREAK_EVEN,
        Kind.AFTER,
    }
)


_SPOKEN: Mapping[Kind, str] = {
    Kind.TOKEN: later("The token"),
    Kind.SIDE: later("The side (long or short)"),
    Kind.SIZE: later("The size in SOL"),
    Kind.OPENING: later("The size in SOL"),
    Kind.ORDER: later("The order's number"),
    Kind.ORDER_OR_ALL: later("The order's number, or all,"),
    Kind.POSITION: later("The position's number"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One place in a command's usage."""

    kind: Kind
    is_optional: bool = False
    shown: str = ""

    @property
    def usage(self) -> str:
        """Give the argument as the usage line shows it."""
        words = self.shown or self.kind.value
        return f"[{words}]" if self.is_optional else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What was read; a field that the command does not have keeps its default."""

    token: str = ""
    side: Side | None = None
    size_lamports: int | None = None
    leverage: int = 1
    number: int | None = None
    percent: int = 100
    interval: Interval | None = None
    span: str = ""
    topic: str = ""
    is_on: bool | None = None
    report_span: Span | None = None
    hour: int | None = None
    offset_minutes: int | None = None
    export: Export | None = None
    export_span: ExportSpan | None = None
    joins: bool | None = None
    language: Language | None = None
    is_all: bool = False
    words: tuple[str, ...] = ()


def read_arguments(text: str, wanted: Sequence[Argument]) -> Arguments:
    """Read a command's words.

    Raises `Refusal` (`missing_argument`, `too_many_arguments`, or the reason of the first
    word that cannot be read).
    """
    words = text.split()
    read = Arguments()
    for place, argument in enumerate(wanted):
        is_there = place < len(words) or argument.is_optional
        if argument.kind in _TAKES_THE_REST and is_there:
            return replace(read, words=tuple(words[place:]))
        if place < len(words):
            read = _READERS[argument.kind](read, words[place])
        elif not argument.is_optional:
            raise Refusal("missing_argument", argument=_SPOKEN[argument.kind])
    if len(words) > len(wanted):
        raise Refusal("too_many_arguments", text=words[len(wanted)][:_LONGEST_ECHO])
    return read


def size_from_text(text: str) -> int:
    """Read a size in SOL as lamports; raises `Refusal`."""
    return units_from_text(text, SOL_DECIMALS)


def _side(read: Arguments, word: str) -> Arguments:
    side = _SIDES.get(word.casefold())
    if side is None:
        raise Refusal("bad_side", text=word[:_LONGEST_ECHO])
    return replace(read, side=side)


def _switch(read: Arguments, word: str) -> Arguments:
    is_on = _SWITCHES.get(word.casefold())
    if is_on is None:
        raise Refusal("bad_switch", text=word[:_LONGEST_ECHO])
    return replace(read, is_on=is_on)


def _leverage(read: Arguments, word: str) -> Arguments:
    match = _LEVERAGE.fullmatch(word)
    leverage = int(match[1] or match[2]) if match else 0
    if leverage == 0:
        raise Refusal("bad_leverage", text=word[:_LONGEST_ECHO])
    return replace(read, leverage=leverage)


def _order(read: Arguments, word: str) -> Arguments:
    try:
        return replace(read, number=whole_from_text(word))
    except Refusal as refusal:
        raise Refusal("not_an_order", text=word[:_LONGEST_ECHO]) from refusal


def _order_or_all(read: Arguments, word: str) -> Arguments:
    return replace(read, is_all=True) if word.casefold() == "all" else _order(read, word)


def _interval(read: Arguments, word: str) -> Arguments:
    interval = BY_LABEL.get(word.casefold())
    if interval is None:
        raise Refusal("bad_interval", text=word[:_LONGEST_ECHO])
    return replace(read, interval=interval)


def _span(read: Arguments, word: str) -> Arguments:
    if word.casefold() not in _SPANS:
        raise Refusal("bad_span", text=word[:_LONGEST_ECHO])
    return replace(read, span=word.casefold())


def _report_span(read: Arguments, word: str) -> Arguments:
    if word.casefold() not in set(Span):
        raise Refusal("bad_report_span", text=word[:_LONGEST_ECHO])
    return replace(read, report_span=Span(word.casefold()))


def _hour(read: Arguments, word: str) -> Arguments:
    if word.casefold() == "off":
        return replace(read, is_on=False)
    return replace(read, hour=hour_from_text(word))


def _export(read: Arguments, word: str) -> Arguments:
    if word.casefold() not in set(Export):
        raise Refusal("bad_export", text=word[:_LONGEST_ECHO])
    return replace(read, export=Export(word.casefold()))


def _export_span(read: Arguments, word: str) -> Arguments:
    if word.casefold() not in set(ExportSpan):
        raise Refusal("bad_export_span", text=word[:_LONGEST_ECHO])
    return replace(read, export_span=ExportSpan(word.casefold()))


def _membership(read: Arguments, word: str) -> Arguments:
    joins = _MEMBERSHIPS.get(word.casefold())
    if joins is None:
        raise Refusal("bad_membership", text=word[:_LONGEST_ECHO])
    return replace(read, joins=joins)


def _language(read: Arguments, word: str) -> Arguments:
    if word.casefold() not in set(Language):
        raise Refusal("bad_language", text=word[:_LONGEST_ECHO])
    return replace(read, language=Language(word.casefold()))


_READERS: Mapping[Kind, Callable[[Arguments, str], Arguments]] = {
    Kind.TOKEN: lambda read, word: replace(read, token=word),
    Kind.SIDE: _side,
    Kind.SIZE: lambda read, word: replace(read, size_lamports=size_from_text(word)),
    Kind.LEVERAGE: _leverage,
    Kind.POSITION: lambda read, word: replace(read, number=whole_from_text(word)),
    Kind.PERCENT: lambda read, word: replace(read, percent=percent_from_text(word)),
    Kind.INTERVAL: _interval,
    Kind.SPAN: _span,
    Kind.TOPIC: lambda read, word: replace(read, topic=word[:_LONGEST_ECHO]),
    Kind.PAYLOAD: lambda read, word: replace(read, topic=word),
    Kind.SWITCH: _switch,
    Kind.REPORT_SPAN: _report_span,
    Kind.HOUR: _hour,
    Kind.OFFSET: lambda read, word: replace(read, offset_minutes=offset_from_text(word)),
    Kind.EXPORT: _export,
    Kind.EXPORT_SPAN: _export_span,
    Kind.MEMBERSHIP: _membership,
    Kind.LANGUAGE: _language,
    Kind.ORDER: _order,
    Kind.ORDER_OR_ALL: _order_or_all,
}
