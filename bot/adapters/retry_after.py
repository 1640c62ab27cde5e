"""Reads the Retry-After header, in both its forms, without trusting it too far."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_SECONDS = 600.0
_MOST_DIGITS = 9


def read_retry_after(header: str | None, now: datetime) -> float | None:
    """Give the seconds to wait, None where there is no readable header.

    RFC 9110 section 10.2.3 allows whole seconds or an HTTP date. A wait over ten minutes is
    cut to ten: one odd header must not silence a source for a day.
    """
    text = (header or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        seconds = float(text) if len(text) <= _MOST_DIGITS else LONGEST_SECONDS
        return min(seconds, LONGEST_SECONDS)
    moment = _read_date(text)
    if moment is None:
        return None
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_SECONDS)


def _read_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
