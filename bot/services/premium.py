"""Premium for Telegram Stars: offered, checked before paying, credited once, refunded, renewed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.premium import (
    CURRENCY,
    GRACE,
    Renewal,
    StarCharge,
    StarInvoice,
    StarPayment,
    matches,
)
from bot.domain.requests import Request
from bot.domain.users import Permission, Role, User
from bot.ports.clock import Clock
from bot.ports.premium import StarDesk, StarLedger
from bot.services.access import Access

_LONGEST_CHARGE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """What a person is offered, and what they have: `until` with the grace left out.

    `invoice` is none where nothing is sold to them now; `standing` is what their latest charge
    was paid for. `limits` are what roles may, by role and name.
    """

    stars: int
    invoice: StarInvoice | None
    standing: StarInvoice | None
    until: datetime | None
    limits: Mapping[str, Mapping[str, int | None]]


class StarNotices(Protocol):
    """Renders what is told of payments."""

    def paid(self, payment: StarPayment, *, is_refunded: bool) -> Sequence[Notice]:
        """Tell a person that they have premium, and until when."""

    def unmatched(self, payment: StarPayment) -> Sequence[Notice]:
        """Tell the person and the admins of a payment that no offer stands behind."""

    def refunded(self, charge: StarCharge, until: datetime | None) -> Sequence[Notice]:
        """Tell a person that Stars came back, and what is left of their premium."""


class Premium:
    """The use cases around Stars; `stars` is the price of 30 days, 0 where nothing is sold."""

    def __init__(
        self,
        *,
        ledger: StarLedger,
        desk: StarDesk,
        access: Access,
        clock: Clock,
        new_id: Callable[[], str],
        notices: StarNotices,
        stars: int,
    ) -> None:
        self._ledger = ledger
        self._desk = desk
        self._access = access
        self._clock = clock
        self._new_id = new_id
        self._notices = notices
        self._stars = stars

    async def offer(self, user: User) -> OfferView:
        """Give what premium costs and gives, with the link where it is paid.

        Raises `Refusal("premium_not_offered")` where nothing is sold and nothing stands.
        """
        user.require(Permission.SUBSCRIBE)
        latest = await self._latest(user.user_id)
        if self._stars == 0 and latest is None:
            raise Refusal("premium_not_offered")
        return OfferView(
            stars=self._stars,
            invoice=None if latest or not self._stars else await self._invoice_for(user),
            standing=await self._ledger.invoice(latest.invoice_id) if latest else None,
            until=latest.until if latest else None,
            limits=await self._ledger.limits(),
        )

    async def check_out(self, user: User, invoice_id: str, currency: str, stars: int) -> None:
        """Pass in silence if a person may pay this now, or raise `Refusal` with the reason.

        One who has paid for the same invoice may again: that is how a renewal would be asked for.
        """
        user.require(Permission.SUBSCRIBE)
        invoice = await self._ledger.invoice(invoice_id)
        if invoice is None:
            raise Refusal("unknown_invoice")
        if invoice.user_id != user.user_id:
            raise Refusal("anothers_invoice")
        if (currency, stars) != (CURRENCY, invoice.stars):
            raise Refusal("wrong_price")
        if invoice.is_paid:
            return
        if invoice.stars != self._stars:
            raise Refusal("old_price")
        latest = await self._latest(user.user_id)
        if latest is not None:
            raise Refusal("already_premium", until=latest.until)

    async def paid(self, payment: StarPayment, update_id: int | None) -> None:
        """Book a payment and the premium that follows from it, once.

        One that no offer stands behind gives nothing: admins are told, and can give it back.
        Needs no permission: what was paid is booked, whoever paid it.
        """
        is_matched = matches(await self._ledger.invoice(payment.invoice_id), payment)
        known = await self._ledger.charge(payment.charge_id)
        is_refunded = known is not None and known.refunded_at is not None
        if is_matched:
            notices = self._notices.paid(payment, is_refunded=is_refunded)
        else:
            notices = self._notices.unmatched(payment)
        await self._ledger.take(
            payment,
            is_matched=is_matched,
            at=self._clock.now(),
            update_id=update_id,
            notices=notices,
        )
        self._access.forget(payment.user_id)

    async def refunded(self, charge: StarCharge, update_id: int | None) -> None:
        """Note what Telegram says was given back, once, though it overtakes its payment.

        Needs no permission: Telegram says so, whatever the person may. Raises `Refusal`
        (`unknown_charge`) for Stars that no offer of ours to this person ever asked for.
        """
        known = await self._ledger.charge(charge.charge_id)
        if known is None:
            invoice = await self._ledger.invoice(charge.invoice_id)
            if invoice is None or invoice.user_id != charge.user_id:
                raise Refusal("unknown_charge", text=charge.charge_id)
        await self._give_back(known or charge, actor_id=charge.user_id, update_id=update_id)

    async def renewal_changed(self, user_id: int, invoice_id: str, renewal: Renewal) -> None:
        """Note that a person stopped or restored renewals at Telegram, or that one failed.

        Needs no permission: Telegram says so.
        """
        invoice = await self._ledger.invoice(invoice_id)
        if invoice is not None and invoice.user_id == user_id:
            await self._ledger.note_renewal(invoice_id, renewal, None, ())

    async def set_renewal(
        self, request: Request, *, is_on: bool, answer: Callable[[OfferView], Sequence[Notice]]
    ) -> None:
        """Stop a person's renewals, or want them again; raises `Refusal("no_subscription")`."""
        request.user.require(Permission.VIEW_OWN)
        user_id = request.user.user_id
        charges = await self._ledger.charges(user_id)
        latest = next((one for one in charges if one.stands), None)
        invoice = await self._ledger.invoice(latest.invoice_id) if latest else None
        if latest is None or invoice is None:
            raise Refusal("no_subscription")
        for first in _begun_by(charges, invoice.invoice_id):
            await self._desk.set_canceled(user_id, first.charge_id, is_canceled=not is_on)
        renewal = Renewal.ACTIVE if is_on else Renewal.CANCELED
        view = OfferView(
            stars=self._stars,
            invoice=None,
            standing=replace(invoice, renewal=renewal),
            until=latest.until,
            limits=await self._ledger.limits(),
        )
        await self._ledger.note_renewal(invoice.invoice_id, renewal, request, answer(view))

    async def charge(self, user: User, charge_id: str) -> StarCharge:
        """Give a charge that an admin may give back.

        Raises `Refusal` (`unknown_charge`, `already_refunded`).
        """
        user.require(Permission.MANAGE_PEOPLE)
        charge = await self._ledger.charge(charge_id[:_LONGEST_CHARGE])
        if charge is None:
            raise Refusal("unknown_charge", text=charge_id)
        if charge.refunded_at is not None:
            raise Refusal("already_refunded")
        return charge

    async def refund(
        self, request: Request, charge_id: str, answer: Callable[[StarCharge], Sequence[Notice]]
    ) -> None:
        """Give a charge's Stars back, end what it gave, and stop its renewals.

        Telegram is asked first: where we die behind that, its own word of the refund comes.
        """
        request.user.require(Permission.MANAGE_PEOPLE)
        charge = await self.charge(request.user, charge_id)
        await self._desk.refund(charge.user_id, charge.charge_id)
        charges = await self._ledger.charges(charge.user_id)
        for first in _begun_by(charges, charge.invoice_id):
            await self._desk.set_canceled(charge.user_id, first.charge_id, is_canceled=True)
        await self._give_back(
            charge,
            actor_id=request.user.user_id,
            update_id=request.update_id,
            answer=answer(charge),
        )

    async def _give_back(
        self,
        charge: StarCharge,
        *,
        actor_id: int,
        update_id: int | None,
        answer: Sequence[Notice] = (),
    ) -> None:
        now = self._clock.now()
        left = [
            one.until
            for one in await self._ledger.charges(charge.user_id)
            if one.stands and one.charge_id != charge.charge_id and one.until is not None
        ]
        until = max((each for each in left if each > now), default=None)
        await self._ledger.give_back(
            charge,
            actor_id=actor_id,
            at=now,
            update_id=update_id,
            answer=answer,
            notices=self._notices.refunded(charge, until),
        )
        self._access.forget(charge.user_id)

    async def _latest(self, user_id: int) -> StarCharge | None:
        """Give the charge that a person's premium follows from now."""
        now = self._clock.now()
        for charge in await self._ledger.charges(user_id):
            if charge.stands and charge.until is not None and charge.until + GRACE > now:
                return charge
        return None

    async def _invoice_for(self, user: User) -> StarInvoice | None:
        if user.role is Role.ADMIN:
            return None
        invoice = await self._ledger.offer(
            user.user_id, self._stars, self._new_id(), self._clock.now()
        )
        if invoice.link:
            return invoice
        link = await self._desk.link(invoice)
        await self._ledger.keep_link(invoice, link)
        return replace(invoice, link=link)


def _begun_by(charges: Sequence[StarCharge], invoice_id: str) -> list[StarCharge]:
    """Give the charges that began subscriptions of an invoice."""
    return [one for one in charges if one.is_first and one.invoice_id == invoice_id]
