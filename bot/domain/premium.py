"""Premium for Telegram Stars: what is offered, what was paid, and how long it lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PERIOD = timedelta(days=30)
"""The only period that Telegram sells subscriptions for."""
GRACE = timedelta(hours=1)
"""How long premium outlasts what was paid: a renewal is told of a little after the old end."""
CURRENCY = "XTR"


class Renewal(StrEnum):
    """Whether Telegram will take the next payment of a subscription."""

    ACTIVE = "active"
    CANCELED = "canceled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StarInvoice:
    """What one person was offered; its id is the payload that comes back with the payment."""

    user_id: int
    invoice_id: str
    stars: int
    link: str
    renewal: Renewal
    is_paid: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StarPayment:
    """What Telegram says of a payment; `until` is none where it is not of a subscription."""

    user_id: int
    charge_id: str
    invoice_id: str
    currency: str
    stars: int
    until: datetime | None
    is_first: bool
    paid_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StarCharge:
    """A payment as we keep it; `paid_at` is none while only its refund is known."""

    user_id: int
    charge_id: str
    invoice_id: str
    stars: int
    is_matched: bool
    is_first: bool
    paid_at: datetime | None
    until: datetime | None
    refunded_at: datetime | None

    @property
    def stands(self) -> bool:
        """Tell whether premium follows from it."""
        return self.is_matched and self.paid_at is not None and self.refunded_at is None


MOST_STARS = 2**31 - 1
"""What our tables hold; Telegram's own most is far below."""


def is_possible(stars: int) -> bool:
    """Tell whether anybody can have paid so many Stars."""
    return 0 < stars <= MOST_STARS


def matches(invoice: StarInvoice | None, payment: StarPayment) -> bool:
    """Tell whether a payment is for an invoice of ours, by its person, at its price."""
    return (
        invoice is not None
        and (invoice.user_id, invoice.stars) == (payment.user_id, payment.stars)
        and payment.currency == CURRENCY
        and payment.until is not None
    )
