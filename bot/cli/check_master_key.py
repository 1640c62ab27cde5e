"""Whether the master key is there, for its owner to read alone, and the one that sealed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bot.adapters.vault.derivation import key_id_of
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, key_file, master_key
from bot.bootstrap.settings import Settings
from bot.cli.findings import Finding
from bot.domain.audit import name_of
from bot.domain.errors import Unavailable

_OTHERS = 0o077
_LAST_SEAL = "SELECT made_with FROM audit_seals ORDER BY seal_number DESC LIMIT 1"
_FACTORS = "SELECT key_id, count(*) AS count FROM user_factors GROUP BY key_id"
_SUBJECT = "master key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """By which keys what is in the database was sealed; `audit` is None before the first seal."""

    audit: str | None = None
    factors: Mapping[str, int]


async def what_is_sealed(connection: "asyncpg.Connection[asyncpg.Record]") -> Sealed:
    """Read the names of the keys; the schema must be the newest."""
    rows = await connection.fetch(_FACTORS)
    return Sealed(
        audit=await connection.fetchval(_LAST_SEAL),
        factors={row["key_id"]: row["count"] for row in rows},
    )


def master_key_findings(settings: Settings, sealed: Sealed | None) -> list[Finding]:
    """Tell of the key, and of what does not open with it; without a database, of the key alone."""
    try:
        key = master_key(settings)
    except Unavailable as error:
        cure = "bring it back from the backup: what it sealed opens with no other"
        return [Finding(subject=_SUBJECT, state="bad", detail=error.detail, cure=cure)]
    if key is None:
        return [_without_key(settings, sealed)]
    found = [_where(settings)]
    if sealed is not None:
        found += _of_audit(key, sealed) + _of_factors(key, sealed)
    return found


def _without_key(settings: Settings, sealed: Sealed | None) -> Finding:
    if sealed is not None and (sealed.factors or sealed.audit):
        detail = "there is none, though the database was sealed with one"
        cure = "set MASTER_KEY_FILE to the key's file, or bring it back from the backup"
        return Finding(subject=_SUBJECT, state="bad", detail=detail, cure=cure)
    if not settings.database_url.get_secret_value():
        detail = "none yet: the first start makes one beside the embedded database"
        return Finding(subject=_SUBJECT, state="ok", detail=detail)
    detail = "none: second factors are off, and audit seals stop accidents only"
    cure = "openssl rand -hex 32 > FILE, chmod 600 FILE, set MASTER_KEY_FILE=FILE, and back it up"
    return Finding(subject=_SUBJECT, state="warn", detail=detail, cure=cure)


def _where(settings: Settings) -> Finding:
    path = key_file(settings)
    if path is None:
        detail = "in the variable MASTER_KEY, which whoever sees the environment reads"
        cure = "put it into a file of mode 0600 and name that in MASTER_KEY_FILE"
        return Finding(subject=_SUBJECT, state="warn", detail=detail, cure=cure)
    return _of_file(path)


def _of_file(path: Path) -> Finding:
    mode = path.stat().st_mode & 0o777
    detail = f"{path}, mode {mode:04o}"
    if mode & _OTHERS:
        cure = f"chmod 600 {path}"
        return Finding(subject=_SUBJECT, state="warn", detail=detail, cure=cure)
    return Finding(subject=_SUBJECT, state="ok", detail=detail)


def _of_audit(key: bytes, sealed: Sealed) -> list[Finding]:
    subject, ours = "audit seals", name_of(derived_key(key, AUDIT_SEALS))
    if sealed.audit is None:
        return [Finding(subject=subject, state="ok", detail="none yet")]
    if sealed.audit == ours:
        return [Finding(subject=subject, state="ok", detail=f"made with this key ({ours})")]
    cure = "start the bot once: it seals everything anew with this key"
    if not sealed.audit:
        detail = f"the newest was made with no key, this is {ours}"
        return [Finding(subject=subject, state="warn", detail=detail, cure=cure)]
    detail = f"the newest was made with key {sealed.audit}, this is {ours}"
    cure = f"bring the other key back; or, if the change was meant, {cure}"
    return [Finding(subject=subject, state="bad", detail=detail, cure=cure)]


def _of_factors(key: bytes, sealed: Sealed) -> list[Finding]:
    subject, ours = "factors", key_id_of(key)
    others = sum(count for key_id, count in sealed.factors.items() if key_id != ours)
    if not others:
        count = sealed.factors.get(ours, 0)
        return [Finding(subject=subject, state="ok", detail=f"{count} sealed with this key")]
    detail = f"{others} PINs and authenticators were sealed with another key and do not open"
    cure = "bring that key back: their owners cannot prove themselves without it"
    return [Finding(subject=subject, state="bad", detail=detail, cure=cure)]
