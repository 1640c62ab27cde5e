"""Reads what HTTP sources answer: JSON with exact numbers, where anything may be missing."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from bot.adapters.price_sources.http_source import Garbled

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_LARGEST, _SMALLEST = Decimal("1e24"), Decimal("1e-30")
_LONGEST_TIME = 40
_LONGEST_TEXT = 200
_LARGEST_COUNT = 10**12
_FIRST_MS, _LAST_MS = 1_577_836_800_000, 4_102_444_800_000  # the years 2020 and 2100


def parsed(body: bytes) -> object:
    """Give the JSON of a body, its numbers as decimals; raises `Garbled`."""
    try:
        return json.loads(body, parse_float=_number, parse_int=_number, parse_constant=_nothing)
    except (ValueError, RecursionError):
        raise Garbled("not JSON") from None


def at(found: object, *path: str) -> object:
    """Give what lies at a path of names, None where there is nothing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def objects(found: object) -> Iterator[Mapping[str, object]]:
    """Give the objects of a list, of anything else none; what is no object is left out."""
    return (
        (each for each in found if isinstance(each, dict)) if isinstance(found, list) else iter(())
    )


def positive(found: object) -> Decimal | None:
    """Give a number above zero, written as a number or as a text; None for anything else."""
    number = _number(found) if isinstance(found, str) else found
    if not isinstance(number, Decimal) or not _SMALLEST < number < _LARGEST:
        return None
    return number


def count(found: object) -> int | None:
    """Give a whole number from zero up."""
    if not isinstance(found, Decimal) or not 0 <= found < _LARGEST_COUNT or found % 1:
        return None
    return int(found)


def text(found: object) -> str:
    """Give a text, cut to a sane length; empty for anything else."""
    return found[:_LONGEST_TEXT] if isinstance(found, str) else ""


def moment(found: object) -> datetime | None:
    """Give a moment with its zone, written as ISO 8601."""
    if not isinstance(found, str) or len(found) > _LONGEST_TIME:
        return None
    try:
        read = datetime.fromisoformat(found)
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


def second_of(found: object) -> datetime | None:
    """Give a moment written as milliseconds since 1970, of the years in which Solana had pools."""
    if not isinstance(found, Decimal) or not _FIRST_MS <= found < _LAST_MS:
        return None
    return datetime.fromtimestamp(int(found) // 1000, UTC)


def _number(text: str) -> Decimal | None:
    # Checked before `Decimal` sees it: a short exponent can stand for a number of any length.
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _nothing(_constant: str) -> None:
    """Take no NaN and no Infinity."""
