"""Reads fields of Jupiter's answers strictly: a figure that is not there is never a zero."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address

_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,60})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_UNITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_MOST_UNITS = 2**64
_LONGEST_WORDS = 120
_MILLISECONDS_FROM = 10**12
_LAST_SECOND = 4_102_444_800  # the year 2100
_MS_PER_SECOND = 1_000


class Garbled(ValueError):
    """An answer without something that it must hold, or with something that cannot be."""


def number(text: str) -> Decimal | None:
    """Give a number of JSON; checked before `Decimal` sees it, as a short one may be huge."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def units(found: Mapping[str, object], name: str) -> int:
    """Give base units, written as a text of digits or as a number; raises `Garbled`."""
    value = found.get(name)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = str(int(value)) if 0 <= value < _MOST_UNITS else ""
    if not isinstance(value, str) or not _UNITS.fullmatch(value) or int(value) >= _MOST_UNITS:
        raise Garbled(f"no {name}")
    return int(value)


def units_or_none(found: Mapping[str, object], name: str) -> int | None:
    """Give base units, None where they are missing or none."""
    try:
        return units(found, name)
    except Garbled:
        return None


def lamports(found: Mapping[str, object], name: str) -> int:
    """Give lamports that may be left out; raises `Garbled` where they are something else."""
    return 0 if found.get(name) is None else units(found, name)


def decimal(found: Mapping[str, object], name: str) -> Decimal | None:
    """Give a number or a text that is one."""
    value = found.get(name)
    if isinstance(value, str):
        return number(value)
    return value if isinstance(value, Decimal) else None


def whole(found: Mapping[str, object], name: str) -> int | None:
    """Give a whole number of either sign, as error codes are."""
    value = decimal(found, name)
    if value is None or abs(value) >= _MOST_UNITS or value != value.to_integral_value():
        return None
    return int(value)


def address(found: Mapping[str, object], name: str) -> str:
    """Give an address; raises `Garbled`."""
    value = found.get(name)
    try:
        decode_address(value if isinstance(value, str) else "")
    except UnreadableAccount as error:
        raise Garbled(f"no {name}") from error
    return str(value)


def words(value: object) -> str:
    """Give somebody else's words fit for a log: printable ASCII, and not many."""
    text = value if isinstance(value, str) else ""
    return "".join(letter for letter in text if " " <= letter <= "~")[:_LONGEST_WORDS]


def moment(found: Mapping[str, object], name: str) -> datetime | None:
    """Give a moment written as unix seconds or milliseconds."""
    stamp = units_or_none(found, name)
    if not stamp:
        return None
    seconds = stamp // _MS_PER_SECOND if stamp >= _MILLISECONDS_FROM else stamp
    return datetime.fromtimestamp(seconds, UTC) if seconds < _LAST_SECOND else None
