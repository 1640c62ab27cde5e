"""Operators' tasks as they must not be, and a migration to kill: what a child swaps for its own."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import bot.adapters.database.migrate as migrating
import bot.cli.keys
from bot.adapters.database.connection import connected
from bot.adapters.database.live_wallets import PostgresLiveWallets
from bot.domain.live_wallets import SealedKey
from bot.ports.live_wallets import Batch, Place, Reseal

ROOT = Path(__file__).parents[2]
REVISION = "9999"
_MIGRATION = '''"""Widen the tables of live orders, while orders are under way."""
from alembic import op
revision, down_revision = "{revision}", "{head}"
def upgrade():
    {before}
    op.execute("ALTER TABLE live_intents ADD COLUMN more TEXT")
    op.execute("UPDATE live_pauses SET differences = differences")
    op.execute("ALTER TABLE live_attempts ADD COLUMN more TEXT")
    op.execute("CREATE INDEX ix_more ON live_attempts (more)")
'''
BACK = """
    DROP INDEX IF EXISTS ix_more;
    ALTER TABLE live_intents DROP COLUMN IF EXISTS more;
    ALTER TABLE live_attempts DROP COLUMN IF EXISTS more;
    UPDATE alembic_version SET version_num = '{head}' WHERE version_num = '9999';
"""
"""What undoes the migration, however far it got."""
_FIRST = """
    UPDATE live_wallets SET key_version = $3, wrapped_key = $4 WHERE user_id = $1 AND number = $2
"""
_SECOND = "UPDATE live_wallets SET sealed = $3 WHERE user_id = $1 AND number = $2"


class SealsInTwoSteps(PostgresLiveWallets):
    """The rotation that we must not have: a key in two statements, each of them kept at once."""

    async def reseal_after(
        self, place: Place, newest: int, limit: int, reseal: Reseal, _at: datetime
    ) -> Batch:
        keys = [key for key in await self.keys_after(place, limit) if key.key_version != newest]
        pairs = [(key, anew) for key in keys if (anew := reseal(key)) is not None]
        await self._write(pairs)
        last = (keys[-1].user_id, keys[-1].number) if keys else None
        return Batch(resealed=len(pairs), last=last)

    async def _write(self, pairs: Sequence[tuple[SealedKey, SealedKey]]) -> None:
        async with connected(self._pool) as connection:
            for key, anew in pairs:
                whose = (key.user_id, key.number)
                await connection.execute(_FIRST, *whose, anew.key_version, anew.wrapped_key)
                await connection.execute(_SECOND, *whose, anew.sealed)


def seal_in_two_steps() -> None:
    """Rotate without transactions."""
    bot.cli.keys.PostgresLiveWallets = SealsInTwoSteps  # type: ignore[misc] # on purpose


def migrate_further() -> None:
    """Find one more migration, in the folder that the child stands in."""
    migrating._ROOT = Path.cwd() / "sound"


def migrate_in_pieces() -> None:
    """Find the migration that we must not have: it ends its transaction at the beginning."""
    migrating._ROOT = Path.cwd() / "torn"


def write_migrations(folder: Path, head: str) -> None:
    """Write our migrations with one more, as it should be and as it must not be."""
    for name, before in (("sound", "pass"), ("torn", 'op.execute("COMMIT")')):
        root = folder / name
        shutil.copytree(ROOT / "migrations", root / "migrations")
        shutil.copy(ROOT / "alembic.ini", root)
        (root / "migrations" / "versions" / f"{REVISION}_more.py").write_text(
            _MIGRATION.format(revision=REVISION, head=head, before=before)
        )
