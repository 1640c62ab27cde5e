"""A person's presets, kept among the settings of their row."""

from bot.adapters.database.connection import Pool, connected
from bot.domain.presets import Presets, presets_from, presets_to_json

_READ = "SELECT settings -> 'presets' FROM users WHERE user_id = $1"
_KEEP = """
    UPDATE users SET settings = settings || jsonb_build_object('presets', $2::jsonb)
    WHERE user_id = $1
"""


class PostgresPresets:
    """Implements `PresetShelf`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def presets(self, user_id: int) -> Presets:
        """Give a person's presets, the usual ones before any choice."""
        async with connected(self._pool) as connection:
            return presets_from(await connection.fetchval(_READ, user_id))

    async def keep(self, user_id: int, presets: Presets) -> None:
        """Remember a person's presets."""
        async with connected(self._pool) as connection:
            await connection.execute(_KEEP, user_id, presets_to_json(presets))
