"""Follows an update to the orders, transfers and messages that came of it, and an order back.

An answer, its booking and the end of its update are one transaction, so they bear one moment: that
of its begin. By it and the person they are found together, whatever the request was called.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected

Found = Mapping[str, object]
_UPDATE = """
    SELECT update_id, lane, received_at, closed_at, failure,
           (SELECT k FROM json_object_keys(raw::json) k WHERE k <> 'update_id' LIMIT 1) AS kind
    FROM inbox WHERE update_id = $1
"""
_UPDATE_OF = """
    SELECT update_id FROM inbox
    WHERE update_id = $1 OR (lane = $2 AND closed_at = ANY($3)) ORDER BY arrival LIMIT 1
"""
_REQUESTS = """
    SELECT request_id FROM transfers WHERE user_id = $1 AND at = $2
    UNION SELECT request_id FROM resting_orders WHERE user_id = $1 AND created_at = $2
    UNION SELECT request_id FROM orders WHERE user_id = $1 AND request_id = $3
    UNION SELECT request_id FROM live_intents WHERE user_id = $1 AND request_id = $3
"""
_ORDER = "SELECT request_id FROM orders WHERE user_id = $1 AND number = $2"
_ORDERS = """
    SELECT o.mode, o.season, o.number, o.request_id, o.action, o.side, o.reason, o.position_number,
           t.symbol, o.state, o.source_at, o.received_at, o.decided_at, o.filled_at
    FROM orders o JOIN solana_tokens t USING (token_id)
    WHERE o.user_id = $1 AND o.request_id = ANY($2) ORDER BY o.filled_at
"""
_RESTING = """
    SELECT r.mode, r.season, r.number, r.request_id, r.kind, r.state, r.created_at, r.triggered_at,
           r.ended_at, r.filled_order
    FROM resting_orders r WHERE r.user_id = $1 AND r.request_id = ANY($2) ORDER BY r.order_id
"""
_LIVE = """
    SELECT i.number, i.request_id, i.side, i.state, i.decided_at, i.ended_at, i.order_number,
           (SELECT json_agg(json_build_object('number', a.number, 'state', a.state,
              'signature', a.signature, 'signed_at', a.signed_at, 'sent_at', a.sent_at,
              'landed_at', a.landed_at, 'confirmed_at', a.confirmed_at) ORDER BY a.number)
            FROM live_attempts a
            WHERE a.user_id = i.user_id AND a.intent_number = i.number) AS attempts
    FROM live_intents i WHERE i.user_id = $1 AND i.request_id = ANY($2) ORDER BY i.number
"""
_TRANSFERS = """
    SELECT x.transfer_id, x.request_id, x.step, x.code, x.kind, x.amount::text, d.asset,
           d.kind AS debit, c.kind AS credit, x.order_number, x.at
    FROM transfers x
    JOIN accounts d ON d.user_id = x.user_id AND d.account_id = x.debit_account
    JOIN accounts c ON c.user_id = x.user_id AND c.account_id = x.credit_account
    WHERE x.user_id = $1 AND x.request_id = ANY($2) ORDER BY x.transfer_id
"""
_NOTICES = """
    SELECT notice_id, method, priority, state, failure, attempts, message_id, created_at, due_at,
           sent_at, failed_at
    FROM outbox
    WHERE update_id = $1 OR (update_id IS NULL AND chat_id = $2 AND created_at = ANY($3))
    ORDER BY notice_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """All that hangs together with one update or order; rows by their columns, oldest first.

    `update` is None where a job asked, or where the update was forgotten after its week. What
    people wrote and were told is in none of it.
    """

    user_id: int
    update: Found | None
    orders: Sequence[Found]
    resting: Sequence[Found]
    live: Sequence[Found]
    transfers: Sequence[Found]
    notices: Sequence[Found]


class Trails:
    """Reads trails; raises `Unavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_update(self, update_id: int) -> Trail | None:
        """Give what came of an update, None where it is not known (any more)."""
        async with connected(self._pool) as connection:
            update = await connection.fetchrow(_UPDATE, update_id)
            if update is None:
                return None
            user_id: int = update["lane"]
            asked = (user_id, update["closed_at"], f"tg:{update_id}")
            requests = [row["request_id"] for row in await connection.fetch(_REQUESTS, *asked)]
            return await _trail(connection, user_id, update, requests)

    async def of_order(self, user_id: int, number: int) -> Trail | None:
        """Give what led to a person's filled order of that number, in whichever mode and season."""
        async with connected(self._pool) as connection:
            found = await connection.fetch(_ORDER, user_id, number)
            requests = [row["request_id"] for row in found]
            if not requests:
                return None
            named = [int(one[3:]) for one in requests if one.startswith("tg:")]
            moments = [row["at"] for row in await connection.fetch(_TRANSFERS, user_id, requests)]
            asked = (named[0] if named else None, user_id, moments)
            update_id = await connection.fetchval(_UPDATE_OF, *asked)
            update = await connection.fetchrow(_UPDATE, update_id)
            return await _trail(connection, user_id, update, requests)


async def _trail(
    connection: Connection, user_id: int, update: asyncpg.Record | None, requests: Sequence[str]
) -> Trail:
    asked = (user_id, list(requests))
    transfers = _rows(await connection.fetch(_TRANSFERS, *asked))
    moments = sorted({at for row in transfers if isinstance(at := row["at"], datetime)})
    update_id = None if update is None else update["update_id"]
    return Trail(
        user_id=user_id,
        update=None if update is None else dict(update),
        orders=_rows(await connection.fetch(_ORDERS, *asked)),
        resting=_rows(await connection.fetch(_RESTING, *asked)),
        live=_rows(await connection.fetch(_LIVE, *asked)),
        transfers=transfers,
        notices=_rows(await connection.fetch(_NOTICES, update_id, user_id, moments)),
    )


def _rows(records: Sequence[asyncpg.Record]) -> list[Found]:
    return [dict(record) for record in records]
