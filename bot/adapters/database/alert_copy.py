"""Reads the levels of all armed alerts as columns, by PostgreSQL's binary COPY."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bot.adapters.database.connection import Connection
from bot.domain.triggers import Gauge, Owner
from bot.ports.trigger_columns import TriggerColumns

_GAUGES = tuple(Gauge)
_PLACES = " ".join(f"WHEN '{gauge}' THEN {place}" for place, gauge in enumerate(_GAUGES))
# What a double cannot hold is nothing or never; what is not there is not a number.
_LEVEL = """
    CASE WHEN {0} IS NULL THEN 'NaN' WHEN {0} < 1e-300 THEN 0 WHEN {0} > 1e300 THEN 'Infinity'
         ELSE {0}::double precision END
"""
_ARMED = f"""
    SELECT alert_id, generation, token_id::bigint, (CASE gauge {_PLACES} END)::smallint,
           {_LEVEL.format("upper")}, {_LEVEL.format("lower")}
    FROM alerts
    WHERE state = 'armed' AND snoozed_until IS NULL AND gauge IS NOT NULL AND token_id IS NOT NULL
"""  # noqa: S608 (our own enumeration)
# Source: PostgreSQL's documentation of COPY, "Binary Format": a head of 19 bytes, for each row a
# count of fields and before each field its length, -1 as the count of fields at the end.
_HEAD_BYTES, _END_BYTES = 19, 2
_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("alert_id_length", ">i4"),
        ("alert_id", ">i8"),
        ("generation_length", ">i4"),
        ("generation", ">i4"),
        ("token_id_length", ">i4"),
        ("token_id", ">i8"),
        ("gauge_length", ">i4"),
        ("gauge", ">i2"),
        ("upper_length", ">i4"),
        ("upper", ">f8"),
        ("lower_length", ">i4"),
        ("lower", ">f8"),
    ]
)
_ROWS_AT_ONCE = 20_000
_MOST_SECONDS = 600.0
_DIGITS = 15
_MOST_WHOLE = 10.0**_DIGITS
_POWERS = np.array([float(10**power) for power in range(23)])  # each exactly a double
_Rows = npt.NDArray[np.void]


async def armed_levels(connection: Connection) -> Iterator[TriggerColumns]:
    """Give the levels of all alerts that are watched, some ten thousand at a time.

    They are held as they came, 64 bytes for each alert, until the last one was taken.
    """
    came = bytearray()

    async def take(piece: bytes) -> None:
        came.extend(piece)

    await connection.copy_from_query(_ARMED, output=take, format="binary", timeout=_MOST_SECONDS)
    return _pieces(came)


def _pieces(came: bytearray) -> Iterator[TriggerColumns]:
    count = (len(came) - _HEAD_BYTES - _END_BYTES) // _ROW.itemsize
    rows = np.frombuffer(came, _ROW, count=count, offset=_HEAD_BYTES)
    for start in range(0, count, _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        for gauge in np.unique(some["gauge"]).tolist():
            yield _columns(some[some["gauge"] == gauge], _GAUGES[gauge])


def _columns(rows: _Rows, gauge: Gauge) -> TriggerColumns:
    has_upper, has_lower = ~np.isnan(rows["upper"]), ~np.isnan(rows["lower"])

    def both(name: str) -> npt.NDArray[np.int64]:
        values = rows[name]
        return np.concatenate([values[has_upper], values[has_lower]]).astype(np.int64)

    is_below = np.repeat([False, True], [has_upper.sum(), has_lower.sum()])
    levels = np.concatenate([rows["upper"][has_upper], rows["lower"][has_lower]])
    return TriggerColumns(
        owner=Owner.ALERT,
        gauge=gauge,
        numbers=trigger_numbers(both("alert_id"), is_below),
        token_ids=both("token_id"),
        generations=both("generation"),
        is_below=is_below,
        keys=rounded(levels.astype(np.float64)),
    )


def rounded(levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give levels with 15 digits, as `bot.engine.trigger_book.search_key` does.

    Nearly all have no more. Those are known by a division that is exact: of a whole number of 15
    digits by a power of ten that a double holds; the others are spelt out.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        places = _DIGITS - 1 - np.floor(np.log10(levels))
        power = _POWERS[np.clip(places, 0, len(_POWERS) - 1).astype(np.intp)]
        whole = np.rint(levels * power)
        is_round = (whole / power == levels) & (whole <= _MOST_WHOLE)
    is_round &= (places >= 0) & (places < len(_POWERS)) | (levels == 0)
    keys = levels.copy()
    others = np.flatnonzero(~is_round)
    keys[others] = [float(f"{level:.{_DIGITS}g}") for level in levels[others].tolist()]
    return keys


def trigger_numbers(
    alert_ids: npt.NDArray[np.int64], is_below: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Give what `bot.domain.alerts.trigger_number` gives for each."""
    return 2 * alert_ids + is_below
