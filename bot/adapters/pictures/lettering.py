"""Letters in pictures: the font that comes with us, names fit to draw, numbers for an axis."""

import math
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_FILE = Path(__file__).parent / "fonts" / "Roboto-Medium.ttf"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_MOST_PLAIN_ZEROS = 4
_SUFFIXES = ((1e9, "B"), (1e6, "M"), (1e4, "k"))
_DIVISORS = {"B": 1e9, "M": 1e6, "k": 1e3}
_LEAST_PERCENT = 0.01
_LARGEST = 1e15
_MOST_PLACES = 40
MINUS = "\u2212"


@lru_cache(maxsize=32)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Give the font at a size in pixels."""
    return ImageFont.truetype(_FILE, size, layout_engine=ImageFont.Layout.BASIC)


def width(text: str, size: int) -> int:
    """Give how wide a line of text is, in pixels."""
    return math.ceil(font(size).getlength(text))


def drawable(text: str, otherwise: str) -> str:
    """Give a stranger's text if it is plain ASCII, or another text.

    A picture has no room to warn that a letter only looks like another, and no other font to
    fall back on: what is not ASCII is not drawn at all.
    """
    return text if text.isascii() and text.isprintable() and text.strip() else otherwise


def fitted(text: str, size: int, longest: int) -> str:
    """Cut a text so that it is at most so many pixels long."""
    if width(text, size) <= longest:
        return text
    while text and width(text + "…", size) > longest:
        text = text[:-1]
    return text + "…"


def axis_number(value: float, step: float) -> str:
    """Give a number as exact as the steps of its axis: `0.0184`, `12.5k`, `0.0₇4157`."""
    if value >= _LARGEST:
        return f"{value:.1e}"
    suffix = next((name for least, name in _SUFFIXES if value >= least), "")
    divisor = _DIVISORS.get(suffix, 1.0)
    return _short_zeros(f"{value / divisor:.{_places(step / divisor)}f}") + suffix


def _places(step: float) -> int:
    """Give how many decimals tell the steps of an axis apart; 2.5 needs one more than 2."""
    places = max(0, math.ceil(-math.log10(step) - 1e-9))
    is_whole = math.isclose(step * 10.0**places, round(step * 10.0**places), rel_tol=1e-6)
    return min(places if is_whole else places + 1, _MOST_PLACES)


def price_number(value: float) -> str:
    """Give a price to four digits."""
    if value <= 0:
        return "0"
    text = axis_number(value, 10.0 ** (math.floor(math.log10(value)) - 3))
    digits = text.rstrip("BMk")
    suffix = text[len(digits) :]
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) + suffix


def signed_percent(fraction: float) -> str:
    """Give a change with its sign, however small: `+3.2%`, and nothing changed without: `0%`."""
    percent = abs(fraction) * 100
    if not percent:
        return "0%"
    places = 0 if percent >= 100 else 1 if percent >= 1 else 2  # noqa: PLR2004 (digits shown)
    digits = f"{percent:,.{places}f}" if percent < _LARGEST else ">999T"
    if percent < _LEAST_PERCENT:
        digits = "<0.01"
    return f"{MINUS if fraction < 0 else '+'}{digits}%"


def _short_zeros(text: str) -> str:
    if not text.startswith("0."):
        return text
    digits = text[2:].lstrip("0")
    zeros = len(text) - 2 - len(digits)
    if zeros <= _MOST_PLAIN_ZEROS or not digits:
        return text
    return f"0.0{str(zeros).translate(_SUBSCRIPTS)}{digits}"
