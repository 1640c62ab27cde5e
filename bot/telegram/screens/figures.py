"""Numbers, ages and dates as people read them: short, and as their language writes them."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from bot.domain.instruments import Token
from bot.domain.languages import Language
from bot.domain.money import SOL_DECIMALS, ui_amount
from bot.words.speech import later, say, spoken

MINUS = "\u2212"
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SIGNIFICANT = 4
_PLAIN_ZEROS = 4
_SIGNIFICANT_WITH_SUFFIX = 3
_SUFFIXES = ((15, "Q"), (12, "T"), (9, "B"), (6, "M"), (3, "k"))
_KILO_FROM = 10_000
_CENTS_BELOW = 100
_TENTHS_BELOW, _HUNDREDTHS_BELOW, _KILO_PERCENT = 100, 1, 1000
_LARGEST = Decimal(10) ** 18
_WORK = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ONE, _HUNDRED = Decimal(1), Decimal(100)
_CENT, _LEAST_PERCENT = Decimal("0.01"), Decimal("0.005")
_SOL_STEP = Decimal("0.0001")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_ENGLISH = Language.ENGLISH
_WITH_COMMA = frozenset({Language.SPANISH, Language.RUSSIAN})
_MONTHS = (
    later("Jan"), later("Feb"), later("Mar"), later("Apr"), later("May"), later("Jun"),
    later("Jul"), later("Aug"), later("Sep"), later("Oct"), later("Nov"), later("Dec"),
)  # fmt: skip


def number(value: Decimal) -> str:
    """Give a number with four significant digits: `12.4k`, `270.9`, `0.0₇4157`."""
    if value == 0:
        return "0"
    return (MINUS if value < 0 else "") + _positive(value.copy_abs())


def sol(lamports: int) -> str:
    """Give lamports as SOL with at most four decimals, more only where nothing else would show."""
    value = ui_amount(lamports, SOL_DECIMALS).copy_abs()
    sign = MINUS if lamports < 0 else ""
    if value >= _KILO_FROM or value < _CENT:
        return sign + number(value)
    return sign + _trimmed(_WORK.quantize(value, _SOL_STEP))


def with_sol(lamports: int) -> str:
    """Give lamports as SOL with the unit."""
    return f"{sol(lamports)} SOL"


def about_sol(lamports: int) -> str:
    """Give lamports as SOL to four digits, for what is only a measure (depth, market cap)."""
    return f"{number(ui_amount(lamports, SOL_DECIMALS))} SOL"


def signed_sol(lamports: int) -> str:
    """Give a gain or loss in SOL with its sign and unit."""
    return f"{'+' if lamports > 0 else ''}{sol(lamports)} SOL"


def units(token_units: int, decimals: int) -> str:
    """Give a token's base units as a readable number."""
    return number(ui_amount(token_units, decimals))


def amount(token: Token, token_units: int) -> str:
    """Give a token's base units as wallets show them."""
    return number(token.shown(token_units))


def token_price(token: Token, value: Decimal) -> str:
    """Give a price in SOL per token, as wallets count tokens."""
    return number(token.shown_price(value))


def usd(value: Decimal) -> str:
    """Give dollars, rounded: `$2.23`, `$12.4k`, `$0.0₆31`."""
    size = value.copy_abs()
    if 1 <= size < _KILO_FROM:
        places = _CENT if size < _CENTS_BELOW else _ONE
        return f"{MINUS if value < 0 else ''}${local(str(_WORK.quantize(size, places)))}"
    text = number(value)
    return f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}"


def in_usd(lamports: int, sol_usd: Decimal | None) -> str:
    """Give SOL's worth in dollars in brackets with a space before, or nothing where unknown."""
    if sol_usd is None:
        return ""
    return f" ({usd(_WORK.multiply(ui_amount(lamports, SOL_DECIMALS), sol_usd))})"


