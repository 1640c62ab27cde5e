"""The rules of health, one small one for each check."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.health import Check, Figures, HealthLimits, HealthSeen, Proof, Proved

_MISSED_RUNS, _LEAST_PATIENCE_SECONDS = 5, 60.0
_MOST_FAULTS = 3
_MISSED_PROOFS = 4
_PROOF_RESTS = 40
_FIRST_COPY_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether something is well, with the figures it was judged by."""

    is_ok: bool
    figures: Figures


Rule = Callable[[HealthSeen, HealthLimits], Verdict | None]
"""Gives None where there is nothing to judge by: what was found last then stands."""


def database(seen: HealthSeen, limits: HealthLimits) -> Verdict:
    """Ask that the database answers, and in time."""
    if seen.stored is None:
        return Verdict(is_ok=False, figures={"answers": 0, "took_ms": 0, "most_ms": 0})
    took = round(seen.stored.took_ms, 1)
    return Verdict(
        is_ok=took <= limits.database_ms,
        figures={"answers": 1, "took_ms": took, "most_ms": limits.database_ms},
    )


def tasks(seen: HealthSeen, _limits: HealthLimits) -> Verdict:
    """Ask that no task has ended that is to run for ever."""
    return Verdict(is_ok=not seen.ended_tasks, figures={"ended": ", ".join(seen.ended_tasks)})


