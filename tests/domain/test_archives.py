"""Names in the archive are read as written; gaps are found; what a moment needs is never let go."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.archives import (
    BaseName,
    ChainName,
    PartName,
    Segment,
    WholeName,
    base_for,
    missing,
    needless_bases,
    read_archive_name,
    read_place,
    read_segment,
    segment_at,
)

MOMENTS = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
SEGMENTS = st.builds(Segment, timeline=st.integers(1, 2**32 - 1), number=st.integers(0, 2**40 - 1))
NAMES = st.one_of(
    st.builds(ChainName, begun_at=MOMENTS, mark=st.from_regex("[0-9a-f]{8}", fullmatch=True)),
    st.builds(BaseName, taken_at=MOMENTS, needs=SEGMENTS),
    st.builds(WholeName, segment=SEGMENTS, until=MOMENTS),
    st.builds(PartName, segment=SEGMENTS, attempt=st.integers(1, 999_999_999)),
)
# They are names of files in one folder.
BASES = st.lists(st.builds(BaseName, taken_at=MOMENTS, needs=SEGMENTS), max_size=8, unique=True)


@given(NAMES)
def test_a_name_in_the_archive_is_read_as_it_was_written(
    name: ChainName | BaseName | WholeName | PartName,
) -> None:
    assert read_archive_name(str(name)) == name
    assert read_archive_name(f"{name}.part") is None


def test_a_segment_is_called_what_postgresql_calls_it() -> None:
    place = read_place("1/FF000028")
    assert str(segment_at(1, place)) == "0000000100000001000000FF"
    assert read_segment("0000000100000001000000FF").begin == read_place("1/FF000000")


@given(st.sets(st.integers(0, 40)), st.integers(0, 20))
def test_a_gap_is_every_number_that_lacks_before_the_newest(found: set[int], first: int) -> None:
    segments = [Segment(timeline=1, number=number) for number in found]
    lacking = missing(segments, Segment(timeline=1, number=first))
    numbers = {segment.number for segment in lacking}
    later = {number for number in found if number >= first}
    assert numbers | later == set(range(first, max(later, default=first - 1) + 1))
    assert not numbers & found


@given(BASES, MOMENTS, st.integers(1, 60), st.integers(0, 60))
def test_whatever_moment_of_the_kept_days_could_be_reached_still_can_be(
    bases: list[BaseName], now: datetime, days: int, ago: int
) -> None:
    gone = needless_bases(bases, now, days)
    kept = [base for base in bases if base not in gone]
    moment = now - timedelta(days=min(ago, days))
    assert base_for(kept, moment) == base_for(bases, moment)
    assert base_for(kept, None) == base_for(bases, None)