def percent(fraction: Decimal) -> str:
    """Give a fraction as percent without a plus sign: `0.04%`, or `<0.01%` where it is less."""
    value = _WORK.multiply(fraction, _HUNDRED)
    size = value.copy_abs()
    digits = local("<0.01") if 0 < size < _LEAST_PERCENT else _percent_digits(size)
    return f"{MINUS if value < 0 else ''}{digits}%"


def signed_percent(fraction: Decimal) -> str:
    """Give a change with its sign, however small: `+3.2%`, and a true minus sign for losses."""
    return f"{'+' if fraction > 0 else ''}{percent(fraction)}"


def share(part: int, whole: int) -> Decimal:
    """Give a part as a fraction of a whole, zero where there is no whole."""
    return _WORK.divide(Decimal(part), Decimal(whole)) if whole else Decimal(0)


def age(seconds: float) -> str:
    """Give how long ago something was, in its largest unit."""
    return say("{duration} ago", duration=duration(seconds))


def duration(seconds: float) -> str:
    """Give a length of time in its largest unit."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return say("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return say("{minutes} min", minutes=whole // _MINUTE)
    if whole < _DAY:
        return say("{hours} h", hours=whole // _HOUR)
    return say("{days} d", days=whole // _DAY)


def tenths(value: float) -> str:
    """Give a length of time in seconds, to a tenth, without the unit."""
    return local(f"{value:.1f}")


def time_of_day(moment: datetime) -> str:
    """Give a moment to the millisecond, UTC."""
    return moment.time().isoformat("milliseconds")


def day_and_time(moment: datetime) -> str:
    """Give a moment to the minute, UTC."""
    return say(
        "{day} {month} {time}",
        day=moment.day,
        month=say(_MONTHS[moment.month - 1]),
        time=f"{moment:%H:%M}",
    )


def day(moment: datetime) -> str:
    """Give a day without its year, UTC."""
    return say("{day} {month}", day=moment.day, month=say(_MONTHS[moment.month - 1]))


def local(text: str) -> str:
    """Give a number's digits with the decimal mark of the language spoken here.

    What can be typed back is never shown so: we read a point everywhere.
    """
    language = spoken()
    if language is _ENGLISH or language not in _WITH_COMMA:
        return text
    return text.replace(".", ",")


def slot(value: int) -> str:
    """Give a slot in groups of three."""
    return f"{value:,}".replace(",", " ")


def _rounded(size: Decimal, digits: int) -> Decimal:
    return _WORK.quantize(size, _WORK.scaleb(_ONE, size.adjusted() - digits + 1))


def _positive(size: Decimal) -> str:
    plain = _rounded(size, _SIGNIFICANT)
    if plain < 1:
        return _small(plain)
    if plain < _KILO_FROM:
        return _trimmed(plain)
    # From the whole number: rounded twice, 10.251M would be 10.25M and then 10.2M.
    return _with_suffix(_rounded(size, _SIGNIFICANT_WITH_SUFFIX))


def _with_suffix(size: Decimal) -> str:
    if size >= _LARGEST:
        return ">999Q"
    for exponent, suffix in _SUFFIXES:
        if size.adjusted() >= exponent:
            return _trimmed(_WORK.scaleb(size, -exponent)) + suffix
    raise AssertionError("numbers below a thousand have no suffix")


def _small(size: Decimal) -> str:
    zeros = -size.adjusted() - 1
    if zeros <= _PLAIN_ZEROS:
        return _trimmed(size)
    digits = "".join(map(str, size.as_tuple().digits)).rstrip("0")
    return local(f"0.0{str(zeros).translate(_SUBSCRIPTS)}{digits}")


def _trimmed(size: Decimal) -> str:
    text = f"{size:f}"
    return local(text.rstrip("0").rstrip(".")) if "." in text else text


def _percent_digits(size: Decimal) -> str:
    if size >= _KILO_PERCENT:
        return number(size)
    places = 0 if size >= _TENTHS_BELOW else 1 if size >= _HUNDREDTHS_BELOW else 2
    return _trimmed(_WORK.quantize(size, _WORK.scaleb(_ONE, -places)))
