"""What checks of health are called, and what is said where one fails."""

from collections.abc import Mapping

from bot.domain.health import Check, Finding, Proof, Proved
from bot.words.speech import later, say

NAMES: Mapping[Check, str] = {
    Check.DATABASE: later("Database"),
    Check.TASKS: later("Tasks"),
    Check.INBOX: later("Inbox"),
    Check.PRICES: later("Prices"),
    Check.ENDPOINTS: later("RPC endpoints"),
    Check.OUTBOX: later("Outbox"),
    Check.TELEGRAM: later("Telegram"),
    Check.JOBS: later("Jobs"),
    Check.BOOKS: later("Books"),
    Check.AUDIT: later("Audit log"),
    Check.DISK: later("Disk"),
    Check.CLOCK: later("Clock"),
    Check.BACKUP: later("Backup"),
    Check.WALLETS: later("Live wallets"),
    Check.ORDERS: later("Live orders"),
    Check.SIGNER: later("Signer"),
    Check.REDIS: later("Redis"),
    Check.ARCHIVE: later("Archive"),
    Check.WEB: later("Web"),
    Check.WORKERS: later("Workers"),
    Check.MARKET: later("Market"),
    Check.SENDERS: later("Senders"),
}
_WHY: Mapping[Check, str] = {
    Check.DATABASE: later("the database takes {took_ms} ms for an answer"),
    Check.TASKS: later("ended though it runs for ever: {ended}"),
    Check.INBOX: later("{waiting} updates wait, the oldest for {oldest_s} s"),
    Check.PRICES: later("{stale} of {tokens} prices that matter are older than {limit_s} s"),
    Check.ENDPOINTS: later("all {endpoints} RPC endpoints rest"),
    Check.OUTBOX: later("{waiting} messages wait, the oldest for {oldest_s} s"),
    Check.TELEGRAM: later("Telegram was not heard for {unheard_s} s"),
    Check.JOBS: later("no good run for long: {stuck}"),
    Check.BOOKS: later("{wrong} differences in the books, the first: {first}"),
    Check.AUDIT: later("{wrong} differences in the audit log, the first: {first}"),
    Check.DISK: later("{free_mb} MB free in {folder}, less than {least_mb}"),
    Check.CLOCK: later("our clock and the chain's are {skew_s} s apart"),
    Check.BACKUP: later("the newest backup is {age_h} hours old"),
    Check.WALLETS: later("{paused} wallets are paused, one for {longest_min} min"),
    Check.ORDERS: later("{open} live orders have no end, one for {oldest_min} min"),
    Check.SIGNER: later("the signer does not answer: {answer}"),
    Check.REDIS: later("Redis does not answer: each process goes on with its part of the limits"),
    Check.ARCHIVE: later("the archive of the database is {behind_s} s behind"),
    Check.WEB: later("no web process is at work for {longest_s} s: nobody hears Telegram"),
    Check.WORKERS: later("{unheld} of {wanted} shards of people have no worker for {longest_s} s"),
    Check.MARKET: later(
        "no market process is at work for {longest_s} s: prices, stops and jobs stand still"
    ),
    Check.SENDERS: later("{unheld} of {wanted} shards of chats have no sender for {longest_s} s"),
}
_PROVED: Mapping[Proof, Check] = {Proof.BOOKS: Check.BOOKS, Proof.AUDIT: Check.AUDIT}
_SILENT_DATABASE = later("the database does not answer")
_NEVER_PROVED = later("never checked yet")
_LATE_PROOF = later("last checked {age_s} s ago, which is too long")
_FROM_BEFORE = later("it failed before the start, and was not looked at since")
_STOPPED_ARCHIVE = later("the archive of the database has stopped: {failure}")
_TORN_ARCHIVE = later("the archive of the database has a gap, or no copy to begin with yet")
_NO_PRICE = later("no price has been read yet")


def name_of(check: Check) -> str:
    """Give what a check is called."""
    return say(NAMES[check])


def why(finding: Finding) -> str:
    """Say why a check fails, with its figures; nothing where it does not."""
    if finding.is_ok:
        return ""
    return say(_template(finding), **finding.figures)


def _template(finding: Finding) -> str:
    check, figures = finding.check, finding.figures
    if not figures:
        return _FROM_BEFORE
    if check is Check.DATABASE and not figures["answers"]:
        return _SILENT_DATABASE
    if check is Check.PRICES and not figures["tokens"]:
        return _NO_PRICE
    if check in {Check.BOOKS, Check.AUDIT} and not figures["wrong"]:
        return _NEVER_PROVED if figures["age_s"] == -1 else _LATE_PROOF
    if check is Check.ARCHIVE and (figures["failure"] or figures["gap"]):
        return _STOPPED_ARCHIVE if figures["failure"] else _TORN_ARCHIVE
    return _WHY[check]


def proof_words(proof: Proof, last: Proved | None) -> str:
    """Say what the last proof of books or audit log came to."""
    name = say(NAMES[_PROVED[proof]])
    if last is None:
        return say("{name}: never checked yet", name=name)
    moment = f"{last.checked_at:%Y-%m-%d %H:%M} UTC"
    if last.wrong:
        return say("⚠️ {name}: {wrong} differences at {moment}", name=name, wrong=last.wrong,
                   moment=moment)  # fmt: skip
    return say("{name}: no difference at {moment}", name=name, moment=moment)
