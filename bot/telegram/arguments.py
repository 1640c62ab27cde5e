"""Reads the words after a command by the kinds that the command table names."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from bot.domain.candles import BY_LABEL, Interval
from bot.domain.daily_reports import hour_from_text, offset_from_text
from bot.domain.errors import Refusal
from bot.domain.languages import Language
from bot.domain.money import SOL_DECIMALS, percent_from_text, units_from_text, whole_from_text
from bot.domain.performance import Span
from bot.domain.positions import Side
from bot.domain.users import Mode
from bot.domain.values import value
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
    MODE = "paper|live"
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


@value
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


@value
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
    mode: Mode | None = None
    is_all: bool = False
    words: tuple[str, ...] = ()


_Read = dict[str, object]  # by the names of the fields


def read_arguments(text: str, wanted: Sequence[Argument]) -> Arguments:
    """Read a command's words.

    Raises `Refusal` (`missing_argument`, `too_many_arguments`, or the reason of the first
    word that cannot be read).
    """
    words = text.split()
    read: _Read = {}
    for place, argument in enumerate(wanted):
        is_there = place < len(words) or argument.is_optional
        if argument.kind in _TAKES_THE_REST and is_there:
            return _filled(read | {"words": tuple(words[place:])})
        if place < len(words):
            read |= _READERS[argument.kind](words[place])
        elif not argument.is_optional:
            raise Refusal("missing_argument", argument=_SPOKEN.get(argument.kind, argument.usage))
    if len(words) > len(wanted):
        raise Refusal("too_many_arguments", text=words[len(wanted)][:_LONGEST_ECHO])
    return _filled(read)


def _filled(read: _Read) -> Arguments:
    return Arguments(**read)  # type: ignore[arg-type] # each reader names the field that it reads


def size_from_text(text: str) -> int:
    """Read a size in SOL as lamports; raises `Refusal`."""
    return units_from_text(text, SOL_DECIMALS)


def _side(word: str) -> _Read:
    side = _SIDES.get(word.casefold())
    if side is None:
        raise Refusal("bad_side", text=word[:_LONGEST_ECHO])
    return {"side": side}


def _switch(word: str) -> _Read:
    is_on = _SWITCHES.get(word.casefold())
    if is_on is None:
        raise Refusal("bad_switch", text=word[:_LONGEST_ECHO])
    return {"is_on": is_on}


def _leverage(word: str) -> _Read:
    match = _LEVERAGE.fullmatch(word)
    leverage = int(match[1] or match[2]) if match else 0
    if leverage == 0:
        raise Refusal("bad_leverage", text=word[:_LONGEST_ECHO])
    return {"leverage": leverage}


def _order(word: str) -> _Read:
    try:
        return {"number": whole_from_text(word)}
    except Refusal as refusal:
        raise Refusal("not_an_order", text=word[:_LONGEST_ECHO]) from refusal


def _order_or_all(word: str) -> _Read:
    return {"is_all": True} if word.casefold() == "all" else _order(word)


def _interval(word: str) -> _Read:
    interval = BY_LABEL.get(word.casefold())
    if interval is None:
        raise Refusal("bad_interval", text=word[:_LONGEST_ECHO])
    return {"interval": interval}


def _span(word: str) -> _Read:
    if word.casefold() not in _SPANS:
        raise Refusal("bad_span", text=word[:_LONGEST_ECHO])
    return {"span": word.casefold()}


def _report_span(word: str) -> _Read:
    if word.casefold() not in set(Span):
        raise Refusal("bad_report_span", text=word[:_LONGEST_ECHO])
    return {"report_span": Span(word.casefold())}


def _hour(word: str) -> _Read:
    if word.casefold() == "off":
        return {"is_on": False}
    return {"hour": hour_from_text(word)}


def _export(word: str) -> _Read:
    if word.casefold() not in set(Export):
        raise Refusal("bad_export", text=word[:_LONGEST_ECHO])
    return {"export": Export(word.casefold())}


def _export_span(word: str) -> _Read:
    if word.casefold() not in set(ExportSpan):
        raise Refusal("bad_export_span", text=word[:_LONGEST_ECHO])
    return {"export_span": ExportSpan(word.casefold())}


def _membership(word: str) -> _Read:
    joins = _MEMBERSHIPS.get(word.casefold())
    if joins is None:
        raise Refusal("bad_membership", text=word[:_LONGEST_ECHO])
    return {"joins": joins}


def _language(word: str) -> _Read:
    if word.casefold() not in set(Language):
        raise Refusal("bad_language", text=word[:_LONGEST_ECHO])
    return {"language": Language(word.casefold())}


def _mode(word: str) -> _Read:
    if word.casefold() not in set(Mode):
        raise Refusal("bad_mode", text=word[:_LONGEST_ECHO])
    return {"mode": Mode(word.casefold())}


_READERS: Mapping[Kind, Callable[[str], _Read]] = {
    Kind.TOKEN: lambda word: {"token": word},
    Kind.SIDE: _side,
    Kind.SIZE: lambda word: {"size_lamports": size_from_text(word)},
    Kind.LEVERAGE: _leverage,
    Kind.POSITION: lambda word: {"number": whole_from_text(word)},
    Kind.PERCENT: lambda word: {"percent": percent_from_text(word)},
    Kind.INTERVAL: _interval,
    Kind.SPAN: _span,
    Kind.TOPIC: lambda word: {"topic": word[:_LONGEST_ECHO]},
    Kind.PAYLOAD: lambda word: {"topic": word},
    Kind.SWITCH: _switch,
    Kind.REPORT_SPAN: _report_span,
    Kind.HOUR: _hour,
    Kind.OFFSET: lambda word: {"offset_minutes": offset_from_text(word)},
    Kind.EXPORT: _export,
    Kind.EXPORT_SPAN: _export_span,
    Kind.MEMBERSHIP: _membership,
    Kind.LANGUAGE: _language,
    Kind.MODE: _mode,
    Kind.ORDER: _order,
    Kind.ORDER_OR_ALL: _order_or_all,
}
