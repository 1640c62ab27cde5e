"""What is looked at to say whether the bot is well, and what each look came to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Figures = Mapping[str, int | float | str]
"""What was found, by name: shown as it is, and filled into the words of a failure."""


class Check(StrEnum):
    """One thing that can fail by itself."""

    DATABASE = "database"
    TASKS = "tasks"
    INBOX = "inbox"
    PRICES = "prices"
    ENDPOINTS = "endpoints"
    OUTBOX = "outbox"
    TELEGRAM = "telegram"
    JOBS = "jobs"
    BOOKS = "books"
    AUDIT = "audit"
    DISK = "disk"
    CLOCK = "clock"
    BACKUP = "backup"
    WALLETS = "wallets"
    ORDERS = "orders"
    SIGNER = "signer"
    REDIS = "redis"
    ARCHIVE = "archive"
    WEB = "web"
    WORKERS = "workers"
    MARKET = "market"
    SENDERS = "senders"


TO_LIVE = frozenset({Check.TASKS})
"""What only a new start can mend."""
TO_SERVE = frozenset({Check.DATABASE, Check.TASKS, Check.INBOX, Check.PRICES, Check.ENDPOINTS})
"""What nobody can be served without. All else is told, and work goes on."""


class Proof(StrEnum):
    """What is proved from the ground up, now and then."""

    BOOKS = "books"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthLimits:
    """From where on something counts as failing."""

    database_ms: float = 2_000.0
    inbox_seconds: float = 30.0
    outbox_seconds: float = 120.0
    price_seconds: float = 180.0
    telegram_seconds: float = 120.0
    disk_free_mb: int = 500
    clock_seconds: float = 30.0
    backup_hours: float = 36.0
    archive_seconds: float = 120.0
    paused_minutes: float = 60.0
    order_minutes: float = 10.0
    books_every_seconds: float = 900.0
    audit_every_seconds: float = 86_400.0
    unheld_seconds: float = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What the last proof of the books or of the audit log came to, and what it took."""

    proof: Proof
    checked_at: datetime
    took_ms: int
    wrong: int
    first_wrong: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSeen:
    """What the database tells in one round trip of `took_ms`; None where nothing waits.

    The outbox is looked at without broadcasts, which wait behind all else by design. Live orders
    count from their decision to their end.
    """

    took_ms: float
    inbox_waiting: int
    inbox_oldest_at: datetime | None
    outbox_waiting: int
    outbox_oldest_at: datetime | None
    paused_wallets: int
    paused_since: datetime | None
    live_orders: int
    live_order_since: datetime | None
    proved: Mapping[Proof, Proved]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSeen:
    """Of the tokens that matter, how many are older than allowed; `oldest_s` of all of them.

    `default` are those the operator chose, `hot` those held or looked at.
    """

    default: int
    default_stale: int
    hot: int
    hot_stale: int
    oldest_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """How a job of the scheduler is doing; `faults` are those in a row."""

    name: str
    every_seconds: float
    since_end_seconds: float
    faults: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSeen:
    """What is free where a folder lies."""

    folder: str
    free_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSeen:
    """How the archive of the database's log is.

    `failure` is why nothing is archived now, empty where something is. `behind_seconds` is how
    long ago the moment was up to which all is archived, None where there is none yet. With
    `has_gap` the latest cannot be brought back from it: a piece lacks, or the copy to begin with.
    """

    failure: str
    behind_seconds: float | None
    has_gap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSeen:
    """Of the leases that processes of a role hold, how many nobody holds, and for how long."""

    wanted: int
    unheld: int
    longest_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSeen:
    """All that is judged, as it is at one moment; None where it is not known or not there.

    `stored` is None where the database did not answer, `signer` the reason why the signer did
    not, empty where it did. `is_redis_away` is None where there is no Redis to ask. `prices` is
    None in a process that reads none, `roles` is empty where one process is the whole bot.
    """

    now: datetime
    up_seconds: float
    stored: StoredSeen | None
    ended_tasks: tuple[str, ...]
    prices: PricesSeen | None
    endpoints: int
    resting_endpoints: int
    unheard_seconds: float | None
    jobs: tuple[JobSeen, ...]
    disks: tuple[DiskSeen, ...]
    skew_seconds: float | None
    backup_hours: float | None
    signer: str | None
    has_live: bool = False
    is_redis_away: bool | None = None
    archive: ArchiveSeen | None = None
    roles: Mapping[Check, RoleSeen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check came to; `since` when it is so, and `figures` what was found."""

    check: Check
    is_ok: bool
    since: datetime
    figures: Figures
