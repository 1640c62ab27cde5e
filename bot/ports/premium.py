"""What premium for Stars asks of the database, and of Telegram."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.notices import Notice
from bot.domain.premium import Renewal, StarCharge, StarInvoice, StarPayment
from bot.domain.requests import Request


class StarLedger(Protocol):
    """Offers and payments. All raise `Unavailable`."""

    async def offer(self, user_id: int, stars: int, invoice_id: str, at: datetime) -> StarInvoice:
        """Give the person's unpaid invoice of this price, or make one under the id given."""

    async def keep_link(self, invoice: StarInvoice, link: str) -> None:
        """Remember where an invoice is paid."""

    async def invoice(self, invoice_id: str) -> StarInvoice | None:
        """Give the invoice of a payload, whosoever it is."""

    async def charges(self, user_id: int) -> Sequence[StarCharge]:
        """Give a person's charges, the one that lasts longest first."""

    async def charge(self, charge_id: str) -> StarCharge | None:
        """Give one charge, whosoever it is."""

    async def limits(self) -> Mapping[str, Mapping[str, int | None]]:
        """Give what roles may, by role and name of the limit."""

    async def take(
        self,
        payment: StarPayment,
        *,
        is_matched: bool,
        at: datetime,
        update_id: int | None,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a payment and the premium that follows, and end its update; false if it was known.

        The notices are queued only if it was not.
        """

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
        """Note that a charge was refunded, end the premium it gave; false if it was known.

        The answer to whoever asked is queued either way, the notices only if it was not known.
        """

    async def note_renewal(
        self, invoice_id: str, renewal: Renewal, request: Request | None, notices: Sequence[Notice]
    ) -> None:
        """Keep whether a subscription renews itself, and end the update of the request."""


class StarDesk(Protocol):
    """Telegram's side of Stars. All raise `Unavailable`; a no of Telegram's too."""

    async def link(self, invoice: StarInvoice) -> str:
        """Have Telegram make the link where an invoice is paid."""

    async def refund(self, user_id: int, charge_id: str) -> None:
        """Give the Stars of a charge back; one that was given back already is well."""

    async def set_canceled(self, user_id: int, charge_id: str, *, is_canceled: bool) -> None:
        """Stop the renewals of the subscription that a charge began, or allow them again."""
