"""Computes what so many users need, out of measured figures and named assumptions."""

from dataclasses import dataclass, fields
from math import ceil
from pathlib import Path

import orjson

MEASURED = Path(__file__).with_name("measured.json")
_DAY_SECONDS = 86_400
_YEAR_DAYS = 365
_MAIL_DAYS = 7
_MICROSECONDS = 1e6
GIGABYTE, TERABYTE = 10**9, 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What nobody can measure before the people come; change one and compute again."""

    active_share: float = 0.2  # of all users, on a day
    commands_a_day: float = 10  # of an active user
    order_share: float = 0.3  # of the commands
    news_a_day: float = 3  # messages to an active user that answer nothing
    peak_factor: float = 5  # the busiest second to the mean one
    alerts_a_user: float = 2
    tokens_a_user: float = 0.2  # followed tokens that nobody else follows
    most_tokens: int = 50_000  # with a pool worth trading
    accounts_a_token: float = 3  # read at each refresh
    refresh_seconds: float = 30
    utilisation: float = 0.6  # of a core that is planned to be used
    server_cores: int = 64  # of the largest PostgreSQL server that is bought
    server_terabytes: float = 8
    server_wal_megabytes: float = 300  # a second
    partition_rows: float = 1e9  # of one table, from which on it is cut
    market_gigabytes: float = 8  # of levels in one market process
    redis_operations: float = 4  # for an update and its answer
    redis_a_second: float = 100_000  # of one Redis


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What others allow, as they publish it."""

    telegram_a_second: float = 30  # messages of one bot
    telegram_paid_a_second: float = 1_000  # of a broadcast that is paid for
    accounts_a_call: int = 100  # of getMultipleAccounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured; `benchmarks/measured.json` says when, on what and by which command."""

    web_us: float
    worker_us: float
    sender_us: float
    database_us: float
    commits_an_update: float
    wal_bytes_an_update: float
    order_bytes: float
    mail_bytes: float
    alert_bytes: float
    alert_load_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What so many users need at their busiest second, and in a year on disk."""

    users: int
    updates_a_second: float
    messages_a_second: float
    web_processes: int
    worker_processes: int
    sender_processes: int
    market_processes: int
    database_cores: float
    commits_a_second: float
    wal_megabytes_a_second: float
    books_gigabytes_a_year: float
    mail_gigabytes: float
    transfers_a_year: float
    servers: int
    is_partitioned: bool
    tokens: int
    rpc_calls_a_second: float
    bots: int
    broadcast_minutes: float
    paid_broadcast_minutes: float
    levels_gigabytes: float
    start_seconds: float
    redis_servers: float

    @property
    def path(self) -> str:
        """Name the step of growth that this is."""
        if self.servers > 1:
            return f"{self.servers} servers, each of some users"
        return "one server, large tables cut by user" if self.is_partitioned else "one server"


def read_measured() -> Measured:
    """Give the figures; raises `KeyError` where one is missing."""
    found = orjson.loads(MEASURED.read_bytes())
    return Measured(**{each.name: float(found[each.name]["value"]) for each in fields(Measured)})


_TRANSFERS_AN_ORDER = 4


def need_of(
    users: int,
    measured: Measured,
    assumed: Assumptions = Assumptions(),
    limits: Limits = Limits(),
) -> Need:
    """Compute it; processes and servers are whole, and at least one each."""
    active = users * assumed.active_share
    commands_a_day = active * assumed.commands_a_day
    updates = commands_a_day / _DAY_SECONDS * assumed.peak_factor
    messages = updates + active * assumed.news_a_day / _DAY_SECONDS * assumed.peak_factor
    orders_a_year = commands_a_day * assumed.order_share * _YEAR_DAYS
    tokens = int(min(assumed.most_tokens, users * assumed.tokens_a_user))
    levels = users * assumed.alerts_a_user
    levels_gigabytes = levels * measured.alert_bytes / GIGABYTE
    bots = _whole(messages / limits.telegram_a_second)
    database_cores = updates * measured.database_us / _MICROSECONDS / assumed.utilisation
    wal = updates * measured.wal_bytes_an_update / 1e6
    books = orders_a_year * measured.order_bytes
    mail = commands_a_day * _MAIL_DAYS * measured.mail_bytes

    def processes(cost_us: float, a_second: float) -> int:
        return _whole(a_second * cost_us / _MICROSECONDS / assumed.utilisation)

    servers = _whole(
        max(
            database_cores / assumed.server_cores,
            (books + mail) / TERABYTE / assumed.server_terabytes,
            wal / assumed.server_wal_megabytes,
        )
    )
    return Need(
        users=users,
        updates_a_second=updates,
        messages_a_second=messages,
        web_processes=processes(measured.web_us, updates),
        worker_processes=processes(measured.worker_us, updates),
        sender_processes=processes(measured.sender_us, messages),
        market_processes=_whole(levels_gigabytes / assumed.market_gigabytes),
        database_cores=database_cores,
        commits_a_second=updates * measured.commits_an_update,
        wal_megabytes_a_second=wal,
        books_gigabytes_a_year=books / GIGABYTE,
        mail_gigabytes=mail / GIGABYTE,
        transfers_a_year=orders_a_year * _TRANSFERS_AN_ORDER,
        servers=servers,
        is_partitioned=orders_a_year * _TRANSFERS_AN_ORDER > assumed.partition_rows,
        tokens=tokens,
        rpc_calls_a_second=tokens
        * assumed.accounts_a_token
        / limits.accounts_a_call
        / assumed.refresh_seconds,
        bots=bots,
        broadcast_minutes=users / (bots * limits.telegram_a_second) / 60,
        paid_broadcast_minutes=users / (bots * limits.telegram_paid_a_second) / 60,
        levels_gigabytes=levels_gigabytes,
        start_seconds=levels * measured.alert_load_us / _MICROSECONDS,
        redis_servers=_whole(updates * assumed.redis_operations / assumed.redis_a_second),
    )


def _whole(parts: float) -> int:
    return max(1, ceil(parts))
