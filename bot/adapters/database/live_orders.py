"""Live orders in PostgreSQL: intents, attempts, and their fills by the books' own door."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected, pinned
from bot.adapters.database.endings import queued
from bot.adapters.database.live_rows import (
    attempt_from,
    attempt_to_json,
    caps_to_json,
    change_to_json,
    intent_from,
    intent_to_json,
)
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import booking_to_json, notices_to_json
from bot.domain.errors import Refusal, Unavailable
from bot.domain.gate import Stage, StageCaps
from bot.domain.live_orders import (
    AttemptState,
    IntentState,
    LiveAttempt,
    LiveIntent,
    OddOutcome,
)
from bot.domain.notices import Notice
from bot.domain.orders import Fill
from bot.domain.requests import Request
from bot.ports.books import BookingConflict, Settlement
from bot.ports.chain_sending import WalletChange
from bot.ports.live_orders import Commitment, LiveClaim, NextOfOrder, Place

_INTENT = "SELECT * FROM live_intents WHERE user_id = $1 AND number = $2"
_BY_REQUEST = "SELECT * FROM live_intents WHERE user_id = $1 AND request_id = $2"
_RECENT = """
    SELECT * FROM live_intents WHERE user_id = $1 AND ($3::integer IS NULL OR number = $3)
    ORDER BY number DESC LIMIT $2
"""
_ATTEMPTS = """
    SELECT * FROM live_attempts WHERE user_id = $1 AND intent_number = $2 ORDER BY number
"""
_HELD = "SELECT user_id, number FROM live_intents WHERE state = 'held' ORDER BY decided_at"
_CONFIRMED = "SELECT * FROM live_attempts WHERE state = 'confirmed' ORDER BY confirmed_at"
_PLACE = "SELECT outcome, intent_number, notice_ids FROM place_live($1, $2, $3)"
_PLACE_ORDER = """
    SELECT outcome, intent_number, notice_ids FROM place_live_order($1, $2, $3, $4)