def inbox(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that the oldest update that nobody answered is young."""
    stored = seen.stored
    if stored is None:
        return None
    age = _age_seconds(stored.inbox_oldest_at, seen.now)
    figures = {"waiting": stored.inbox_waiting, "oldest_s": age}
    return Verdict(is_ok=age <= limits.inbox_seconds, figures=figures)


def outbox(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that the oldest message that is due is young."""
    stored = seen.stored
    if stored is None:
        return None
    age = _age_seconds(stored.outbox_oldest_at, seen.now)
    figures = {"waiting": stored.outbox_waiting, "oldest_s": age}
    return Verdict(is_ok=age <= limits.outbox_seconds, figures=figures)


def prices(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that most of the tokens that matter have a fresh price.

    One token whose pools are gone is no outage; half of the chosen or of the held ones is.
    """
    found = seen.prices
    if found is None:
        return None
    is_priced = found.default + found.hot > 0
    is_ok = is_priced and not (
        _is_half(found.default_stale, found.default) or _is_half(found.hot_stale, found.hot)
    )
    figures = {
        "tokens": found.default + found.hot,
        "stale": found.default_stale + found.hot_stale,
        "oldest_s": round(found.oldest_s, 1),
        "limit_s": limits.price_seconds,
    }
    return Verdict(is_ok=is_ok, figures=figures)


def endpoints(seen: HealthSeen, _limits: HealthLimits) -> Verdict:
    """Ask that not every RPC endpoint rests."""
    return Verdict(
        is_ok=seen.resting_endpoints < seen.endpoints,
        figures={"endpoints": seen.endpoints, "resting": seen.resting_endpoints},
    )


def telegram(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that Telegram was heard lately, also where it had nothing to say."""
    if seen.unheard_seconds is None:
        return None
    age = round(seen.unheard_seconds, 1)
    return Verdict(is_ok=age <= limits.telegram_seconds, figures={"unheard_s": age})


def jobs(seen: HealthSeen, _limits: HealthLimits) -> Verdict | None:
    """Ask that every job still ends its runs, and not with a fault time after time.

    A run that only met an outage counts as ended: what is away has a check of its own.
    """
    if not seen.jobs:
        return None
    stuck = [
        job.name
        for job in seen.jobs
        if job.faults >= _MOST_FAULTS
        or job.since_end_seconds > _MISSED_RUNS * job.every_seconds + _LEAST_PATIENCE_SECONDS
    ]
    return Verdict(is_ok=not stuck, figures={"jobs": len(seen.jobs), "stuck": ", ".join(stuck)})


def books(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that the books were proved lately, and nothing was wrong in them."""
    return _proved(seen, Proof.BOOKS, limits.books_every_seconds)


def audit(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask the same of the audit log's chains and seals."""
    return _proved(seen, Proof.AUDIT, limits.audit_every_seconds)


def disk(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that there is room wherever the bot writes."""
    if not seen.disks:
        return None
    fullest = min(seen.disks, key=lambda one: one.free_mb)
    figures: Figures = {
        "folder": fullest.folder,
        "free_mb": fullest.free_mb,
        "least_mb": limits.disk_free_mb,
    }
    return Verdict(is_ok=fullest.free_mb >= limits.disk_free_mb, figures=figures)


def clock(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that our clock and the chain's tell the same time."""
    if seen.skew_seconds is None:
        return None
    skew = round(seen.skew_seconds, 1)
    return Verdict(is_ok=abs(skew) <= limits.clock_seconds, figures={"skew_s": skew})


def backup(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that the newest backup is young, where backups are taken."""
    if seen.backup_hours is None:
        return None
    age = round(seen.backup_hours, 1)
    return Verdict(is_ok=age <= limits.backup_hours, figures={"age_h": age})


def archive(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that the archive of the database's log is fed, level and whole, where there is one.

    After a start it gets as long to catch up as it may be behind, and ten minutes for a first copy.
    """
    found = seen.archive
    if found is None:
        return None
    behind = seen.up_seconds if found.behind_seconds is None else found.behind_seconds
    has_gap = found.has_gap and seen.up_seconds > _FIRST_COPY_SECONDS
    figures: Figures = {
        "failure": found.failure,
        "behind_s": round(behind, 1),
        "limit_s": limits.archive_seconds,
        "gap": int(has_gap),
    }
    is_ok = not (found.failure or has_gap) and behind <= limits.archive_seconds
    return Verdict(is_ok=is_ok, figures=figures)


def wallets(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that no live wallet stays paused: its owner and admins were told when it was."""
    if seen.stored is None or not seen.has_live:
        return None
    minutes = _age_seconds(seen.stored.paused_since, seen.now) / 60
    figures = {"paused": seen.stored.paused_wallets, "longest_min": round(minutes)}
    return Verdict(is_ok=minutes <= limits.paused_minutes, figures=figures)


def orders(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
    """Ask that no live order stays without an end."""
    if seen.stored is None or not seen.has_live:
        return None
    minutes = _age_seconds(seen.stored.live_order_since, seen.now) / 60
    figures = {"open": seen.stored.live_orders, "oldest_min": round(minutes)}
    return Verdict(is_ok=minutes <= limits.order_minutes, figures=figures)


def signer(seen: HealthSeen, _limits: HealthLimits) -> Verdict | None:
    """Ask that the signer answers."""
    if seen.signer is None:
        return None
    return Verdict(is_ok=not seen.signer, figures={"answer": seen.signer or "ok"})


def redis(seen: HealthSeen, _limits: HealthLimits) -> Verdict | None:
    """Ask that Redis answers, where processes share one."""
    if seen.is_redis_away is None:
        return None
    return Verdict(is_ok=not seen.is_redis_away, figures={"answers": int(not seen.is_redis_away)})


def _held(check: Check) -> Rule:
    """Ask that processes of a role hold all that they are to, but for the time of a take-over.

    In that time nothing is judged: to a process that has just begun, what is gone for long is new.
    """

    def held(seen: HealthSeen, limits: HealthLimits) -> Verdict | None:
        found = seen.roles.get(check)
        if found is None or (found.unheld and found.longest_seconds <= limits.unheld_seconds):
            return None
        figures = {
            "wanted": found.wanted,
            "unheld": found.unheld,
            "longest_s": round(found.longest_seconds, 1),
        }
        return Verdict(is_ok=not found.unheld, figures=figures)

    return held


RULES: Mapping[Check, Rule] = {
    Check.DATABASE: database,
    Check.TASKS: tasks,
    Check.INBOX: inbox,
    Check.PRICES: prices,
    Check.ENDPOINTS: endpoints,
    Check.OUTBOX: outbox,
    Check.TELEGRAM: telegram,
    Check.JOBS: jobs,
    Check.BOOKS: books,
    Check.AUDIT: audit,
    Check.DISK: disk,
    Check.CLOCK: clock,
    Check.BACKUP: backup,
    Check.ARCHIVE: archive,
    Check.WALLETS: wallets,
    Check.ORDERS: orders,
    Check.SIGNER: signer,
    Check.REDIS: redis,
    Check.WEB: _held(Check.WEB),
    Check.WORKERS: _held(Check.WORKERS),
    Check.MARKET: _held(Check.MARKET),
    Check.SENDERS: _held(Check.SENDERS),
}


def _proved(seen: HealthSeen, proof: Proof, every_seconds: float) -> Verdict | None:
    if seen.stored is None:
        return None
    patience = _MISSED_PROOFS * every_seconds + _LEAST_PATIENCE_SECONDS
    last = seen.stored.proved.get(proof)
    if last is None:
        is_young = seen.up_seconds <= patience
        return None if is_young else Verdict(is_ok=False, figures=_of_proof(None, seen.now))
    age = (seen.now - last.checked_at).total_seconds()
    # After a long stop the next proof gets its time, too.
    waits = min(age, seen.up_seconds)
    is_late = waits > patience + _PROOF_RESTS * last.took_ms / 1000
    return Verdict(is_ok=not last.wrong and not is_late, figures=_of_proof(last, seen.now))


def _of_proof(last: Proved | None, now: datetime) -> Figures:
    if last is None:
        return {"wrong": 0, "first": "", "age_s": -1, "took_ms": 0}
    return {
        "wrong": last.wrong,
        "first": last.first_wrong,
        "age_s": round((now - last.checked_at).total_seconds()),
        "took_ms": last.took_ms,
    }


def _is_half(some: int, of: int) -> bool:
    return some > 0 and 2 * some >= of


def _age_seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else round(max(now - since, timedelta(0)).total_seconds(), 1)
