"""Withdrawals in PostgreSQL: a function of the database for each change, under its guards."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.endings import queued
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.adapters.database.withdrawal_rows import (
    address_from,
    caps_to_json,
    landed_to_json,
    payment_from,
    payment_to_json,
    proof_from,
    proof_to_json,
    withdrawal_from,
    withdrawal_to_json,
)
from bot.domain.errors import Refusal
from bot.domain.live_orders import AttemptState, OddOutcome
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.withdrawals import (
    Payment,
    Proof,
    Standing,
    Withdrawal,
    WithdrawalRules,
    WithdrawalState,
)
from bot.ports.chain_sending import WalletChange
from bot.ports.withdrawals import Kept, Place

_ONE = "SELECT * FROM withdrawals WHERE user_id = $1 AND number = $2"
_BY_REQUEST = "SELECT * FROM withdrawals WHERE user_id = $1 AND request_id = $2"
_NEWEST = "SELECT * FROM withdrawals WHERE user_id = $1 ORDER BY number DESC LIMIT $2"
_PAYMENTS = """
    SELECT * FROM withdrawal_attempts WHERE user_id = $1 AND withdrawal_number = $2
    ORDER BY number
"""
_ADDRESS = """
    SELECT user_id, number, address, label, added_at, usable_at, removed_at
    FROM withdrawal_addresses WHERE user_id = $1 AND number = $2
"""
_PROOF = "SELECT * FROM withdrawal_proofs WHERE user_id = $1 AND withdrawal_number = $2"
_STANDING = """
    SELECT withdrawal_is_held(w) AS is_held, u.status = 'active' AS is_active,
      EXISTS (SELECT FROM live_pauses p WHERE p.user_id = w.user_id
        AND p.wallet_number = w.wallet_number) AS is_paused,
      f.version, f.last_step, f.confirmed_at
    FROM withdrawals w JOIN users u USING (user_id)
    LEFT JOIN user_factors f ON f.user_id = w.user_id AND f.kind = 'totp'
    WHERE w.user_id = $1 AND w.number = $2
"""
_FREE = """
    SELECT asset, sum(balance - held) AS units FROM accounts
    WHERE user_id = $1 AND mode = 'live' AND season = $2 AND kind IN ('cash', 'holding')
    GROUP BY asset
"""
_OPEN = """
    SELECT user_id, number FROM withdrawals WHERE state IN ('asked', 'waiting', 'sending')
    ORDER BY asked_at
