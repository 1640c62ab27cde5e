"""Counts what a day's report tells and no table holds: lengths of commands, refusals, outages."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.admin_reports import DayCount, slot_of
from bot.domain.health import Finding
from bot.observability.journeys import Journey

COMMAND, REFUSAL, OUTAGE = "command", "refusal", "outage"
_HANDLED = "handled"
_MOST_NAMES = 5_000

_Key = tuple[str, str, int]


class DayTally:
    """Counts in memory, on the hot path a few additions; implements `Arrivals`.

    What was not yet taken when the process is killed is lost: half a minute of statistics.
    """

    def __init__(self) -> None:
        self._counts: Counter[_Key] = Counter()

    def arrived(self, journey: Journey) -> None:
        """Count how long an update took from its receipt to the end of its handling, and refusals.

        The metrics count refusals as well, but for the process: of two roles in one, or of one that
        began anew, each would tell them again.
        """
        ended = next((end for name, _, end in journey.stages if name == _HANDLED), None)
        if ended is not None:
            milliseconds = 1000 * (ended - journey.received_at)
            name = f"{journey.door} {journey.command}"
            self._add(COMMAND, name, slot_of(milliseconds), 1)
        for code in journey.refusals:
            self._add(REFUSAL, code, 0, 1)

    def note_outages(self, findings: Sequence[Finding], seconds: float) -> None:
        """Count the seconds between two looks for each check that fails."""
        for finding in findings:
            if not finding.is_ok:
                self.note_outage(finding.check.value, seconds)

    def note_outage(self, name: str, seconds: float) -> None:
        """Count milliseconds, so that nothing is lost by rounding; told in seconds."""
        self._add(OUTAGE, name, 0, round(1000 * seconds))

    def take(self) -> list[DayCount]:
        """Give what was counted since the last time, and begin anew."""
        counts, self._counts = self._counts, Counter()
        return [
            DayCount(topic=topic, name=name, slot=slot, count=count)
            for (topic, name, slot), count in counts.items()
            if count
        ]

    def give_back(self, counts: Sequence[DayCount]) -> None:
        """Take back what could not be kept."""
        for one in counts:
            self._counts[one.topic, one.name, one.slot] += one.count

    def _add(self, topic: str, name: str, slot: int, count: int) -> None:
        key = (topic, name, slot)
        if key in self._counts or len(self._counts) < _MOST_NAMES:
            self._counts[key] += count
