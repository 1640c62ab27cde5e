"""Writes columns of prices as PostgreSQL's binary COPY reads them, all rows at once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from bot.adapters.database.numeric_columns import NUMERIC, NUMERIC_BYTES, numerics
from bot.ports.price_rows import PriceRows

# Source: PostgreSQL's documentation of COPY, "Binary Format".
_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_FIELDS = 7
COLUMNS = ("token_id", "received_at", "price", "liquidity_lamports", "slot", "source", "usd")


def as_binary(rows: PriceRows) -> Iterator[bytes]:
    """Give the bytes to send, one piece for each source: rows of one have one length."""
    yield _HEAD
    for number in np.unique(rows.source_of).tolist():
        yield _of_source(rows, np.flatnonzero(rows.source_of == number), rows.sources[number])
    yield _END


def _of_source(rows: PriceRows, chosen: npt.NDArray[np.intp], source: str) -> bytes:
    name = source.encode()
    usd = None if rows.usd is None else rows.usd[chosen]
    lines = np.zeros(len(chosen), _line_type(len(name), has_usd=usd is not None))
    lines["fields"] = _FIELDS
    lines["id_length"], lines["token_id"] = 4, rows.token_ids[chosen]
    lines["at_length"], lines["at"] = 8, _microseconds(rows.received_at)
    lines["price_length"], lines["price"] = NUMERIC_BYTES, numerics(rows.prices[chosen])
    lines["liquidity_length"] = NUMERIC_BYTES
    lines["liquidity"] = numerics(np.rint(rows.liquidities[chosen]))
    lines["slot_length"], lines["slot"] = 8, rows.slots[chosen]
    lines["source_length"], lines["source"] = len(name), name
    lines["usd_length"] = -1 if usd is None else NUMERIC_BYTES
    if usd is not None:
        lines["usd"] = numerics(usd)
    return lines.tobytes()


def _line_type(name_bytes: int, *, has_usd: bool) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("fields", ">i2"),
            ("id_length", ">i4"),
            ("token_id", ">i4"),
            ("at_length", ">i4"),
            ("at", ">i8"),
            ("price_length", ">i4"),
            ("price", NUMERIC),
            ("liquidity_length", ">i4"),
            ("liquidity", NUMERIC),
            ("slot_length", ">i4"),
            ("slot", ">i8"),
            ("source_length", ">i4"),
            ("source", f"S{name_bytes}"),
            ("usd_length", ">i4"),
            *([("usd", NUMERIC)] if has_usd else []),
        ]
    )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
