"""One line of what `kitrader check` finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the table: `state` is ok, warn or bad; `cure` says what to do."""

    subject: str
    state: str
    detail: str
    cure: str = ""
