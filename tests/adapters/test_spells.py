"""A trouble that repeats is told when it begins and when it is over."""

import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.adapters.spells import Spells
from tests.fakes.hand_clock import HandClock


def spells_of(clock: HandClock) -> Spells:
    return Spells(structlog.get_logger(), clock, begins="fails", is_over="answers")


def told(lines: list[EventDict]) -> list[tuple[object, ...]]:
    return [(line["event"], line["what"], line["times"]) for line in lines]


def test_each_name_has_a_spell_of_its_own() -> None:
    spells = spells_of(HandClock())
    with capture_logs() as lines:
        for what in ("one", "other", "one", "other"):
            spells.went_wrong(what, "slow")
    assert told(lines) == [("fails", "one", 1), ("fails", "other", 1)]


def test_a_new_reason_is_told_at_once() -> None:
    spells = spells_of(HandClock())
    with capture_logs() as lines:
        for reason in ("slow", "slow", "HTTP 500", "slow", "HTTP 500"):
            spells.went_wrong("site", reason)
    assert [(line["reason"], line["times"]) for line in lines] == [("slow", 1), ("HTTP 500", 3)]


def test_a_success_in_between_ends_nothing() -> None:
    clock = HandClock()
    spells = spells_of(clock)
    with capture_logs() as lines:
        for _ in range(100):
            spells.went_wrong("site", "slow")
            clock.advance(59.0)
            spells.went_well("site")
    assert told(lines) == [("fails", "site", 1), ("fails", "site", 63)]  # the second after an hour


def test_a_spell_over_is_told_with_its_reasons_and_how_long_it_lasted() -> None:
    clock = HandClock()
    spells = spells_of(clock)
    with capture_logs() as lines:
        spells.went_wrong("site", "slow")
        clock.advance(30.0)
        spells.went_wrong("site", "HTTP 500")
        clock.advance(60.0)
        for _ in range(3):
            spells.went_well("site")
        spells.went_wrong("site", "slow")
    over, anew = lines[2:]
    assert (over["event"], over["times"]) == ("answers", {"slow": 1, "HTTP 500": 1})
    assert over["lasted_seconds"] == 30
    assert (anew["event"], anew["times"]) == ("fails", 1)


def test_reasons_without_end_are_told_as_others() -> None:
    spells = spells_of(HandClock())
    with capture_logs() as lines:
        for number in range(100):
            spells.went_wrong("site", f"garbled at {number}")
    assert len(lines) == 9
