"""Everything that a monitoring system is told, in one page's worth of figures."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot import __version__
from bot.domain.errors import Unavailable
from bot.domain.health import Proved
from bot.observability.metrics import Sample
from bot.ports.clock import Clock
from bot.ports.health import HealthBook
from bot.services.backups import Backups
from bot.services.census_taking import CensusTaking
from bot.services.health import Health
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
        health: Health,
        book: HealthBook,
        outside: OutsideState,
        queues: Queues,
        census: CensusTaking,
        backups: Backups | None,
        oldest_hot_price: Callable[[], datetime | None],
        watches: Iterable[Watch],
        clock: Clock,
    ) -> None:
        self._health = health
        self._book = book
        self._outside = outside
        self._queues = queues
        self._census = census
        self._backups = backups
        self._oldest_hot_price = oldest_hot_price
        self._watches = tuple(watches)
        self._clock = clock
        self._role = "all"
        self._started_at = clock.monotonic()

    def name_role(self, role: str) -> None:
        """Say which part of the work this is, where there are several."""
        self._role = role

    async def samples(self) -> list[Sample]:
        """Give every figure of this moment.

        Needs no permission: it serves the operator's own port, and holds sums only.
        """
        return [
            *self._of_process(),
            *self._outside.samples(),
            *self._of_prices(),
            *self._of_checks(),
            *self._census.samples(),
            *(sample for watch in self._watches for sample in watch()),
            *await self._of_database(),
            *await self._of_backups(),
        ]

    async def take_census(self) -> None:
        """Count what the database holds; asked by the clock."""
        await self._census.take()

    def _of_process(self) -> Iterable[Sample]:
        words, up = "Since the start.", self._clock.monotonic() - self._started_at
        yield _gauge("kitrader_uptime_seconds", words, up)
        of = {"version": __version__, "role": self._role}
        yield _gauge("kitrader_info", "What runs here: always 1.", 1, of)

    def _of_prices(self) -> Iterable[Sample]:
        oldest = self._oldest_hot_price()
        words = "Age of the oldest price that is held, looked at or waited for; 0 where none is."
        age = 0.0 if oldest is None else self._since(oldest)
        yield _gauge("kitrader_hot_price_oldest_seconds", words, age)

    def _of_checks(self) -> Iterable[Sample]:
        words = "1 where the check found all well, 0 where it fails."
        for found in self._health.view().findings:
            yield _gauge("kitrader_check_ok", words, found.is_ok, {"check": found.check.value})

    async def _of_database(self) -> list[Sample]:
        words = "1 while the database answers."
        try:
            stored = await self._book.look()
            found = [*await self._queues.samples(), *self._of_proofs(stored.proved.values())]
        except Unavailable:
            return [_gauge("kitrader_database_up", words, 0)]
        oldest = stored.inbox_oldest_at
        age = 0.0 if oldest is None else self._since(oldest)
        words_of_inbox = "Since when the oldest update that is not dealt with waits."
        return [
            *found,
            _gauge("kitrader_inbox_oldest_seconds", words_of_inbox, age),
            _gauge("kitrader_database_up", words, 1),
        ]

    def _of_proofs(self, proved: Iterable[Proved]) -> Iterable[Sample]:
        for one in proved:
            of, prefix = {"proof": one.proof.value}, "kitrader_ledger_check_"
            words = "Differences that the last proof from the ground up found."
            yield _gauge(f"{prefix}differences", words, one.wrong, of)
            words = "Since the last proof."
            yield _gauge(f"{prefix}age_seconds", words, self._since(one.checked_at), of)
            yield _gauge(f"{prefix}seconds", "What it took.", one.took_ms / 1000, of)

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
