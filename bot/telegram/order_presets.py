"""The usual orders behind buttons: each button stands for words that could have been typed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.money import LAMPORTS_PER_SOL
from bot.domain.positions import Side
from bot.domain.presets import Presets, in_percent
from bot.domain.resting_plans import Exit, RestingPlan
from bot.telegram.order_words import (
    SpokenSale,
    read_break_even,
    read_breakout,
    read_dips,
    read_limit,
    read_oco,
    read_profits,
    read_schedule,
    read_stop,
    read_time_exit,
    read_trailing,
)
from bot.words.speech import later

_CODE = re.compile(r"([lsbodp])([0-9]{1,13})x([0-9]{1,2})", re.ASCII)
_MOST_LAMPORTS = 10**12
_OWN = re.compile(r"[st]v[0-9]{1,6}|pv[0-9]{1,6}(?:x[0-9]{1,6}){0,2}", re.ASCII)
_MOST_STEPS, _WHOLE = 2, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to enter later: what it is called, the questions it asks, and its usual answers.

    Each choice is its button and the words after the size; `{size}` stands where the size is.
    """

    name: str
    title: str
    hint: str
    choices: tuple[tuple[str, str], ...]
    read: Callable[[Sequence[str], int], RestingPlan | SpokenSale]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitWay:
    """A way out of a position: its command, what it asks, and its usual answers as typed."""

    name: str
    title: str
    hint: str
    choices: tuple[tuple[str, str], ...]
    read: Callable[[Sequence[str], Side], tuple[Exit, ...]]


WAYS: Mapping[str, Way] = {
    "l": Way(
        name="limit",
        title=later("Limit buy"),
        hint="buy 5 at -5% sl -8%",
        choices=tuple((f"\u2212{n}%", f"buy {{size}} at -{n}%") for n in (2, 5, 10)),
        read=read_limit,
    ),
    "s": Way(
        name="limit",
        title=later("Limit short"),
        hint="short 5 at +5% sl -8%",
        choices=tuple((f"+{n}%", f"short {{size}} at +{n}%") for n in (2, 5, 10)),
        read=read_limit,
    ),
    "b": Way(
        name="breakout",
        title=later("Buy a breakout"),
        hint="5 at +3% sl -8%",
        choices=tuple((f"+{n}%", f"{{size}} at +{n}%") for n in (2, 5, 10)),
        read=read_breakout,
    ),
    "o": Way(
        name="oco",
        title=later("Dip or breakout"),
        hint="5 buy -5% or breakout +5%",
        choices=tuple((f"\u00b1{n}%", f"{{size}} buy -{n}% or breakout +{n}%") for n in (2, 5, 10)),
        read=read_oco,
    ),
    "d": Way(
        name="dca",
        title=later("Buy at intervals"),
        hint="1 every 4h x10",
        choices=(
            ("1 h x12", "{size} every 1h x12"),
            ("4 h x6", "{size} every 4h x6"),
            ("1 d x7", "{size} every 1d x7"),
        ),
        read=read_schedule,
    ),
    "p": Way(
        name="dip",
        title=later("Buy dips"),
        hint="1 drop 5% x3",
        choices=tuple((f"\u2212{n}% x3", f"{{size}} drop {n}% x3") for n in (5, 10, 20)),
        read=read_dips,
    ),
}
EXIT_WAYS: Mapping[str, ExitWay] = {
    "p": ExitWay(
        name="tp",
        title=later("Take profit"),
        hint="30% or 20%:50% 50%:50%",
        choices=(
            ("+20%", "20%"),
            ("+50%", "50%"),
            ("+100%", "100%"),
            (later("Half +25%, half +50%"), "25%:50% 50%:50%"),
        ),
        read=read_profits,
    ),
    "s": ExitWay(
        name="sl",
        title=later("Stop"),
        hint="-8%, 0.015, $1.50 or be",
        choices=(
            ("\u22125%", "-5%"),
            ("\u22128%", "-8%"),
            ("\u221215%", "-15%"),
            (later("At entry"), "be"),
        ),
        read=read_stop,
    ),
    "t": ExitWay(
        name="trail",
        title=later("Trailing stop"),
        hint="10% or 2atr 1h",
        choices=(("5%", "5%"), ("10%", "10%"), ("20%", "20%"), ("2 ATR", "2atr")),
        read=read_trailing,
    ),
    "b": ExitWay(
        name="breakeven",
        title=later("Break-even move"),
        hint="+10%",
        choices=(("+10%", "+10%"), ("+20%", "+20%"), ("+50%", "+50%")),
        read=read_break_even,
    ),
    "e": ExitWay(
        name="exitin",
        title=later("Time exit"),
        hint="4h or 4h 50%",
        choices=(("1 h", "1h"), ("4 h", "4h"), ("1 d", "1d"), ("3 d", "3d")),
        read=read_time_exit,
    ),
}


