"""A backup's name says when and of what; the night's is due once; the newest are never let go."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backups import (
    KEPT_AT_LEAST,
    BackupName,
    is_due,
    read_backup_name,
    superfluous,
)

MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
NAMES = st.builds(
    BackupName, taken_at=MOMENTS, schema=st.from_regex(r"[0-9a-z]{1,12}", fullmatch=True)
)


@given(NAMES)
def test_a_name_is_read_as_it_was_written(name: BackupName) -> None:
    assert read_backup_name(str(name)) == name


@given(st.text(max_size=80))
def test_no_other_text_is_a_backup(text: str) -> None:
    read = read_backup_name(text)
    assert read is None or str(read) == text


def test_a_half_written_file_and_an_impossible_date_are_no_backups() -> None:
    assert read_backup_name("kitrader-20261121T030000Z-0036.dump.age.part") is None
    assert read_backup_name("kitrader-20261341T030000Z-0036.dump.age") is None


@given(MOMENTS, st.integers(0, 23))
def test_the_nights_backup_is_due_until_it_is_taken(now: datetime, hour: int) -> None:
    assert is_due([], now, hour)
    taken = BackupName(taken_at=now, schema="1")
    assert not is_due([taken], now, hour)
    assert is_due([taken], now + timedelta(hours=24), hour)


@given(st.lists(NAMES, unique=True), MOMENTS, st.integers(1, 60))
def test_only_old_backups_go_and_the_newest_stay(
    names: list[BackupName], now: datetime, days: int
) -> None:
    gone = superfluous(names, now, days)
    newest = sorted(names, reverse=True)[:KEPT_AT_LEAST]
    assert not set(gone) & set(newest)
    assert all(now - name.taken_at > timedelta(days=days) for name in gone)
