"""A report comes at its hour where its owner is, each day once, whatever their distance."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.daily_reports import ReportHour, hour_from_text, offset_from_text
from bot.domain.errors import Refusal

hours = st.builds(
    ReportHour,
    hour=st.integers(0, 23),
    offset_minutes=st.integers(-48, 56).map(lambda quarters: quarters * 15),
)
moments = st.integers(0, 70 * 365 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(hours, moments)
def test_the_next_one_is_within_a_day_and_on_the_hour_there(
    hour: ReportHour, moment: datetime
) -> None:
    due = hour.next_after(moment)
    assert timedelta(0) < due - moment <= timedelta(days=1)
    there = due + timedelta(minutes=hour.offset_minutes)
    assert (there.hour, there.minute, there.second) == (hour.hour, 0, 0)
    assert hour.next_after(due) == due + timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+2", 120), ("-5", -300), ("+5:30", 330), ("\u22123:30", -210), ("UTC+14", 840),
        ("utc-12", -720), ("+0", 0), ("GMT+01", 60),
    ],
)  # fmt: skip
def test_a_distance_from_utc_is_read(text: str, minutes: int) -> None:
    assert offset_from_text(text) == minutes


@pytest.mark.parametrize("text", ["2", "+15", "-12:15", "+5:20", "+", "Berlin", "+\u0662", "+2h"])
def test_another_distance_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="bad_offset"):
        offset_from_text(text)


@pytest.mark.parametrize("text", ["24", "-1", "9am", "", "9:30", "\u0669", "1" * 500])
def test_what_is_no_hour_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="bad_hour"):
        hour_from_text(text)


@pytest.mark.parametrize(("text", "hour"), [("0", 0), ("09", 9), ("23", 23), ("21:00", 21)])
def test_an_hour_is_read(text: str, hour: int) -> None:
    assert hour_from_text(text) == hour
