"""Looks at everything that health is judged by, and waits long for none of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.errors import Unavailable
from bot.domain.health import (
    ArchiveSeen,
    Check,
    HealthLimits,
    HealthSeen,
    PricesSeen,
    RoleSeen,
    StoredSeen,
)
from bot.ports.backups import BackupShelf
from bot.ports.chain import Chain
from bot.ports.clock import Clock
from bot.ports.health import Disks, HealthBook
from bot.ports.signer import Signer
from bot.services.archive import Archive
from bot.services.price_board import PriceBoard
from bot.services.pulse import Pulse
from bot.services.role_watch import RoleWatch

_STANDSTILL_SECONDS = 15.0
_BACKUPS_SECONDS = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthMeans:
    """What is looked at; `hot` gives the tokens held or looked at, by their ids.

    There is no shelf where no backups are taken, no archive where the log is not archived, no
    signer where there is no live trading, no Redis where nothing is shared, and no other roles
    beside a whole bot.
    """

    book: HealthBook
    board: PriceBoard
    chain: Chain
    clock: Clock
    pulse: Pulse
    disks: Disks
    limits: HealthLimits
    default_mints: Sequence[str]
    hot: Callable[[], Collection[int]]
    backups: BackupShelf | None = None
    archive: Archive | None = None
    signer: Signer | None = None
    is_redis_away: Callable[[], bool] | None = None
    roles: RoleWatch | None = None


class HealthLooks:
    """Looks once at a time; what is slow to look at is looked at now and then."""

    def __init__(self, means: HealthMeans) -> None:
        self._means = means
        self._backup_hours: float | None = None
        self._backups_until = float("-inf")
        self.limits = means.limits

    def resting_endpoints(self) -> Sequence[str]:
        """Give the RPC endpoints that rest now, by the names that hold no key."""
        return [each.name for each in self._means.chain.endpoints() if each.is_open]

    @property
    def is_one_of_many(self) -> bool:
        """Tell whether other processes see what this one does not."""
        return self._means.roles is not None

    async def look(self) -> HealthSeen:
        """Give all that is judged.

        Needs no permission: it tells no person's figures.
        """
        means = self._means
        endpoints = means.chain.endpoints()
        stored, roles = await self._stored(), await self._roles()
        return HealthSeen(
            now=means.clock.now(),
            up_seconds=means.pulse.up_seconds,
            stored=stored,
            ended_tasks=means.pulse.ended_tasks(),
            prices=self._prices(),
            endpoints=len(endpoints),
            resting_endpoints=sum(each.is_open for each in endpoints),
            unheard_seconds=means.pulse.unheard_seconds(),
            jobs=means.pulse.jobs(),
            disks=tuple(means.disks.look()),
            skew_seconds=self._skew_seconds(),
            backup_hours=await self._age_of_backup(),
            signer=await self._signer(),
            archive=None if means.archive is None else archive_seen(means.archive),
            roles=roles,
            has_live=means.signer is not None,
            is_redis_away=None if means.is_redis_away is None else means.is_redis_away(),
        )

    async def _stored(self) -> StoredSeen | None:
        try:
            return await self._means.book.look()
        except Unavailable as error:
            _log.warning("health_without_database", detail=error.detail)
            return None

    async def _roles(self) -> Mapping[Check, RoleSeen]:
        try:
            return await self._means.roles.look() if self._means.roles else {}
        except Unavailable:
            return {}

    def _prices(self) -> PricesSeen | None:
        if not self._means.pulse.reads_prices:
            return None
        board, standstill = self._means.board, self._standstill_seconds()
        chosen = [board.by_mint(mint) for mint in self._means.default_mints]
        default = [self._age(token.token_id if token else None) for token in chosen]
        known = {token.token_id for token in chosen if token is not None}
        hot = [self._age(token_id) for token_id in set(self._means.hot()) - known]
        limit = self._means.limits.price_seconds
        # A price that is read again from a chain that stands still is no fresh one.
        return PricesSeen(
            default=len(default),
            default_stale=sum(max(age, standstill) > limit for age in default),
            hot=len(hot),
            hot_stale=sum(max(age, standstill) > limit for age in hot),
            oldest_s=max((*default, *hot, standstill)),
        )

    def _age(self, token_id: int | None) -> float:
        """Give the age of a token's price; where it never had one, it is as old as can be."""
        columns = self._means.board.columns
        row = None if token_id is None else columns.row_of.get(token_id)
        if row is None or columns.prices[row] <= 0:
            return max(self._means.pulse.up_seconds, 2 * self._means.limits.price_seconds)
        return max(0.0, self._means.clock.now().timestamp() - float(columns.received[row]))

    def _standstill_seconds(self) -> float:
        return self._means.board.standstill_seconds(self._means.clock.now())

    def _skew_seconds(self) -> float | None:
        """Give how far our clock is before the chain's, where the chain is heard."""
        chain, now = self._means.chain, self._means.clock.now()
        at = chain.time_of(chain.best_slot())
        if at is None or self._standstill_seconds() > _STANDSTILL_SECONDS:
            return None
        return (now - at).total_seconds()

    async def _age_of_backup(self) -> float | None:
        shelf, clock = self._means.backups, self._means.clock
        if shelf is None or clock.monotonic() < self._backups_until:
            return self._backup_hours
        self._backups_until = clock.monotonic() + _BACKUPS_SECONDS
        try:
            names = await shelf.kept()
        except Unavailable:
            return self._backup_hours
        up_since = clock.now() - timedelta(seconds=self._means.pulse.up_seconds)
        # Where none was ever taken, the first is due once the bot has run for long enough.
        newest = max((name.taken_at for name in names), default=up_since)
        self._backup_hours = (clock.now() - newest).total_seconds() / 3600
        return self._backup_hours

    async def _signer(self) -> str | None:
        if self._means.signer is None:
            return None
        try:
            await self._means.signer.health()
        except Unavailable as error:
            return error.detail or error.what
        return ""


def archive_seen(archive: Archive) -> ArchiveSeen:
    """Give what is judged of the archive, without asking anybody."""
    found = archive.health()
    return ArchiveSeen(
        failure=found.failure, behind_seconds=found.age_seconds, has_gap=found.has_gap
    )
