"""Each rule of health fails with its own figures, and there are words for each of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.health import (
    ArchiveSeen,
    Check,
    DiskSeen,
    Finding,
    HealthLimits,
    HealthSeen,
    JobSeen,
    PricesSeen,
    Proof,
    Proved,
    RoleSeen,
    StoredSeen,
)
from bot.domain.health_rules import RULES
from bot.domain.languages import Language
from bot.words.health import name_of, proof_words, why
from bot.words.speech import speaking

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=30)
ROLES = (Check.WEB, Check.WORKERS, Check.MARKET, Check.SENDERS)
PROVED = {
    proof: Proved(proof=proof, checked_at=NOW, took_ms=5, wrong=0, counts={}) for proof in Proof
}
STORED = StoredSeen(
    took_ms=1.0, inbox_waiting=0, inbox_oldest_at=None, outbox_waiting=0, outbox_oldest_at=None,
    paused_wallets=0, paused_since=None, live_orders=0, live_order_since=None, proved=PROVED,
)  # fmt: skip
WELL = HealthSeen(
    now=NOW, up_seconds=1e6, stored=STORED, ended_tasks=(),
    prices=PricesSeen(default=4, default_stale=1, hot=2, hot_stale=0, oldest_s=1.0),
    endpoints=2, resting_endpoints=1, unheard_seconds=3.0,
    jobs=(JobSeen(name="refresh_all", every_seconds=60, since_end_seconds=59, faults=2),),
    disks=(DiskSeen(folder="DATA_DIR", free_mb=9_000),), skew_seconds=-2.0, backup_hours=3.0,
    signer="", has_live=True, is_redis_away=False,
    archive=ArchiveSeen(failure="", behind_seconds=1.0, has_gap=False),
    roles={check: RoleSeen(wanted=64, unheld=0, longest_seconds=0.0) for check in ROLES},
)  # fmt: skip


def stored(**parts: object) -> HealthSeen:
    return replace(WELL, stored=replace(STORED, **parts))


def proved(proof: Proof, **parts: object) -> HealthSeen:
    return stored(proved=PROVED | {proof: replace(PROVED[proof], **parts)})


def unheld(check: Check) -> HealthSeen:
    late = RoleSeen(wanted=64, unheld=2, longest_seconds=12.1)
    return replace(WELL, roles={**WELL.roles, check: late})


def archived(**parts: object) -> HealthSeen:
    return replace(WELL, archive=replace(WELL.archive, **parts))


BAD = [
    (Check.DATABASE, replace(WELL, stored=None), "the database does not answer"),
    (Check.DATABASE, stored(took_ms=2_500.0), "takes 2500.0 ms"),
    (Check.TASKS, replace(WELL, ended_tasks=("sender",)), "for ever: sender"),
    (Check.INBOX, stored(inbox_waiting=3, inbox_oldest_at=LONG_AGO), "3 updates wait"),
    (Check.OUTBOX, stored(outbox_waiting=3, outbox_oldest_at=LONG_AGO), "3 messages wait"),
    (Check.PRICES, replace(WELL, prices=replace(WELL.prices, default_stale=2)), "2 of 6"),
    (Check.PRICES, replace(WELL, prices=replace(WELL.prices, hot_stale=1)), "older than 180.0 s"),
    (Check.ENDPOINTS, replace(WELL, resting_endpoints=2), "all 2 RPC endpoints rest"),
    (Check.TELEGRAM, replace(WELL, unheard_seconds=121.0), "not heard for 121.0 s"),
    (Check.JOBS, replace(WELL, jobs=(replace(WELL.jobs[0], faults=3),)), "refresh_all"),
    (Check.JOBS, replace(WELL, jobs=(replace(WELL.jobs[0], since_end_seconds=361),)), "refresh"),
    (Check.BOOKS, proved(Proof.BOOKS, wrong=2, first_wrong="x"), "2 differences in the books"),
    (Check.BOOKS, proved(Proof.BOOKS, checked_at=LONG_AGO), "which is too long"),
    (Check.BOOKS, stored(proved={}), "never checked yet"),
    (Check.AUDIT, proved(Proof.AUDIT, wrong=1, first_wrong="x"), "1 differences in the audit log"),
    (Check.DISK, replace(WELL, disks=(DiskSeen(folder="LOG_DIR", free_mb=9),)), "9 MB free in LOG"),
    (Check.CLOCK, replace(WELL, skew_seconds=-31.0), "-31.0 s apart"),
    (Check.BACKUP, replace(WELL, backup_hours=37.0), "37.0 hours old"),
    (Check.WALLETS, stored(paused_wallets=1, paused_since=LONG_AGO), "1 wallets are paused"),
    (Check.ORDERS, stored(live_orders=1, live_order_since=LONG_AGO), "1 live orders have no end"),
    (Check.SIGNER, replace(WELL, signer="no socket"), "does not answer: no socket"),
    (Check.REDIS, replace(WELL, is_redis_away=True), "Redis does not answer"),
    (Check.ARCHIVE, archived(failure="its process ended"), "has stopped: its process ended"),
    (Check.ARCHIVE, archived(behind_seconds=121.0), "121.0 s behind"),
    (Check.ARCHIVE, archived(behind_seconds=None), "1000000.0 s behind"),
    (Check.ARCHIVE, archived(has_gap=True), "has a gap"),
    (Check.WEB, unheld(Check.WEB), "no web process is at work for 12.1 s"),
    (Check.WORKERS, unheld(Check.WORKERS), "2 of 64 shards of people have no worker"),
    (Check.MARKET, unheld(Check.MARKET), "no market process is at work"),
    (Check.SENDERS, unheld(Check.SENDERS), "2 of 64 shards of chats have no sender"),
]  # fmt: skip


def failing(seen: HealthSeen) -> dict[Check, str]:
    found = {}
    for check, rule in RULES.items():
        verdict = rule(seen, HealthLimits())
        if verdict is not None and not verdict.is_ok:
            finding = Finding(check=check, is_ok=False, since=NOW, figures=verdict.figures)
            for language in Language:
                with speaking(language):
                    assert why(finding)
            found[check] = why(finding)
    return found


def test_what_is_well_fails_nowhere() -> None:
    assert failing(WELL) == {}


@pytest.mark.parametrize(("check", "seen", "words"), BAD)
def test_each_failure_is_of_one_check_and_says_its_figures(
    check: Check, seen: HealthSeen, words: str
) -> None:
    found = failing(seen)
    late = {Check.AUDIT} if seen.stored is not None and not seen.stored.proved else set()
    assert set(found) == {check} | late
    assert words in found[check]


def test_every_check_has_a_rule_and_a_name() -> None:
    assert set(RULES) == set(Check)
    assert len({name_of(check) for check in Check}) == len(Check)
    assert proof_words(Proof.BOOKS, None) == "Books: never checked yet"
    assert "no difference" in proof_words(Proof.AUDIT, PROVED[Proof.AUDIT])
