"""Notices for everybody who holds a token, queued in the transaction that gives the reason."""

from collections.abc import Callable, Sequence

from bot.adapters.database.connection import Connection, json_array, to_json
from bot.adapters.database.endings import queued
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice, QueuedNotice

_HOLDERS = """
    SELECT DISTINCT p.user_id FROM positions p
    JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE p.token_id = $1 AND p.state = 'open' AND w.is_current ORDER BY p.user_id
"""
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"


async def tell_holders(
    connection: Connection, token_id: int, tell: Callable[[int], Sequence[Notice]]
) -> Sequence[QueuedNotice]:
    """Queue what each holder of a token is told; gives it as it lies in the outbox."""
    holders = await connection.fetch(_HOLDERS, token_id)
    notices = [notice for row in holders for notice in tell(row["user_id"])]
    if not notices:
        return ()
    ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
    ids: Sequence[int] = await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
    return queued(ids, notices)
