"""Tables for spreadsheets, which must never take a stranger's text for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

Cell = str | int | Decimal | bool | datetime | None

# What begins a formula in the usual programs, their full-width twins with it. Source: OWASP,
# CSV Injection.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """Give rows as CSV (RFC 4180): numbers as they are, moments in UTC, text made harmless.

    A text that a spreadsheet would read as a formula gets an apostrophe before it, which such
    programs do not show. Numbers are exact and plain, and stay numbers also below zero.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return written.getvalue()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case int():
            return str(cell)
        case Decimal():
            return f"{cell:f}"
        case datetime():
            return cell.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        case str():
            text = cell.replace("\0", "")
            # Some programs pass over spaces before they look.
            is_formula = text.lstrip(" ").startswith(_BEGINS_A_FORMULA)
            return f"'{text}" if is_formula else text
