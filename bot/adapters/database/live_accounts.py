"""The books of live wallets in PostgreSQL: what is in them, what came from outside, pauses."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.movements import TokenPlace, associated_place
from bot.domain.notices import Notice
from bot.ports.live_orders import BEFORE_ALL, BalanceDifference, LiveBalances, Place

_OPEN = "SELECT open_live_books($1, $2, $3)"
_EXTERNAL = "SELECT book_external($1, $2, $3, $4)"
_PAUSED = "SELECT user_id, wallet_number FROM live_pauses"
_PAUSE = "SELECT is_new, notice_ids FROM pause_live($1, $2, $3, $4, $5)"
# One statement, so that it is of one moment.
_BALANCES = """
    SELECT w.user_id, w.season AS wallet_number, k.address, w.version, s.lamports, s.rent_lamports,
      (SELECT jsonb_object_agg(t.asset, jsonb_build_array(t.units::text, c.program))
       FROM (SELECT a.asset, sum(a.balance) AS units FROM accounts a
             WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
               AND a.kind IN ('holding', 'unlisted') GROUP BY a.asset) t
       LEFT JOIN solana_tokens c ON c.mint = t.asset) AS tokens,
      (SELECT jsonb_agg(jsonb_build_array(p.address, p.mint, p.program) ORDER BY p.address)
       FROM live_places p
       WHERE p.user_id = w.user_id AND p.wallet_number = w.season) AS places,
      greatest(
        (SELECT max(t.slot) FROM live_attempts t
         WHERE t.user_id = w.user_id AND t.outcome IS NOT NULL),
        (SELECT max(t.slot) FROM withdrawal_attempts t
         WHERE t.user_id = w.user_id AND t.outcome IS NOT NULL),
        (SELECT max(m.slot) FROM live_movements m
         WHERE m.user_id = w.user_id AND m.wallet_number = w.season), 0) AS slot,
      EXISTS (SELECT FROM withdrawal_attempts t WHERE t.user_id = w.user_id
          AND t.state IN ('signed', 'sent', 'landed', 'unknown'))
        OR EXISTS (SELECT FROM live_intents i JOIN live_attempts t
        ON t.user_id = i.user_id AND t.intent_number = i.number
        WHERE i.user_id = w.user_id AND i.state = 'held'
          AND t.state NOT IN ('failed', 'expired'))
      OR EXISTS (SELECT FROM live_cleanups c
        WHERE c.user_id = w.user_id AND c.state = 'signed') AS is_busy
    FROM virtual_wallets w
    JOIN live_wallets k ON k.user_id = w.user_id AND k.number = w.season
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(a.balance) FILTER (WHERE a.kind = 'cash'), 0) AS lamports,
        coalesce(sum(a.balance) FILTER (WHERE a.kind = 'rent'), 0) AS rent_lamports
      FROM accounts a
      WHERE a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season) s
    WHERE w.mode = 'live' AND (w.user_id, w.season) > ($1, $2)
    ORDER BY w.user_id, w.season LIMIT $3
"""


class PostgresLiveAccounts:
    """Implements `bot.ports.live_orders.LiveAccounts`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def open(self, user_id: int, wallet_number: int, at: datetime) -> bool:
        """Begin a wallet's books, once."""
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_OPEN, user_id, wallet_number, at))

    async def book_external(
        self, user_id: int, wallet_number: int, signature: str, lamports: int
    ) -> bool:
        """Book SOL that came from outside, or left, once for each transaction."""
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                _EXTERNAL, user_id, wallet_number, signature, lamports
            )
        return bool(outcome == "booked")

    async def balances(
        self, after: Place = BEFORE_ALL, limit: int | None = None
    ) -> Sequence[LiveBalances]:
        """Give live wallets as the books have them, by user and number."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_BALANCES, *after, limit)
        return [_balances(row) for row in rows]

    async def of(self, place: Place) -> LiveBalances | None:
        """Give one wallet as the books have it, None where there is no such."""
        user_id, number = place
        found = await self.balances((user_id, number - 1), 1)
        return next((each for each in found if (each.user_id, each.wallet_number) == place), None)

    async def paused(self) -> frozenset[tuple[int, int]]:
        """Give the users and numbers of the wallets that are paused."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_PAUSED)
        return frozenset((row["user_id"], row["wallet_number"]) for row in rows)

    async def set_differences(
        self,
        wallet: LiveBalances,
        differences: Sequence[BalanceDifference],
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """Pause a wallet for its differences, or without any let it trade."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(
                _PAUSE,
                wallet.user_id,
                wallet.wallet_number,
                [_spelt(difference) for difference in differences],
                at,
                notices_to_json(notices),
            )
        assert row is not None, "a function always answers"  # noqa: S101
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))
        return bool(row["is_new"])


def _balances(row: asyncpg.Record) -> LiveBalances:
    tokens = row["tokens"] or {}
    known = [
        TokenPlace(address=address, mint=mint, program=program)
        for address, mint, program in row["places"] or ()
    ]
    # Our own swaps make the associated accounts: nobody has to find them on the chain.
    made = [
        associated_place(row["address"], mint, program)
        for mint, (_, program) in tokens.items()
        if program is not None
    ]
    return LiveBalances(
        user_id=row["user_id"],
        wallet_number=row["wallet_number"],
        address=row["address"],
        version=row["version"],
        lamports=int(row["lamports"]),
        rent_lamports=int(row["rent_lamports"]),
        tokens={mint: int(units) for mint, (units, _) in tokens.items()},
        slot=row["slot"],
        is_busy=row["is_busy"],
        places=tuple(dict.fromkeys((*known, *made))),
    )


def _spelt(difference: BalanceDifference) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(difference).items()}
