"""Quiet hours are those of the person's own clock, and the quieter wish counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.alert_hours import AlertSettings, Loudness, QuietHours
from bot.domain.alerts import AlertKind

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)
NIGHT = QuietHours(from_minute=22 * 60, to_minute=7 * 60)


@pytest.mark.parametrize(
    ("hour", "offset_minutes", "is_quiet"),
    [
        (21, 0, False),
        (22, 0, True),
        (3, 0, True),
        (7, 0, False),
        (20, 120, True),
        (5, 120, False),
        (2, -300, False),
        (3, -300, True),
        (12, -300, False),
        (16, 330, False),
        (17, 330, True),
    ],
)
def test_hours_across_midnight_follow_the_persons_clock(
    hour: int, offset_minutes: int, is_quiet: bool
) -> None:
    settings = AlertSettings(quiet=NIGHT, offset_minutes=offset_minutes)
    at = MIDNIGHT + timedelta(hours=hour)
    expected = Loudness.SILENT if is_quiet else Loudness.ON
    assert settings.loudness(AlertKind.PRICE, at) is expected


def test_the_quieter_of_two_wishes_counts() -> None:
    off = {AlertKind.MOVE: Loudness.OFF}
    settings = AlertSettings(levels=off, quiet=NIGHT)
    assert settings.loudness(AlertKind.MOVE, MIDNIGHT) is Loudness.OFF
    assert settings.loudness(AlertKind.PRICE, MIDNIGHT) is Loudness.SILENT


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439), st.integers(-840, 840))
def test_a_day_is_quiet_for_as_long_as_was_asked(
    began: int, ended: int, minute: int, offset: int
) -> None:
    quiet = QuietHours(from_minute=began, to_minute=ended)
    settings = AlertSettings(quiet=quiet, offset_minutes=offset)
    days = (MIDNIGHT + timedelta(minutes=minute + each) for each in range(1440))
    found = sum(settings.loudness(AlertKind.PRICE, at) is Loudness.SILENT for at in days)
    assert found == (ended - began) % 1440