def entry_code(way: str, size_lamports: int, choice: int) -> str:
    """Give a guided entry as a button carries it."""
    return f"{way}{size_lamports}x{choice}"


def read_entry_code(code: str, token_id: int) -> RestingPlan:
    """Read what `entry_code` wrote as a plan; raises `Refusal("bad_button")` for anything else."""
    match = _CODE.fullmatch(code)
    way = WAYS[match[1]] if match else None
    if match is None or way is None or int(match[3]) >= len(way.choices):
        raise Refusal("bad_button")
    size = int(match[2])
    if not 0 < size <= _MOST_LAMPORTS:
        raise Refusal("bad_button")
    words = way.choices[int(match[3])][1].format(size=_in_sol(size)).split()
    plan = way.read(words, token_id)
    if isinstance(plan, SpokenSale):
        raise Refusal("bad_button")
    return plan


def read_size_code(code: str) -> tuple[str, int]:
    """Read a way with its size, `l5000000000x0`; raises `Refusal("bad_button")`."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise Refusal("bad_button")
    return match[1], int(match[2])


def way_of(code: str) -> Way:
    """Give the way of a button; raises `Refusal("bad_button")`."""
    way = WAYS.get(code)
    if way is None:
        raise Refusal("bad_button")
    return way


def exit_way_of(code: str) -> ExitWay:
    """Give the way out of a button; raises `Refusal("bad_button")`."""
    way = EXIT_WAYS.get(code)
    if way is None:
        raise Refusal("bad_button")
    return way


def own_exit(code: str, presets: Presets) -> tuple[str, str] | None:
    """Give a person's own usual exit as its label and its code; None for kinds without one."""
    match code:
        case "s":
            return f"\u2212{in_percent(presets.stop_bps)}", f"sv{presets.stop_bps}"
        case "t":
            return in_percent(presets.trail_bps), f"tv{presets.trail_bps}"
        case "p" if len(presets.profits_bps) <= _MOST_STEPS:
            shown = " ".join(f"+{in_percent(bps)}" for bps in presets.profits_bps)
            return shown, f"pv{'x'.join(str(bps) for bps in presets.profits_bps)}"
    return None


def exit_choice(code: str) -> tuple[ExitWay, list[str]]:
    """Read `s1` as the second usual stop and its words; raises `Refusal("bad_button")`."""
    way = exit_way_of(code[:1])
    if _OWN.fullmatch(code):
        return way, _own_words(code)
    digits = code[1:]
    if digits not in {str(place) for place in range(len(way.choices))}:
        raise Refusal("bad_button")
    return way, way.choices[int(digits)][1].split()


def _own_words(code: str) -> list[str]:
    levels = [in_percent(int(digits)) for digits in code[2:].split("x")]
    if code[0] != "p":
        return levels
    # What the even shares leave over goes to the last step, so that no dust stays.
    share = _WHOLE // len(levels)
    shares = [share] * (len(levels) - 1) + [_WHOLE - share * (len(levels) - 1)]
    return [f"{level}:{part}%" for level, part in zip(levels, shares, strict=True)]


def code_of(name: str) -> str:
    """Give the code of the way out that a command is named after."""
    return next(code for code, way in EXIT_WAYS.items() if way.name == name)


def _in_sol(lamports: int) -> str:
    return f"{(Decimal(lamports) / LAMPORTS_PER_SOL).normalize():f}"
