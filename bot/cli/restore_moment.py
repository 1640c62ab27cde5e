"""Bring the archive of the embedded database back to a moment, for `restore` and for drills."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.backups.log_opening import in_words
from bot.adapters.backups.recovering import Recovered, empty_place, recovered, settle
from bot.adapters.backups.restoring import BackupUnreadable, read_identity
from bot.adapters.database.connection import open_pool
from bot.adapters.database.migrate import is_known, migrate, schema_state
from bot.bootstrap.archive_stream import archive_folder, backup_folder
from bot.bootstrap.master_key import AUDIT_SEALS, derived_key, master_key
from bot.bootstrap.settings import Settings
from bot.cli.ledger import prove
from bot.cli.setup import SetupError
from bot.ports.books import LedgerProof

_LATEST = "latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtBack:
    """What was brought back: proof of its books and, from the archive, which moment it is."""

    schema: str
    proof: LedgerProof
    moment: Mapping[str, str]


def read_moment(text: str) -> datetime | None:
    """Read what `--to` takes: None for `latest`; without a zone it is UTC. Raises `ValueError`."""
    if text == _LATEST:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def bring_back(
    settings: Settings, *, backups: Path | None, key: Path, to: datetime | None
) -> BroughtBack:
    """Bring the archive back into an empty `DATA_DIR`; raises `SetupError`, nothing changed then.

    `backups` is the folder of the backups, the one that is set where none is named.
    """
    if settings.database_url.get_secret_value():
        raise SetupError("--to is for the embedded database: leave DATABASE_URL out")
    folder = backups or backup_folder(settings)
    data = settings.data_dir.expanduser()
    try:
        identity = read_identity(key)
        with empty_place(data, besides=folder) as workplace:
            archive = archive_folder(folder)
            async with recovered(archive, identity, workplace, to) as found:
                done = await proven(settings, found)
            await asyncio.to_thread(settle, workplace, data)
    except BackupUnreadable as error:
        raise SetupError(f"nothing was restored: {error}") from error
    except OSError as error:
        raise SetupError(f"nothing was restored: {error.strerror or error}") from error
    return done


async def proven(settings: Settings, found: Recovered) -> BroughtBack:
    """Bring what was recovered to this version's schema and prove its books; `SetupError`."""
    schema, proof = await proven_at(found.dsn, seals_key(settings))
    last_commit = found.last_commit
    return BroughtBack(
        schema=schema,
        proof=proof,
        moment={
            "last_commit": in_words(last_commit) if last_commit else "",
            "last_order": found.last_order,
            "archive_reaches": in_words(found.archive_reaches),
            "base": str(found.choice.base),
            "chain": str(found.choice.chain),
        },
    )


def seals_key(settings: Settings) -> bytes | None:
    """Give the key that the seals of the audit log were made with, if there is one."""
    return derived_key(master_key(settings), AUDIT_SEALS)


async def proven_at(dsn: str, seals: bytes | None) -> tuple[str, LedgerProof]:
    """Migrate what was restored and check it; gives its schema and the proof."""
    found, _ = await schema_state(dsn)
    if not is_known(found):
        raise SetupError(
            f"what was restored has schema {found}, newer than this version: "
            "use the version that took the backup"
        )
    schema = await migrate(dsn)
    async with open_pool(dsn, size=2) as pool:
        return schema, await prove(pool, seals)
