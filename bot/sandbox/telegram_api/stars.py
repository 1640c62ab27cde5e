"""Telegram Stars as the sandbox keeps them: invoices, check-outs, charges and subscriptions."""

import random
from dataclasses import dataclass, field

from bot.sandbox.telegram_api.clock import Clock
from bot.sandbox.telegram_api.wire import JsonObject, without_none

CHECKOUT_LIFETIME_S = 10
_SLUG_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class StarInvoice:
    """What the bot offers; with a period it is a subscription."""

    slug: str
    title: str
    description: str
    payload: str
    stars: int
    period_s: int | None = None

    def to_attachment(self) -> JsonObject:
        """Render as the part of a message that people see."""
        shown: JsonObject = {
            "title": self.title,
            "description": self.description,
            "start_parameter": "",
            "currency": "XTR",
            "total_amount": self.stars,
        }
        return {"invoice": shown}


@dataclass(slots=True, kw_only=True)
class Checkout:
    """Somebody about to pay, who waits for the bot's word."""

    query_id: str
    person_id: int
    invoice: StarInvoice
    opened_at: float
    answered: bool = False
    error: str = ""
    charge_id: str | None = None


@dataclass(slots=True, kw_only=True)
class StarSubscription:
    """A person's standing order; `first_charge_id` names it for the bot."""

    person_id: int
    invoice: StarInvoice
    first_charge_id: str
    until_s: int
    is_canceled: bool = False
    is_over: bool = False


@dataclass(slots=True, kw_only=True)
class StarCharge:
    """Stars that were paid once; `until_s` is where the subscription then ended."""

    charge_id: str
    person_id: int
    invoice: StarInvoice
    paid_at_s: int
    until_s: int | None = None
    is_first: bool = False
    is_refunded: bool = False

    def to_payment(self) -> JsonObject:
        """Render as a SuccessfulPayment."""
        recurring = True if self.until_s is not None else None
        return without_none(
            currency="XTR",
            total_amount=self.invoice.stars,
            invoice_payload=self.invoice.payload,
            subscription_expiration_date=self.until_s,
            is_recurring=recurring,
            is_first_recurring=True if recurring and self.is_first else None,
            telegram_payment_charge_id=self.charge_id,
            provider_payment_charge_id=f"{self.person_id}_{self.paid_at_s}",
        )

    def to_refund(self) -> JsonObject:
        """Render as a RefundedPayment."""
        return {
            "currency": "XTR",
            "total_amount": self.invoice.stars,
            "invoice_payload": self.invoice.payload,
            "telegram_payment_charge_id": self.charge_id,
        }


@dataclass(slots=True)
class StarBook:
    """Everything about Stars of one bot; ids are drawn from a seed."""

    seed: int
    clock: Clock
    invoices: dict[str, StarInvoice] = field(default_factory=dict)
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    charges: dict[str, StarCharge] = field(default_factory=dict)
    subscriptions: dict[str, StarSubscription] = field(default_factory=dict)
    _chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Draw ids of their own, so that nothing else's numbers change."""
        self._chance = random.Random(f"stars {self.seed}")

    def new_slug(self) -> str:
        """Draw the name of an invoice's link."""
        return "".join(self._chance.choice(_SLUG_LETTERS) for _ in range(22))

    def open_checkout(self, person_id: int, invoice: StarInvoice) -> Checkout:
        """Note that somebody is about to pay."""
        checkout = Checkout(
            query_id=str(self._chance.randrange(10**17, 10**18)),
            person_id=person_id,
            invoice=invoice,
            opened_at=self.clock(),
        )
        self.checkouts[checkout.query_id] = checkout
        return checkout

    def find_open(self, query_id: str) -> Checkout | None:
        """Find a check-out that is still young enough to be answered."""
        checkout = self.checkouts.get(query_id)
        if checkout is None or checkout.answered:
            return None
        is_late = self.clock() - checkout.opened_at > CHECKOUT_LIFETIME_S
        return None if is_late else checkout

    def charge(self, person_id: int, invoice: StarInvoice) -> StarCharge:
        """Take the first payment of an invoice, which begins a subscription where it is one."""
        now_s = int(self.clock())
        until_s = None if invoice.period_s is None else now_s + invoice.period_s
        charge = self._new_charge(person_id, invoice, until_s, is_first=True)
        if until_s is not None:
            self.subscriptions[charge.charge_id] = StarSubscription(
                person_id=person_id,
                invoice=invoice,
                first_charge_id=charge.charge_id,
                until_s=until_s,
            )
        return charge

    def renew(self, subscription: StarSubscription) -> StarCharge:
        """Take the next payment of a subscription, which goes on where it ended."""
        assert subscription.invoice.period_s is not None, "a subscription has a period"  # noqa: S101
        subscription.until_s += subscription.invoice.period_s
        subscription.is_over = False
        return self._new_charge(
            subscription.person_id, subscription.invoice, subscription.until_s, is_first=False
        )

    def _new_charge(
        self, person_id: int, invoice: StarInvoice, until_s: int | None, *, is_first: bool
    ) -> StarCharge:
        charge = StarCharge(
            charge_id=f"stx{self.new_slug()}",
            person_id=person_id,
            invoice=invoice,
            paid_at_s=int(self.clock()),
            until_s=until_s,
            is_first=is_first,
        )
        self.charges[charge.charge_id] = charge
        return charge

    @property
    def balance(self) -> int:
        """Stars that the bot has earned and not given back."""
        return sum(one.invoice.stars for one in self.charges.values() if not one.is_refunded)
