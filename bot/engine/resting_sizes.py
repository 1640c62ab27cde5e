"""How large an entry is: a share of the wallet, or so much that its stop loses a set part."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from bot.domain.errors import Refusal
from bot.domain.levels import Level, LevelUnit, Marker, PriceBasis, resolve
from bot.domain.resting_plans import Entry, SizeUnit, Stop
from bot.domain.triggers import Gauge

_WHOLE = Decimal(100)
# What a swap and a new token account cost beside the size; a share of "all" must leave it.
_KEPT_LAMPORTS = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a wallet has: cash, and equity with its positions at what the pools would pay."""

    cash_lamports: int
    equity_lamports: int


def size_lamports(entry: Entry, means: Means, at: Marker, basis: PriceBasis) -> int:
    """Work an entry's size out in lamports, rounded down; `at` is where it enters.

    Risk-based: size = equity x risk / (distance of the stop x leverage), the distance as a
    fraction of the entry price. Raises `Refusal` (`bad_size`, `risk_needs_stop`).
    """
    value = entry.size.value
    if value <= 0 or (entry.size.unit is not SizeUnit.LAMPORTS and value > _WHOLE):
        raise Refusal("bad_size", text=f"{value:f}")
    match entry.size.unit:
        case SizeUnit.LAMPORTS:
            return int(value)
        case SizeUnit.CASH_PERCENT:
            spare = max(means.cash_lamports - _KEPT_LAMPORTS, 0)
            return _floor(spare * value / _WHOLE)
        case SizeUnit.RISK_PERCENT:
            distance = _stop_distance(entry, at, basis)
            risked = means.equity_lamports * value / _WHOLE
            return _floor(risked / distance / entry.leverage)


def _stop_distance(entry: Entry, at: Marker, basis: PriceBasis) -> Decimal:
    stop = next((one for one in entry.exits if isinstance(one, Stop)), None)
    if stop is None:
        raise Refusal("risk_needs_stop")
    distance = _distance(stop.level, at, basis)
    if not distance:
        raise Refusal("risk_needs_stop")
    return distance


def _distance(level: Level, at: Marker, basis: PriceBasis) -> Decimal:
    """Give how far a stop is from the entry, as a fraction of the entry's price."""
    if level.unit is LevelUnit.PERCENT:
        return abs(level.value) / _WHOLE
    stop = in_sol(resolve(level, basis), basis)
    entry_price = in_sol(at, basis)
    return abs(entry_price - stop) / entry_price


def in_sol(marker: Marker, basis: PriceBasis) -> Decimal:
    """Give a level as a price in SOL, by the dollars of now."""
    if marker.gauge is Gauge.PRICE_SOL:
        return marker.value
    return marker.value / basis.dollars()


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))
