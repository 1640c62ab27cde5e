"""All rows about one person in PostgreSQL, and wishes to have them deleted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.my_data import DataCategory, DeletionRequest
from bot.domain.notices import Notice
from bot.domain.requests import Request

_ROWS_AT_ONCE = 200

TABLES: Mapping[DataCategory, tuple[str, ...]] = {
    DataCategory.PROFILE: (
        "users",
        "deletion_requests",
        "role_grants",
        "account_holds",
        "admissions",
        "invitations",
        "password_attempts",
        "approvals",
    ),
    DataCategory.BOOKS: (
        "virtual_wallets",
        "live_wallets",
        "accounts",
        "transfers",
        "positions",
        "orders",
        "live_intents",
        "live_attempts",
        "live_pauses",
        "live_gates",
        "live_movements",
        "live_cleanups",
        "live_places",
        "live_watches",
        "withdrawal_addresses",
        "withdrawals",
        "withdrawal_proofs",
        "withdrawal_attempts",
        "live_key_faults",
        "wallet_links",
        "watched_wallets",
    ),
    DataCategory.ORDERS: ("resting_orders", "trading_locks", "trading_stops", "margin_warnings"),
    DataCategory.RESULTS: ("equity_points",),
    DataCategory.CHOICES: (
        "watchlist",
        "alerts",
        "alert_firings",
        "daily_reports",
        "leaderboard_members",
        "dialogs",
        "feedback",
        "group_people",
        "group_calls",
    ),
    DataCategory.SECURITY: (
        "login_links",
        "web_sessions",
        "user_factors",
        "recovery_codes",
        "factor_tries",
        "own_freezes",
    ),
    DataCategory.PAYMENTS: ("star_invoices", "star_charges"),
    DataCategory.MESSAGES: ("inbox", "outbox"),
    DataCategory.AUDIT: ("audit_log",),
}
"""Every table with rows about a person; a test holds it against the schema."""
KEPT: Mapping[str, str] = {
    "users": "the number stays, because the books refer to it; name, language and choices go",
    "deletion_requests": "that it was asked for and done",
    "role_grants": "who comes back has what they were given or have paid for",
    "account_holds": "a ban does not end by asking to be forgotten",
    "admissions": "nor does being turned away at the door",
    "approvals": "who agreed with whom to what, as the audit log tells it",
    "virtual_wallets": "the books balance only as a whole",
    "live_wallets": "money may lie there, and goes nowhere without its key",
    "accounts": "the books balance only as a whole",
    "transfers": "the books balance only as a whole",
    "positions": "the books balance only as a whole",
    "orders": "the books balance only as a whole",
    "live_intents": "the books balance only as a whole",
    "live_attempts": "what was signed and sent is on the chain for ever",
    "live_gates": "nor does the way from paper to live begin anew by it",
    "live_key_faults": "a key that is unfit stays so",
    "live_pauses": "a pause does not end by asking to be forgotten",
    "live_movements": "the books balance only as a whole",
    "live_cleanups": "what was signed and sent is on the chain for ever",
    "live_places": "money may lie there",
    "live_watches": "money may still come",
    "withdrawal_addresses": "where money went, and how long it waited before, has to be told",
    "withdrawals": "the books balance only as a whole",
    "withdrawal_proofs": "a code is used up for ever",
    "withdrawal_attempts": "what was signed and sent is on the chain for ever",
    "resting_orders": "exits go on guarding the positions that stay",
    "trading_locks": "a lock does not end by asking to be forgotten",
    "trading_stops": "a lock does not end by asking to be forgotten",
    "margin_warnings": "which warnings a position that stays has had",
    "equity_points": "figures of the wallets that stay, without a name",
    "star_invoices": "a payment may still come for one",
    "star_charges": "payments have to be accounted for, and can be given back",
    "inbox": "goes by itself, a week after it was answered",
    "outbox": "goes by itself, a week after it was sent",
    "audit_log": "a chain with a link missing proves nothing",
}
"""What a deletion leaves, and why; all other tables about a person it clears."""
KEPT_IN_PART: Mapping[str, str] = {
    "invitations": "one that was used says who let whom in",
    "password_attempts": "a lock-out does not end by asking to be forgotten",
    "own_freezes": "a freeze that stands ends by a second factor alone",
    "user_factors": "kept while such a freeze stands",
    "recovery_codes": "kept while such a freeze stands",
    "factor_tries": "kept while such a freeze stands",
}
"""What it clears but for some rows, and which those are."""
NO_ROWS_OF_THEIR_OWN: Mapping[str, str] = {
    "audit_heads": "where the chain of audit_log ends",
    "groups": "how groups are set up",
    "closed_chats": "chats, which may be groups, that take no messages",
    "chat_bots": "which of our bots a chat, which may be a group, last wrote to",
}
_WHOSE = {"inbox": "lane", "outbox": "chat_id"}
_NOT_COUNTED = frozenset({DataCategory.MESSAGES})  # no index leads to one person's

# What opens an account is nobody's to take along, not even sealed or hashed.
_SECRETS = ["token_hash", "code_hash", "wrapped_key", "sealed"]
_ROWS = "SELECT (to_jsonb(t) - $2::text[])::text FROM {table} t WHERE {whose} = $1"
_COUNT = "(SELECT count(*) FROM {table} WHERE user_id = $1)"
_REQUEST = "SELECT user_id, asked_at, due_at FROM deletion_requests"
_OPEN = "cancelled_at IS NULL AND done_at IS NULL"
_STANDING = f"{_REQUEST} WHERE user_id = $1 AND {_OPEN}"
_ALL_OPEN = f"{_REQUEST} WHERE {_OPEN} ORDER BY due_at LIMIT $1"


def _counting() -> str:
    sums = [
        f"{' + '.join(_COUNT.format(table=table) for table in tables)} AS {category}"
        for category, tables in TABLES.items()
        if category not in _NOT_COUNTED
    ]
    return f"SELECT {', '.join(sums)}"


class PostgresPersonalData:
    """Implements `bot.ports.my_data.PersonalData`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def counts(self, user_id: int) -> Mapping[DataCategory, int]:
        """Give how many rows there are of each category."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_counting(), user_id)
        assert row is not None, "a query of counts always answers"  # noqa: S101
        return {DataCategory(name): count for name, count in row.items()}

    async def rows(self, user_id: int) -> AsyncIterator[tuple[DataCategory, str, Sequence[str]]]:
        """Give every row as JSON, of one moment."""
        async with (
            connected(self._pool) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            for category, table in _tables():
                query = _ROWS.format(table=table, whose=_WHOSE.get(table, "user_id"))
                cursor = await connection.cursor(query, user_id, _SECRETS)
                while rows := await cursor.fetch(_ROWS_AT_ONCE):
                    yield category, table, [row[0] for row in rows]


class PostgresDeletions:
    """Implements `bot.ports.my_data.Deletions`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def standing(self, user_id: int) -> DeletionRequest | None:
        """Give a person's open wish."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_STANDING, user_id)
        return None if row is None else _request(row)

    async def open_requests(self, limit: int) -> list[DeletionRequest]:
        """Give open wishes, the next due first."""
        async with connected(self._pool) as connection:
            return [_request(row) for row in await connection.fetch(_ALL_OPEN, limit)]

    async def ask(
        self, request: Request, *, at: datetime, due_at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Write a wish down."""
        await self._end("SELECT ask_deletion($1, $4, $5, $2, $3)", request, notices, at, due_at)

    async def cancel(self, request: Request, *, at: datetime, notices: Sequence[Notice]) -> None:
        """Take a wish back."""
        await self._end("SELECT cancel_deletion($1, $4, $2, $3)", request, notices, at)

    async def carry_out(self, user_id: int, *, at: datetime, notices: Sequence[Notice]) -> bool:
        """Delete what need not stay."""
        async with connected(self._pool) as connection:
            is_done = await connection.fetchval(
                "SELECT carry_out_deletion($1, $2, $3)", user_id, at, notices_to_json(notices)
            )
        self._on_outbox(())
        return bool(is_done)

    async def _end(
        self, call: str, request: Request, notices: Sequence[Notice], *moments: datetime
    ) -> None:
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                call,
                request.user.user_id,
                request.update_id,
                notices_to_json(notices),
                *moments,
            )
        match outcome:
            case "booked":
                self._on_outbox(())
            case "standing":
                raise Refusal("deletion_standing")
            case "unknown":
                raise Refusal("no_deletion")
            case _:
                raise Refusal("already_done")


def _tables() -> list[tuple[DataCategory, str]]:
    return [(category, table) for category, tables in TABLES.items() for table in tables]


def _request(row: asyncpg.Record) -> DeletionRequest:
    return DeletionRequest(**row)
