"""An update is followed from its receipt to the answer that Telegram confirmed."""

from datetime import UTC, datetime, timedelta
from time import perf_counter

from bot.observability import journeys
from bot.observability.instruments import COMMANDS, REFUSALS, STAGE_SECONDS
from bot.observability.journeys import Journey, Journeys

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Arrivals:
    """Keeps what arrived."""

    def __init__(self) -> None:
        self.found: list[Journey] = []

    def arrived(self, journey: Journey) -> None:
        self.found.append(journey)


def counted() -> dict[str, int]:
    return {stage: spread.count for stage, spread in STAGE_SECONDS.of.items()}


def test_every_stage_is_timed_once_and_the_journey_ends_with_the_last_answer() -> None:
    arrivals, before = Arrivals(), counted()
    ways = Journeys(now=lambda: NOW, arrivals=arrivals)
    answered = COMMANDS.of("message", "open", "answered")
    ways.stored(7, "message", perf_counter())
    journey = ways.begin(7, NOW)
    journeys.note_command("message", "open")
    journeys.note_asked()
    journeys.note_booked()
    ways.queued([70, 71])
    ways.end(journey)
    for notice_id in (70, 71):
        assert arrivals.found == []
        ways.leaves(notice_id, "fill", 0.0)
        ways.confirmed(notice_id, perf_counter())
        assert ways.correlation_of(notice_id) == "7"
        ways.settled(notice_id, is_sent=True)
    assert arrivals.found == [journey]
    assert [name for name, _, _ in journey.stages] == [
        *("stored", "waited", "decided", "booked", "handled"),
        *("queued", "confirmed") * 2,
    ]
    assert all(began <= ended for _, began, ended in journey.stages)
    assert {stage: count - before[stage] for stage, count in counted().items()} == {
        **dict.fromkeys(before, 1),
        "queued": 2,
        "confirmed": 2,
    }
    assert COMMANDS.of("message", "open", "answered") == answered + 1
    assert journeys.current() is None
    assert ways.correlation_of(70) == ""


def test_what_another_process_stored_has_waited_since_it_was_received() -> None:
    ways = Journeys(now=lambda: NOW)
    journey = ways.begin(8, NOW - timedelta(seconds=40))
    (_, began, ended), *_ = journey.stages
    ways.end(journey)
    assert 39.9 < ended - began < 41


def test_a_refusal_is_counted_with_its_code() -> None:
    ways = Journeys(now=lambda: NOW)
    codes, refused = REFUSALS.of("open", "frozen"), COMMANDS.of("button", "open", "refused")
    journey = ways.begin(9, NOW)
    journeys.note_command("button", "open")
    journeys.note_refusal("frozen")
    ways.end(journey)
    assert REFUSALS.of("open", "frozen") == codes + 1
    assert COMMANDS.of("button", "open", "refused") == refused + 1


def test_what_belongs_to_no_update_is_counted_nowhere_else() -> None:
    before, ways = counted(), Journeys(now=lambda: NOW)
    journeys.note_asked()
    journeys.note_booked()
    journeys.note_refusal("frozen")
    ways.queued([90])
    ways.settled(90, is_sent=True)
    assert counted() == before
