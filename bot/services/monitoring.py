"""Everything that a monitoring system is told, in one page's worth of figures."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot import __version__
from bot.domain.errors import Unavailable
from bot.observability.metrics import Sample
from bot.ports.clock import Clock
from bot.services.backups import Backups
from bot.services.census_taking import CensusTaking
from bot.services.operations import Operations
from bot.services.outside_state import OutsideState
from bot.services.queues import Queues

Watch = Callable[[], Iterable[Sample]]
"""Tells figures of this moment; asks nobody for them."""


class Monitoring:
    """Figures about the whole, never about one person.

    A database that is away takes its own figures with it and no others: they are what tells that
    it is away.
    """

    def __init__(
        self,
        *,
        operations: Operations,
        outside: OutsideState,
        queues: Queues,
        census: CensusTaking,
        backups: Backups | None,
        oldest_hot_price: Callable[[], datetime | None],
        watches: Iterable[Watch],
        clock: Clock,
        role: str = "all",
    ) -> None:
        self._operations = operations
        self._outside = outside
        self._queues = queues
        self._census = census
        self._backups = backups
        self._oldest_hot_price = oldest_hot_price
        self._watches = tuple(watches)
        self._clock = clock
        self._role = role
        self._started_at = clock.monotonic()

    async def samples(self) -> list[Sample]:
        """Give every figure of this moment.

        Needs no permission: it serves the operator's own port, and holds sums only.
        """
        return [
            *self._of_process(),
            *self._outside.samples(),
            *self._of_prices(),
            *self._of_books(),
            *self._census.samples(),
            *(sample for watch in self._watches for sample in watch()),
            *await self._of_database(),
            *await self._of_backups(),
        ]

    async def take_census(self) -> None:
        """Count what the database holds and add its books up; asked by the clock."""
        await self._census.take()
        await self._operations.add_up()

    def _of_process(self) -> Iterable[Sample]:
        words, up = "Since the start.", self._clock.monotonic() - self._started_at
        yield _gauge("kitrader_uptime_seconds", words, up)
        of = {"version": __version__, "role": self._role}
        yield _gauge("kitrader_info", "What runs here: always 1.", 1, of)

    def _of_prices(self) -> Iterable[Sample]:
        oldest = self._oldest_hot_price()
        if oldest is not None:
            words = "Age of the oldest price that is held, looked at or waited for."
            yield _gauge("kitrader_hot_price_oldest_seconds", words, self._since(oldest))

    def _of_books(self) -> Iterable[Sample]:
        proof = self._operations.last_proof
        if proof is not None:
            words = "1 where the last check found every asset in balance, 0 where not."
            yield _gauge("kitrader_ledger_balanced", words, proof.is_balanced)
            found, words = len(proof.differences), "Differences that the last check found."
            yield _gauge("kitrader_ledger_differences", words, found)
            words = "Since the last check of the books."
            yield _gauge("kitrader_ledger_check_age_seconds", words, self._since(proof.checked_at))

    async def _of_database(self) -> list[Sample]:
        words = "1 while the database answers."
        try:
            found = [*await self._queues.samples(), *await self._census.inbox_samples()]
        except Unavailable:
            return [_gauge("kitrader_database_up", words, 0)]
        return [*found, _gauge("kitrader_database_up", words, 1)]

    async def _of_backups(self) -> list[Sample]:
        if self._backups is None:
            return []
        try:
            newest = await self._backups.newest_at()
        except Unavailable:
            return []
        if newest is None:
            return []
        return [_gauge("kitrader_backup_age_seconds", "Of the newest.", self._since(newest))]

    def _since(self, moment: datetime) -> float:
        return max((self._clock.now() - moment).total_seconds(), 0.0)


def _gauge(name: str, words: str, value: float, of: dict[str, str] | None = None) -> Sample:
    return Sample(name=name, kind="gauge", words=words, value=value, labels=of or {})
