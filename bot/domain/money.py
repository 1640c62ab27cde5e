"""Whole units of an asset, and the only door by which a person's number becomes one."""

import re
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext
from enum import Enum

from bot.domain.errors import Refusal
from bot.domain.identifiers import SOL_MINT

SOL_DECIMALS = 9
LAMPORTS_PER_SOL = 10**SOL_DECIMALS

_LONGEST_NUMBER_TEXT = 24
_PLAIN_NUMBER = re.compile(r"[0-9]{1,15}(?:[.,][0-9]{1,18})?", re.ASCII)
_TOO_LARGE = re.compile(r"[0-9]{16,100}(?:[.,][0-9]{0,100})?", re.ASCII)
_THOUSANDS_LIKE = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)
_SHORTHAND = re.compile(r"([0-9.,]{1,24})([kmb])", re.ASCII | re.IGNORECASE)
_POWERS = {"k": 3, "m": 6, "b": 9}
# As we write tiny prices ourselves: the zeros after the point are counted, 0.0₅2874.
_COUNTED_ZEROS = re.compile(r"0[.,]0([₀-₉]{1,2})([0-9]{1,9})")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SHARE = re.compile(r"([+\-\u2212]?)([0-9]{1,6})(?:[.,]([0-9]{1,2}))?%?", re.ASCII)
_LARGEST_FIGURE = Decimal(10) ** 18
_PERCENT = re.compile(r"([0-9]{1,3})%?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_DIGITS_FOR_MONEY = 60
_EXACT = Context(prec=_DIGITS_FOR_MONEY)


class Rounding(Enum):
    """Which way a figure that does not come out even is taken; never left to chance."""

    DOWN = ROUND_FLOOR
    UP = ROUND_CEILING


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """So many base units of one asset (lamports for SOL); unlike assets refuse to mix."""

    asset: str
    units: int

    def __add__(self, other: "Amount") -> "Amount":
        """Add two amounts of one asset."""
        self._same_asset(other)
        return Amount(asset=self.asset, units=self.units + other.units)

    def __sub__(self, other: "Amount") -> "Amount":
        """Subtract an amount of the same asset; may go below zero."""
        self._same_asset(other)
        return Amount(asset=self.asset, units=self.units - other.units)

    def _same_asset(self, other: "Amount") -> None:
        if self.asset != other.asset:
            raise ValueError(f"cannot mix {self.asset} with {other.asset}")


def sol(units: int) -> Amount:
    """Give an amount of SOL from lamports."""
    return Amount(asset=SOL_MINT, units=units)


def number_from_text(text: str) -> Decimal:
    """Read a plain decimal number that a person typed.

    Length and form are checked before `Decimal` sees the text, because a short exponent can
    cost minutes; one comma or point is the decimal mark, and `1,500` is asked back because it
    could mean either. Raises `Refusal` (`not_a_number`, `number_too_large`, `ambiguous_number`).
    """
    cleaned = text.strip(" ")
    if _TOO_LARGE.fullmatch(cleaned):
        raise Refusal("number_too_large", text=cleaned[:_LONGEST_NUMBER_TEXT])
    if len(cleaned) > _LONGEST_NUMBER_TEXT or not _PLAIN_NUMBER.fullmatch(cleaned):
        raise Refusal("not_a_number", text=cleaned[:_LONGEST_NUMBER_TEXT])
    if _THOUSANDS_LIKE.fullmatch(cleaned):
        raise Refusal("ambiguous_number", text=cleaned)
    return Decimal(cleaned.replace(",", "."))


def figure_from_text(text: str) -> Decimal:
    """Read a price or a sum above zero, which may be short: `0.02`, `12.5k`, `1.5M`, `0.0₅2874`.

    Form and length are checked before `Decimal` sees it. Raises `Refusal` as `number_from_text`,
    or `not_positive`.
    """
    cleaned = text.strip(" ")
    if len(cleaned) > _LONGEST_NUMBER_TEXT:
        raise Refusal("not_a_number", text=cleaned[:_LONGEST_NUMBER_TEXT])
    counted = _COUNTED_ZEROS.fullmatch(cleaned)
    if counted is not None:
        zeros = int(counted[1].translate(_SUBSCRIPTS))
        number = Decimal(f"0.{'0' * zeros}{counted[2]}")
    else:
        short = _SHORTHAND.fullmatch(cleaned)
        plain, power = (short[1], _POWERS[short[2].lower()]) if short else (cleaned, 0)
        number = number_from_text(plain).scaleb(power)
    if number > _LARGEST_FIGURE:
        raise Refusal("number_too_large", text=cleaned)
    if number <= 0:
        raise Refusal("not_positive", text=cleaned)
    return number


def share_from_text(text: str) -> int:
    """Read a percentage with a sign and two decimals at most, in hundredths: `-7.5%` is -750.

    Raises `Refusal("bad_share")`.
    """
    match = _SHARE.fullmatch(text.strip(" "))
    if match is None:
        raise Refusal("bad_share", text=text.strip(" ")[:_LONGEST_NUMBER_TEXT])
    hundredths = int(match[2]) * 100 + int((match[3] or "").ljust(2, "0"))
    return hundredths if match[1] in ("", "+") else -hundredths


def units_from_text(text: str, decimals: int) -> int:
    """Read a person's number as base units of an asset with that many decimals.

    Raises `Refusal`: as `number_from_text`, or `too_many_decimals` (never rounded silently),
    or `not_positive`.
    """
    number = number_from_text(text)
    with localcontext() as context:
        context.prec = _DIGITS_FOR_MONEY
        scaled = number.scaleb(decimals)
        if scaled != scaled.to_integral_value():
            raise Refusal("too_many_decimals", text=text.strip(" "), decimals=decimals)
        if scaled <= 0:
            raise Refusal("not_positive", text=text.strip(" "))
        return int(scaled)


def percent_from_text(text: str) -> int:
    """Read a whole percentage from 1 to 100, with or without one `%`; raises `Refusal`."""
    match = _PERCENT.fullmatch(text.strip(" "))
    if match is None or not 1 <= int(match[1]) <= 100:  # noqa: PLR2004 (a percentage)
        raise Refusal("not_a_percentage", text=text.strip(" ")[:_LONGEST_NUMBER_TEXT])
    return int(match[1])


def whole_from_text(text: str) -> int:
    """Read a small whole number such as a position's; raises `Refusal` (`not_a_whole_number`)."""
    cleaned = text.strip(" ").removeprefix("#")
    if not _WHOLE.fullmatch(cleaned):
        raise Refusal("not_a_whole_number", text=cleaned[:_LONGEST_NUMBER_TEXT])
    return int(cleaned)


def portion(units: int, numerator: int, denominator: int, rounding: Rounding) -> int:
    """Give `units * numerator / denominator` in whole units, rounded as told."""
    if rounding is Rounding.UP:
        return -(-units * numerator // denominator)
    return units * numerator // denominator


def ui_amount(units: int, decimals: int) -> Decimal:
    """Give base units as the decimal number that people read, exactly."""
    return _EXACT.scaleb(Decimal(units), -decimals)
