"""Premium for Stars from memory, for tests of the chat door."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.premium import Renewal, StarCharge, StarInvoice, StarPayment
from bot.domain.requests import Request
from bot.domain.users import Permission, User
from bot.services.premium import OfferView
from tests.builders.desks import NOON, SOL
from tests.fakes.guards import Counter

CHARGE = "stxAbc123"


def a_charge() -> StarCharge:
    return StarCharge(
        user_id=1001,
        charge_id=CHARGE,
        invoice_id="invoice-1",
        stars=250,
        is_matched=True,
        is_first=True,
        paid_at=NOON,
        until=NOON + timedelta(days=30),
        refunded_at=None,
    )


def an_invoice(**changes: object) -> StarInvoice:
    invoice = StarInvoice(
        user_id=1001,
        invoice_id="invoice-1",
        stars=250,
        link="https://t.me/$slug",
        renewal=Renewal.ACTIVE,
        is_paid=False,
    )
    return replace(invoice, **changes)


@dataclass(slots=True)
class FakePremium:
    """Stands for `Premium`; `refusal` is what a check-out is refused with."""

    services: Counter
    is_standing: bool = False
    refusal: Refusal | None = None
    checked: list[tuple[int, str, str, int]] = field(default_factory=list)
    payments: list[StarPayment] = field(default_factory=list)
    refunds: list[StarCharge] = field(default_factory=list)
    renewals: list[tuple[int, str, Renewal]] = field(default_factory=list)
    given_back: list[str] = field(default_factory=list)

    async def offer(self, user: User) -> OfferView:
        self.services._enter(user, Permission.SUBSCRIBE)
        return self._view(Renewal.ACTIVE)

    async def set_renewal(
        self, request: Request, *, is_on: bool, answer: Callable[[OfferView], Sequence[Notice]]
    ) -> None:
        self.services._enter(request.user, Permission.VIEW_OWN)
        view = self._view(Renewal.ACTIVE if is_on else Renewal.CANCELED)
        await self.services._commit(request, answer(view))

    async def charge(self, user: User, charge_id: str) -> StarCharge:
        self.services._enter(user, Permission.MANAGE_PEOPLE)
        if charge_id != CHARGE:
            raise Refusal("unknown_charge", text=charge_id)
        return a_charge()

    async def refund(
        self, request: Request, charge_id: str, answer: Callable[[StarCharge], Sequence[Notice]]
    ) -> None:
        self.services._enter(request.user, Permission.MANAGE_PEOPLE)
        self.given_back.append(charge_id)
        await self.services._commit(request, answer(a_charge()))

    async def check_out(self, user: User, invoice_id: str, currency: str, stars: int) -> None:
        self.services._enter(user, Permission.SUBSCRIBE)
        self.checked.append((user.user_id, invoice_id, currency, stars))
        if self.refusal is not None:
            raise self.refusal

    async def paid(self, payment: StarPayment, update_id: int | None) -> None:
        assert update_id is not None
        self.payments.append(payment)
        await self.services.inbox.close(update_id, failure="")

    async def refunded(self, charge: StarCharge, update_id: int | None) -> None:
        assert update_id is not None
        self.refunds.append(charge)
        await self.services.inbox.close(update_id, failure="")

    async def renewal_changed(self, user_id: int, invoice_id: str, renewal: Renewal) -> None:
        self.renewals.append((user_id, invoice_id, renewal))

    def _view(self, renewal: Renewal) -> OfferView:
        limits: Mapping[str, Mapping[str, int | None]] = {
            "basic": {"position_lamports": 100 * SOL, "leverage": 3, "alerts": 20},
            "premium": {"position_lamports": 1000 * SOL, "leverage": 5, "alerts": 200},
        }
        stands = an_invoice(renewal=renewal, is_paid=True) if self.is_standing else None
        return OfferView(
            stars=250,
            invoice=None if stands else an_invoice(),
            standing=stands,
            until=NOON + timedelta(days=30) if stands else None,
            limits=limits,
        )
