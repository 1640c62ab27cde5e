"""How people want to trade live, kept among the settings of their row."""

from collections.abc import Sequence

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.telling import audit, tell
from bot.domain.live_choices import LiveChoice, choice_from, choice_to_json
from bot.domain.notices import Notice
from bot.domain.requests import Request

_READ = "SELECT settings -> 'live' FROM users WHERE user_id = $1"
_KEEP = """
    UPDATE users SET settings = settings || jsonb_build_object('live', $2::jsonb)
    WHERE user_id = $1
"""


class PostgresLiveChoices:
    """Implements `LiveChoiceShelf`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def choice(self, user_id: int) -> LiveChoice:
        """Give a person's choice."""
        async with connected(self._pool) as connection:
            return choice_from(await connection.fetchval(_READ, user_id))

    async def keep(self, request: Request, choice: LiveChoice, notices: Sequence[Notice]) -> bool:
        """Keep a person's choice."""
        user_id, spelt = request.user.user_id, choice_to_json(choice)
        async with connected(self._pool) as connection, connection.transaction():
            if not await tell(connection, notices, request):
                return False
            await connection.execute(_KEEP, user_id, spelt)
            await audit(connection, user_id, "live.chosen", spelt)
        self._on_outbox(())
        return True
