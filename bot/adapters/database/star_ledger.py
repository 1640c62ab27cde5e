"""Offers and payments of Telegram Stars in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.adapters.database.mail import OnOutbox
from bot.adapters.database.rows import notices_to_json
from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.premium import GRACE, Renewal, StarCharge, StarInvoice, StarPayment
from bot.domain.requests import Request

_INVOICE = """
    SELECT i.user_id, i.invoice_id, i.stars, i.link, i.renewal,
           EXISTS (SELECT FROM star_charges c WHERE c.user_id = i.user_id
                   AND c.invoice_id = i.invoice_id AND c.paid_at IS NOT NULL) AS is_paid
    FROM star_invoices i
"""
_ONE = f"{_INVOICE} WHERE i.invoice_id = $1"
_UNPAID = f"""{_INVOICE}
    WHERE i.user_id = $1 AND i.stars = $2 AND NOT EXISTS (
      SELECT FROM star_charges c WHERE c.user_id = i.user_id AND c.invoice_id = i.invoice_id)
    ORDER BY i.made_at DESC LIMIT 1
"""
_MAKE = """
    INSERT INTO star_invoices (user_id, invoice_id, stars, made_at) VALUES ($1, $2, $3, $4)
"""
_KEEP_LINK = "UPDATE star_invoices SET link = $3 WHERE user_id = $1 AND invoice_id = $2"
_CHARGE = """
    SELECT user_id, charge_id, invoice_id, stars, is_matched, is_first, paid_at, until, refunded_at
    FROM star_charges
"""
_CHARGES_OF = f"{_CHARGE} WHERE user_id = $1 ORDER BY until DESC NULLS LAST, charge_id LIMIT 100"
_CHARGE_BY_ID = f"{_CHARGE} WHERE charge_id = $1"
_LIMITS = "SELECT role, name, value FROM role_limits"
_RENEWAL = "UPDATE star_invoices SET renewal = $2 WHERE invoice_id = $1"
_END = "SELECT end_update($1, $2)"


class PostgresStarLedger:
    """Implements `bot.ports.premium.StarLedger`."""

    def __init__(self, pool: Pool, *, on_outbox: OnOutbox) -> None:
        self._pool = pool
        self._on_outbox = on_outbox

    async def offer(self, user_id: int, stars: int, invoice_id: str, at: datetime) -> StarInvoice:
        """Give the person's unpaid invoice of this price, or make one."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_UNPAID, user_id, stars)
            if row is None:
                await connection.execute(_MAKE, user_id, invoice_id, stars, at)
                row = await connection.fetchrow(_ONE, invoice_id)
        assert row is not None, "what was written is there"  # noqa: S101
        return _invoice(row)

    async def keep_link(self, invoice: StarInvoice, link: str) -> None:
        """Remember where an invoice is paid."""
        async with connected(self._pool) as connection:
            await connection.execute(_KEEP_LINK, invoice.user_id, invoice.invoice_id, link)

    async def invoice(self, invoice_id: str) -> StarInvoice | None:
        """Give the invoice of a payload."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_ONE, invoice_id)
        return None if row is None else _invoice(row)

    async def charges(self, user_id: int) -> Sequence[StarCharge]:
        """Give a person's charges, the one that lasts longest first."""
        async with connected(self._pool) as connection:
            return [StarCharge(**row) for row in await connection.fetch(_CHARGES_OF, user_id)]

    async def charge(self, charge_id: str) -> StarCharge | None:
        """Give one charge."""
        async with connected(self._pool) as connection:
            row = await connection.fetchrow(_CHARGE_BY_ID, charge_id)
        return None if row is None else StarCharge(**row)

    async def limits(self) -> Mapping[str, Mapping[str, int | None]]:
        """Give what roles may, by role and name of the limit."""
        found: dict[str, dict[str, int | None]] = {}
        async with connected(self._pool) as connection:
            for row in await connection.fetch(_LIMITS):
                value = None if row["value"] is None else int(row["value"])
                found.setdefault(row["role"], {})[row["name"]] = value
        return found

    async def take(
        self,
        payment: StarPayment,
        *,
        is_matched: bool,
        at: datetime,
        update_id: int | None,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a payment and the premium that follows."""
        charge = {
            "user_id": payment.user_id,
            "charge_id": payment.charge_id,
            "invoice_id": payment.invoice_id,
            "stars": payment.stars,
            "is_matched": is_matched,
            "is_first": payment.is_first,
            "paid_at": payment.paid_at.isoformat(),
            "until": None if payment.until is None else payment.until.isoformat(),
        }
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT take_stars($1, $2, $3, $4, $5)",
                charge,
                at,
                GRACE,
                update_id,
                notices_to_json(notices),
            )
        self._on_outbox(())
        return bool(outcome == "booked")

    async def give_back(
        self,
        charge: StarCharge,
        *,
        actor_id: int,
        at: datetime,
        update_id: int | None,
        answer: Sequence[Notice],
        notices: Sequence[Notice],
    ) -> bool:
        """Note that a charge was refunded, and end the premium it gave."""
        given = {
            "user_id": charge.user_id,
            "charge_id": charge.charge_id,
            "invoice_id": charge.invoice_id,
            "stars": charge.stars,
        }
        async with connected(self._pool) as connection:
            outcome = await connection.fetchval(
                "SELECT give_back_stars($1, $2, $3, $4, $5, $6, $7)",
                given,
                actor_id,
                at,
                GRACE,
                update_id,
                notices_to_json(answer),
                notices_to_json(notices),
            )
        self._on_outbox(())
        return bool(outcome == "booked")

    async def note_renewal(
        self, invoice_id: str, renewal: Renewal, request: Request | None, notices: Sequence[Notice]
    ) -> None:
        """Keep whether a subscription renews itself."""
        async with connected(self._pool) as connection, connection.transaction():
            await connection.execute(_RENEWAL, invoice_id, renewal.value)
            if request is not None:
                await _end(connection, request, notices)
        self._on_outbox(())


async def _end(connection: Connection, request: Request, notices: Sequence[Notice]) -> None:
    if not await connection.fetchval(_END, request.update_id, notices_to_json(notices)):
        raise Refusal("already_done")


def _invoice(row: asyncpg.Record) -> StarInvoice:
    return StarInvoice(**{**row, "renewal": Renewal(row["renewal"])})
