"""The books of live wallets in PostgreSQL: what is in them, what came from outside, pauses."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.notices import Notice
from bot.ports.live_orders import BalanceDifference, LiveBalances

_OPEN = "SELECT open_live_books($1, $2, $3)"
_EXTERNAL = "SELECT book_external($1, $2, $3, $4)"
_PAUSED = "SELECT user_id, wallet_number FROM live_pauses"
_PAUSE = "SELECT is_new, notice_ids FROM pause_live($1, $2, $3, $4, $5)"
# One statement, so that it is of one moment.
_BALANCES = """
    SELECT w.user_id, w.season AS wallet_number, k.address, w.version,
      coalesce(sum(a.balance) FILTER (WHERE a.kind = 'cash'), 0) AS lamports,
      coalesce(sum(a.balance) FILTER (WHERE a.kind = 'rent'), 0) AS rent_lamports,
      jsonb_object_agg(a.asset, a.balance::text) FILTER (WHERE a.kind = 'holding') AS tokens,
      (SELECT coalesce(max(t.slot), 0) FROM live_attempts t
       WHERE t.user_id = w.user_id AND t.outcome IS NOT NULL) AS slot,
      EXISTS (SELECT FROM live_intents i JOIN live_attempts t
        ON t.user_id = i.user_id AND t.intent_number = i.number
        WHERE i.user_id = w.user_id AND i.state = 'held'
          AND t.state NOT IN ('failed', 'expired')) AS is_busy
    FROM virtual_wallets w
    JOIN live_wallets k ON k.user_id = w.user_id AND k.number = w.season
    LEFT JOIN accounts a ON a.user_id = w.user_id AND a.mode = w.mode AND a.season = w.season
    WHERE w.mode = 'live'
    GROUP BY w.user_id, w.season, k.address, w.version
    ORDER BY w.user_id, w.season
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

    async def balances(self) -> Sequence[LiveBalances]:
        """Give every live wallet as the books have it."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_BALANCES)
        return [
            LiveBalances(
                user_id=row["user_id"],
                wallet_number=row["wallet_number"],
                address=row["address"],
                version=row["version"],
                lamports=int(row["lamports"]),
                rent_lamports=int(row["rent_lamports"]),
                tokens=_whole(row["tokens"] or {}),
                slot=row["slot"],
                is_busy=row["is_busy"],
            )
            for row in rows
        ]

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


def _whole(tokens: Mapping[str, str]) -> Mapping[str, int]:
    return {mint: int(units) for mint, units in tokens.items()}


def _spelt(difference: BalanceDifference) -> dict[str, str]:
    return {name: str(value) for name, value in asdict(difference).items()}