"""
_COMMIT = "SELECT commit_live_attempt($1, $2)"
_SAME_BYTES = "uq_live_attempts_signature"
_MOVE = "SELECT is_moved, notice_ids FROM move_live_attempt($1, $2, $3, $4, $5, $6, $7, $8)"
_SETTLE = "SELECT outcome, notice_ids FROM settle_live($1, $2)"
_SETTLE_ORDER = "SELECT outcome, notice_ids FROM settle_live_order($1, $2)"
_FAIL = "SELECT fail_live_attempt($1)"
_END = "SELECT outcome, notice_ids FROM end_live($1, $2, $3, $4, $5, $6)"
_END_ORDER = "SELECT outcome, notice_ids FROM end_live_order($1, $2, $3, $4, $5, $6, $7)"
_REFUSALS = {
    "mismatch": "request_mismatch",
    "frozen": "frozen",
    "paused": "live_wallet_paused",
    "other_wallet": "live_other_wallet",
    "short": "live_not_enough",
    "spent": "order_spent",
    "withheld": "live_withheld",
    "gate_stage": "live_gate_stage",
    "gate_order": "live_gate_order",
    "gate_day": "live_gate_day",
}


class PostgresLiveOrders:
    """Implements `bot.ports.live_orders.LiveOrderBook`: a function of the database each."""

    def __init__(self, pool: Pool, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def find(self, user_id: int, request_id: str) -> LiveIntent | None:
        """Give the intent of a request."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_BY_REQUEST, user_id, request_id)
            return None if row is None else await _whole(connection, row)

    async def read(self, place: Place) -> LiveIntent:
        """Give an intent with its attempts."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_INTENT, *place)
            assert row is not None, "an intent is never deleted"  # noqa: S101
            return await _whole(connection, row)

    async def recent(
        self, user_id: int, limit: int, number: int | None = None
    ) -> Sequence[LiveIntent]:
        """Give a user's newest intents."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_RECENT, user_id, limit, number)
            return [await _whole(connection, row) for row in rows]

    async def place(
        self,
        request: Request,
        intent: LiveIntent,
        twin: Fill | None,
        notices: Sequence[Notice],
        claim: LiveClaim | None = None,
        *,
        caps: Mapping[Stage, StageCaps] | None = None,
    ) -> int:
        """Hold what an intent may cost and keep it; claim the order that it is placed for."""
        spelt = intent_to_json(intent, twin) | {"caps": caps_to_json(caps)}
        asked = (spelt, request.update_id, notices_to_json(notices))
        if claim is None:
            row = await self._ask(_PLACE, *asked)
        else:
            row = await self._ask(_PLACE_ORDER, *asked, asdict(claim))
        match row["outcome"]:
            case "booked":
                self._on_outbox(queued(row["notice_ids"], notices))
                return int(row["intent_number"])
            case "conflict":
                raise BookingConflict("conflict")
            case "repeated" | "answered":
                raise Refusal("already_done", order_number=row["intent_number"])
            case outcome:
                raise Refusal(_REFUSALS[outcome], needed_lamports=intent.hold_lamports)

    async def commit(self, attempt: LiveAttempt, at: datetime) -> Commitment:
        """Keep a signed attempt, if none is alive."""
        try:
            async with pinned(self._pool) as connection:
                outcome = await connection.fetchval(_COMMIT, attempt_to_json(attempt), at)
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name != _SAME_BYTES:
                raise
            # Two equal swaps of one wallet at one moment are one transaction, and the other order
            # has it: this one is asked for anew, at a later block.
            raise Unavailable("blockhash", "another order has the same transaction") from error
        return Commitment(outcome)

    async def move(
        self,
        attempt: LiveAttempt,
        to: AttemptState,
        at: datetime,
        *,
        slot: int | None = None,
        notices: Sequence[Notice] = (),
    ) -> bool:
        """Note how far an attempt has come."""
        row = await self._ask(
            _MOVE,
            attempt.user_id,
            attempt.intent_number,
            attempt.number,
            attempt.state.value,
            to.value,
            at,
            slot,
            notices_to_json(notices),
        )
        self._tell(row, notices)
        return bool(row["is_moved"])

    async def settle(
        self,
        attempt: LiveAttempt,
        change: WalletChange,
        request: Request,
        settlement: Settlement,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a fill, let its hold go and end its intent."""
        proof = _proof(attempt, change, settlement.receipt.times.filled_at)
        booking = booking_to_json(request, settlement, notices)
        try:
            query = _SETTLE if settlement.claim is None else _SETTLE_ORDER
            row = await self._ask(query, proof, booking)
        except asyncpg.IntegrityConstraintViolationError as error:
            # It cost more than could be held, or was proven dead before: nothing of it is booked.
            raise OddOutcome(f"{change.signature}: the books refuse it") from error
        if row["outcome"] == "conflict":
            raise BookingConflict("conflict")
        self._tell(row, notices)
        return bool(row["outcome"] == "booked")

    async def fail(self, attempt: LiveAttempt, change: WalletChange, at: datetime) -> bool:
        """Book what a failed attempt cost."""
        failure = _proof(attempt, change, at) | {"fee_lamports": str(change.fee_lamports)}
        async with connected(self._pool) as connection:
            return bool(await connection.fetchval(_FAIL, failure) == "booked")

    async def end(
        self,
        intent: LiveIntent,
        state: IntentState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        *,
        next_: NextOfOrder | None = None,
    ) -> bool:
        """End an intent and release its funds, unless an attempt is alive."""
        place = (intent.user_id, intent.number)
        asked = (*place, state.value, reason, at, notices_to_json(notices))
        if next_ is None:
            row = await self._ask(_END, *asked)
        else:
            row = await self._ask(_END_ORDER, *asked, _next_to_json(next_))
        self._tell(row, notices)
        return bool(row["outcome"] == "booked")

    async def held(self) -> Sequence[Place]:
        """Give the intents that are not at their end, the oldest first."""
        async with connected(self._pool) as connection:
            return [(row["user_id"], row["number"]) for row in await connection.fetch(_HELD)]

    async def confirmed(self) -> Sequence[LiveAttempt]:
        """Give the attempts that are booked and not yet final."""
        async with connected(self._pool) as connection:
            return [attempt_from(row) for row in await connection.fetch(_CONFIRMED)]

    async def _ask(self, query: str, *values: object) -> asyncpg.Record:
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None, "a function always answers"  # noqa: S101
        return row

    def _tell(self, row: asyncpg.Record, notices: Sequence[Notice]) -> None:
        if row["notice_ids"]:
            self._on_outbox(queued(row["notice_ids"], notices))


async def _whole(connection: Connection, row: asyncpg.Record) -> LiveIntent:
    attempts = await connection.fetch(_ATTEMPTS, row["user_id"], row["number"])
    return intent_from(row, attempts)


def _next_to_json(next_: NextOfOrder) -> dict[str, object]:
    return {
        "order_id": next_.order_id,
        "generation": next_.generation,
        "state": next_.state.value,
        "refusal": next_.refused,
        "end_reason": next_.end_reason,
        "firing": next_.firing,
        "is_counted": next_.is_counted,
    }


def _proof(attempt: LiveAttempt, change: WalletChange, at: datetime) -> dict[str, object]:
    return {
        "user_id": attempt.user_id,
        "intent": attempt.intent_number,
        "attempt": attempt.number,
        "slot": change.slot,
        "at": at.isoformat(),
        "outcome": change_to_json(change),
    }
