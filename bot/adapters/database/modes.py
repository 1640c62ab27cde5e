"""The modes that people trade in, kept among the settings of their row."""

from collections.abc import Collection, Sequence

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.telling import audit, tell
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.users import Mode

_LIVE = """
    SELECT user_id FROM users
    WHERE settings ->> 'mode' = 'live' AND ($1::bigint[] IS NULL OR user_id = ANY ($1))
"""
_CHOSEN = "SELECT settings ->> 'mode' FROM users WHERE user_id = $1"
_HAS_BOOKS = """
    SELECT EXISTS (
      SELECT FROM virtual_wallets w
      JOIN live_wallets k ON k.user_id = w.user_id AND k.number = w.season
      WHERE w.user_id = $1 AND w.mode = 'live' AND w.is_current)
"""
_KEEP = """
    UPDATE users SET settings = settings || jsonb_build_object('mode', $2::text)
    WHERE user_id = $1 RETURNING user_id
"""


class PostgresModes:
    """Implements `ModeBook`. Where the data of a person are deleted, their settings go as well."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def live(self, among: Collection[int] | None = None) -> Sequence[int]:
        """Give who chose live, of some users or of all."""
        asked = None if among is None else list(among)
        async with connected(self._pool) as connection:
            return [row["user_id"] for row in await connection.fetch(_LIVE, asked)]

    async def chosen(self, user_id: int) -> Mode:
        """Give what a person chose last."""
        async with connected(self._pool) as connection:
            return Mode(await connection.fetchval(_CHOSEN, user_id) or Mode.PAPER)

    async def has_live_books(self, user_id: int) -> bool:
        """Tell whether a person has a live wallet, with its books begun."""
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_HAS_BOOKS, user_id))

    async def keep(self, request: Request, mode: Mode, notices: Sequence[Notice]) -> bool:
        """Keep the mode that a person chose."""
        user_id = request.user.user_id
        async with connected(self._pool) as connection, connection.transaction():
            if not await tell(connection, notices, request):
                return False
            await connection.execute(_KEEP, user_id, mode.value)
            await audit(connection, user_id, "mode.chosen", {"mode": mode.value})
        self._on_outbox(())
        return True
