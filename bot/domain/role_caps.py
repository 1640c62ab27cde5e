"""What a role's limits are called, how they are counted, and which way each is looser."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.errors import Refusal
from bot.domain.money import SOL_DECIMALS, units_from_text, whole_from_text

BASIS_POINTS_PER_PERCENT = 100
_NONE = frozenset({"none", "any", "off"})
_ANY = (0, 10**9)


class Measure(StrEnum):
    """What a limit counts."""

    SOL = "sol"
    COUNT = "count"
    PERCENT = "percent"
    SECONDS = "seconds"
    TIMES = "times"


_BOUNDS: Mapping[Measure, tuple[int, int]] = {
    Measure.SOL: (1, 10**18),
    Measure.PERCENT: (BASIS_POINTS_PER_PERCENT, 100 * BASIS_POINTS_PER_PERCENT),
    Measure.TIMES: (1, 100),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCap:
    """One limit; `column` is its name in `role_limits`, `may_be_none` that it may be lifted."""

    column: str
    measure: Measure
    more_is_looser: bool = True
    may_be_none: bool = True


ROLE_CAPS: Mapping[str, RoleCap] = {
    "position": RoleCap(column="position_lamports", measure=Measure.SOL),
    "positions": RoleCap(column="open_positions", measure=Measure.COUNT),
    "leverage": RoleCap(column="leverage", measure=Measure.TIMES, may_be_none=False),
    "orders": RoleCap(column="orders_per_minute", measure=Measure.COUNT),
    "grant": RoleCap(column="starting_grant_lamports", measure=Measure.SOL, may_be_none=False),
    "watched": RoleCap(column="watched_tokens", measure=Measure.COUNT),
    "alerts": RoleCap(column="alerts", measure=Measure.COUNT),
    "waiting": RoleCap(column="resting_orders", measure=Measure.COUNT),
    "concentration": RoleCap(column="concentration_bps", measure=Measure.PERCENT),
    "position_heat": RoleCap(column="position_heat_bps", measure=Measure.PERCENT),
    "portfolio_heat": RoleCap(column="portfolio_heat_bps", measure=Measure.PERCENT),
    "daily_loss": RoleCap(column="daily_loss_bps", measure=Measure.PERCENT),
    "drawdown": RoleCap(column="drawdown_bps", measure=Measure.PERCENT),
    "cooldown": RoleCap(
        column="close_cooldown_seconds", measure=Measure.SECONDS, more_is_looser=False
    ),
    "after_stop": RoleCap(
        column="after_stop_seconds", measure=Measure.SECONDS, more_is_looser=False
    ),
}
"""By the word that admins type."""


def cap_named(word: str) -> RoleCap:
    """Give a limit by its word; raises `Refusal` (`bad_cap_name`)."""
    cap = ROLE_CAPS.get(word.casefold())
    if cap is None:
        raise Refusal("bad_cap_name", text=word[:32])
    return cap


def cap_value(cap: RoleCap, word: str) -> int | None:
    """Read a limit's value, None for none at all; raises `Refusal` (`bad_cap_value`).

    SOL as people write it, percent of equity, minutes for times, whole numbers for the rest.
    """
    if word.casefold() in _NONE:
        if not cap.may_be_none:
            raise Refusal("bad_cap_value", text=word[:32])
        return None
    try:
        value = _read(cap.measure, word)
    except Refusal as refusal:
        raise Refusal("bad_cap_value", text=word[:32]) from refusal
    if not is_sound(cap, value):
        raise Refusal("bad_cap_value", text=word[:32])
    return value


def is_sound(cap: RoleCap, value: int | None) -> bool:
    """Tell whether a limit may have this value."""
    if value is None:
        return cap.may_be_none
    least, most = _BOUNDS.get(cap.measure, _ANY)
    return least <= value <= most


def _read(measure: Measure, word: str) -> int:
    match measure:
        case Measure.SOL:
            return units_from_text(word, SOL_DECIMALS)
        case Measure.PERCENT:
            return whole_from_text(word.removesuffix("%")) * BASIS_POINTS_PER_PERCENT
        case Measure.SECONDS:
            return whole_from_text(word.removesuffix("m")) * 60
        case Measure.TIMES:
            return whole_from_text(word.casefold().removeprefix("x"))
        case Measure.COUNT:
            return whole_from_text(word)


def is_raised(cap: RoleCap, before: int | None, after: int | None) -> bool:
    """Tell whether a change gives a role more freedom than it had."""
    if before is None:
        return False
    if after is None:
        return True
    return after > before if cap.more_is_looser else after < before
