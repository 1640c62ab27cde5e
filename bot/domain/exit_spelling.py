"""Exits spelt in plain JSON values, as they wait in `details` for the fill of their entry."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from bot.domain.candles import Interval
from bot.domain.levels import Level, LevelUnit
from bot.domain.resting_plans import BreakEven, Exit, Stop, TakeProfit, TimeExit, Trailing

Spelt = dict[str, object]


def spell_exits(exits: Sequence[Exit]) -> list[Spelt]:
    """Spell exits; decimals as text, times in seconds."""
    return [_spell(one) for one in exits]


def read_exits(stored: object) -> tuple[Exit, ...]:
    """Read exits back; none where nothing is stored."""
    if not isinstance(stored, list):
        return ()
    return tuple(_read(one) for one in stored)


def _spell(one: Exit) -> Spelt:
    match one:
        case Stop():
            return {"kind": "stop", **_level(one.level), "share": one.share_percent}
        case TakeProfit():
            return {"kind": "take_profit", **_level(one.level), "share": one.share_percent}
        case Trailing():
            return {
                "kind": "trailing",
                "percent": _text(one.percent),
                "atr_times": _text(one.atr_times),
                "atr_seconds": int(one.atr_interval),
                "share": one.share_percent,
            }
        case BreakEven():
            return {"kind": "break_even", **_level(one.level)}
        case TimeExit():
            seconds = int(one.after.total_seconds())
            return {"kind": "time", "seconds": seconds, "share": one.share_percent}


def _read(one: Mapping[str, object]) -> Exit:
    share = int(str(one.get("share", 100)))
    match one["kind"]:
        case "stop":
            return Stop(level=_read_level(one), share_percent=share)
        case "take_profit":
            return TakeProfit(level=_read_level(one), share_percent=share)
        case "trailing":
            return Trailing(
                percent=_number(one["percent"]),
                atr_times=_number(one["atr_times"]),
                atr_interval=Interval(int(str(one["atr_seconds"]))),
                share_percent=share,
            )
        case "break_even":
            return BreakEven(level=_read_level(one))
        case _:
            return TimeExit(after=timedelta(seconds=int(str(one["seconds"]))), share_percent=share)


def _level(level: Level) -> Spelt:
    return {"unit": level.unit.value, "value": f"{level.value:f}"}


def _read_level(one: Mapping[str, object]) -> Level:
    return Level(unit=LevelUnit(str(one["unit"])), value=Decimal(str(one["value"])))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _number(stored: object) -> Decimal | None:
    return None if stored is None else Decimal(str(stored))
