"""Notices for whoever holds a token, or any, queued in the transaction that gives the reason."""

import asyncio
from collections.abc import Callable, Sequence

from bot.adapters.database.connection import Connection, json_array, to_json
from bot.adapters.database.endings import queued
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice, QueuedNotice

_HOLDERS = """
    SELECT DISTINCT p.user_id FROM positions p
    JOIN virtual_wallets w USING (user_id, mode, season)
    WHERE ($1::integer IS NULL OR p.token_id = $1) AND p.state = 'open' AND w.is_current
    ORDER BY p.user_id
"""
_AT_ONCE = 500
_QUEUE = "SELECT notice_ids FROM close_updates($1::text::jsonb)"


async def tell_holders(
    connection: Connection, token_id: int | None, tell: Callable[[int], Sequence[Notice]]
) -> Sequence[QueuedNotice]:
    """Queue what each holder of a token, or of any, is told; gives it as it lies in the outbox."""
    holders = await connection.fetch(_HOLDERS, token_id)
    found: list[QueuedNotice] = []
    for start in range(0, len(holders), _AT_ONCE):
        some = holders[start : start + _AT_ONCE]
        found += await _queue(connection, [one for row in some for one in tell(row["user_id"])])
        # Very many are told in portions: between two of them others have a turn.
        await asyncio.sleep(0)
    return found


async def _queue(connection: Connection, notices: Sequence[Notice]) -> Sequence[QueuedNotice]:
    if not notices:
        return ()
    ending = {"update_id": None, "failure": "", "notices": notices_to_json(notices)}
    ids: Sequence[int] = await connection.fetchval(_QUEUE, json_array([to_json(ending)]))
    return queued(ids, notices)