"""
_CONFIRMED = "SELECT * FROM withdrawal_attempts WHERE state = 'confirmed' ORDER BY confirmed_at"
_ASK = "SELECT outcome, withdrawal_number, notice_ids FROM ask_withdrawal($1, $2, $3, $4)"
_PROVE = "SELECT outcome, notice_ids FROM prove_withdrawal($1, $2, $3)"
_END = "SELECT outcome, notice_ids FROM end_withdrawal($1, $2, $3, $4, $5, $6, $7)"
_COMMIT = "SELECT commit_withdrawal_attempt($1)"
_MOVE = "SELECT is_moved, notice_ids FROM move_withdrawal_attempt($1, $2, $3, $4, $5, $6, $7, $8)"
_SETTLE = "SELECT outcome, notice_ids FROM settle_withdrawal($1, $2)"
_FAIL = "SELECT fail_withdrawal_attempt($1)"
_REFUSALS = {
    "mismatch": "request_mismatch",
    "frozen": "frozen",
    "paused": "live_wallet_paused",
    "other_wallet": "live_other_wallet",
    "address": "address_gone",
    "address_wait": "address_gone",
    "over_order": "withdrawal_over_order",
    "over_day": "withdrawal_over_day",
    "over_all_day": "withdrawal_over_all_day",
    "short": "withdrawal_short",
    "over": "withdrawal_over",
    "terms": "withdrawal_over",
    "factor": "wrong_factor",
    "factor_wait": "factor_too_new",
    "used": "wrong_factor",
}


class PostgresWithdrawals:
    """Implements `bot.ports.withdrawals.WithdrawalBook`."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def find(self, user_id: int, request_id: str) -> Withdrawal | None:
        """Give the withdrawal of a request."""
        return await self._one(_BY_REQUEST, user_id, request_id)

    async def read(self, place: Place) -> Withdrawal | None:
        """Give a withdrawal with its payments."""
        return await self._one(_ONE, *place)

    async def standing(self, place: Place) -> Standing:
        """Give a withdrawal with everything that its payment hangs on, of one moment."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            row = await connection.fetchrow(_ONE, *place)
            now = await connection.fetchrow(_STANDING, *place)
            assert row is not None, "a withdrawal is never deleted"  # noqa: S101
            assert now is not None, "and has an owner"  # noqa: S101
            address = await connection.fetchrow(_ADDRESS, place[0], row["address_number"])
            proof = await connection.fetchrow(_PROOF, *place)
            withdrawal = await _whole(connection, row)
        factor = (now["version"], now["last_step"], now["confirmed_at"])
        return Standing(
            withdrawal=withdrawal,
            address=address_from(address),
            proof=proof_from(proof),
            factor=None if now["version"] is None else factor,
            is_held=now["is_held"],
            is_active=now["is_active"],
            is_paused=now["is_paused"],
        )

    async def newest(self, user_id: int, limit: int) -> Sequence[Withdrawal]:
        """Give a person's newest withdrawals, without their payments."""
        async with connected(self._pool) as connection:
            return [withdrawal_from(row) for row in await connection.fetch(_NEWEST, user_id, limit)]

    async def free(self, user_id: int, wallet_number: int) -> Mapping[str, int]:
        """Give what a wallet has that is not held."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_FREE, user_id, wallet_number)
        return {row["asset"]: int(row["units"]) for row in rows}

    async def ask(
        self,
        request: Request,
        withdrawal: Withdrawal,
        rules: WithdrawalRules,
        notices: Sequence[Notice],
    ) -> int:
        """Keep what was asked; gives its number."""
        spelt, caps = withdrawal_to_json(withdrawal), caps_to_json(rules)
        row = await self._ask(_ASK, spelt, caps, request.update_id, notices_to_json(notices))
        if row["outcome"] in {"repeated", "answered"}:
            raise Refusal("already_done", order_number=row["withdrawal_number"])
        self._done(row, notices)
        return int(row["withdrawal_number"])

    async def prove(self, proof: Proof, rules: WithdrawalRules, notices: Sequence[Notice]) -> None:
        """Keep a code that was right, and hold the funds."""
        spelt, caps = proof_to_json(proof), caps_to_json(rules)
        row = await self._ask(_PROVE, spelt, caps, notices_to_json(notices))
        self._done(row, notices, until=proof.factor_set_at + rules.factor_wait)

    async def end(
        self,
        place: Place,
        state: WithdrawalState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
    ) -> bool:
        """End a withdrawal of which nothing is out and free its funds."""
        update_id = request.update_id if request else None
        spelt = notices_to_json(notices)
        row = await self._ask(_END, *place, state.value, reason, at, update_id, spelt)
        if row["outcome"] == "answered":
            raise Refusal("already_done")
        self._tell(row, notices)
        return bool(row["outcome"] == "booked")

    async def commit(self, payment: Payment) -> tuple[Kept, str]:
        """Keep a signed payment, if none is alive and nothing is missing."""
        async with connected(self._pool) as connection:
            said = str(await connection.fetchval(_COMMIT, payment_to_json(payment)))
        if said in {Kept.BOOKED, Kept.OVERTAKEN, Kept.ENDED}:
            return Kept(said), ""
        return Kept.LACKING, said

    async def move(
        self,
        payment: Payment,
        to: AttemptState,
        at: datetime,
        *,
        slot: int | None = None,
        notices: Sequence[Notice] = (),
    ) -> bool:
        """Note how far a payment has come."""
        row = await self._ask(
            _MOVE,
            payment.user_id,
            payment.withdrawal_number,
            payment.number,
            payment.state.value,
            to.value,
            at,
            slot,
            notices_to_json(notices),
        )
        self._tell(row, notices)
        return bool(row["is_moved"])

    async def settle(
        self,
        payment: Payment,
        change: WalletChange,
        gift_lamports: int,
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a payment that landed and let its hold go."""
        landed = landed_to_json(payment, change, gift_lamports, at)
        try:
            row = await self._ask(_SETTLE, landed, notices_to_json(notices))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise OddOutcome(f"{change.signature}: the books refuse it") from error
        self._tell(row, notices)
        return bool(row["outcome"] == "booked")

    async def fail(self, payment: Payment, change: WalletChange, at: datetime) -> bool:
        """Book what a failed payment cost."""
        failure = landed_to_json(payment, change, 0, at)
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_FAIL, failure) == "booked")

    async def open(self) -> Sequence[Place]:
        """Give the withdrawals that are not at their end, the oldest first."""
        async with connected(self._pool) as connection:
            return [(row["user_id"], row["number"]) for row in await connection.fetch(_OPEN)]

    async def confirmed(self) -> Sequence[Payment]:
        """Give the payments that are booked and not yet final."""
        async with connected(self._pool) as connection:
            return [payment_from(row) for row in await connection.fetch(_CONFIRMED)]

    async def _one(self, query: str, *values: object) -> Withdrawal | None:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
            return None if row is None else await _whole(connection, row)

    async def _ask(self, query: str, *values: object) -> asyncpg.Record:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    def _done(self, row: asyncpg.Record, notices: Sequence[Notice], **fields: object) -> None:
        if row["outcome"] != "booked":
            raise Refusal(_REFUSALS[row["outcome"]], **fields)
        self._tell(row, notices)

    def _tell(self, row: asyncpg.Record, notices: Sequence[Notice]) -> None:
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))


async def _whole(connection: Connection, row: asyncpg.Record) -> Withdrawal:
    payments = await connection.fetch(_PAYMENTS, row["user_id"], row["number"])
    return withdrawal_from(row, payments)
