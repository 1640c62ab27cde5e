"""Questions that wait for an answer, in PostgreSQL."""

from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.ports.books import Dialog

_ASK = """
    INSERT INTO dialogs (user_id, chat_id, kind, data, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, chat_id) DO UPDATE
      SET kind = excluded.kind, data = excluded.data, expires_at = excluded.expires_at
"""
_HIDE = """
    UPDATE inbox SET raw = jsonb_set(raw::jsonb, '{message,text}', '"[secret removed]"')::text
    WHERE update_id = $1 AND raw::jsonb #> '{message,text}' IS NOT NULL
"""


class PostgresDialogs:
    """One open question per person and chat; it survives a restart and expires."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ask(self, dialog: Dialog, *, expires_at: datetime) -> None:
        """Remember a question, in place of an older one in the same chat."""
        async with connected(self._pool) as connection:
            await connection.execute(
                _ASK, dialog.user_id, dialog.chat_id, dialog.kind, dict(dialog.data), expires_at
            )

    async def awaiting(self, user_id: int, chat_id: int, now: datetime) -> Dialog | None:
        """Give the question that is open in this chat, if any."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                "SELECT kind, data FROM dialogs"
                " WHERE user_id = $1 AND chat_id = $2 AND expires_at > $3",
                user_id,
                chat_id,
                now,
            )
        if row is None:
            return None
        return Dialog(user_id=user_id, chat_id=chat_id, kind=row["kind"], data=row["data"])

    async def drop(self, user_id: int, chat_id: int) -> bool:
        """Forget it; tells whether there was one."""
        async with connected(self._pool) as connection:
            done = await connection.execute(
                "DELETE FROM dialogs WHERE user_id = $1 AND chat_id = $2", user_id, chat_id
            )
        return not done.endswith(" 0")

    async def hide(self, update_id: int) -> None:
        """Take the words out of a stored message."""
        async with connected(self._pool) as connection:
            await connection.execute(_HIDE, update_id)
