"""What Telegram tells of payments: check-outs to answer in ten seconds, Stars come and gone."""

from datetime import UTC, datetime

import structlog

from bot.domain.errors import Refusal
from bot.domain.notices import Notice, Priority
from bot.domain.premium import Renewal, StarCharge, StarPayment, is_possible
from bot.domain.users import User
from bot.ports.mail import Inbox, StoredUpdate
from bot.services.premium import Premium
from bot.telegram.heard import Message, PreCheckoutQuery, SubscriptionUpdated
from bot.telegram.refusing import EXAMPLE_SYMBOL
from bot.telegram.screens.phrases import refusal_words

_LONGEST_WORD = 255
_log = structlog.get_logger(__name__)


class PaymentDoor:
    """Answers everything about Stars that is not a person's own words."""

    def __init__(self, premium: Premium, inbox: Inbox) -> None:
        self._premium = premium
        self._inbox = inbox

    async def check_out(self, query: PreCheckoutQuery, user: User, stored: StoredUpdate) -> None:
        """Say whether somebody may pay; the word stands in no line: late it is worth nothing."""
        error = ""
        try:
            await self._premium.check_out(
                user, query.invoice_payload, query.currency, query.total_amount
            )
        except Refusal as refusal:
            error = refusal_words(refusal, EXAMPLE_SYMBOL).render()[0]
        notice = _word(user.user_id, query.id, error)
        await self._inbox.close(stored.update_id, failure="", notices=(notice,))

    async def hear(self, message: Message, payer_id: int, stored: StoredUpdate) -> None:
        """Book what was paid or given back; what nobody can have paid or got is only closed."""
        paid, back = message.successful_payment, message.refunded_payment
        told = paid or back
        if told is None or not is_possible(told.total_amount):
            await self._leave(stored, "impossible_amount")
        elif paid is not None:
            payment = StarPayment(
                user_id=payer_id,
                charge_id=paid.telegram_payment_charge_id,
                invoice_id=paid.invoice_payload,
                currency=paid.currency,
                stars=paid.total_amount,
                until=_moment(paid.subscription_expiration_date),
                is_first=bool(paid.is_first_recurring),
                paid_at=message.date,
            )
            await self._premium.paid(payment, stored.update_id)
        elif back is not None:
            charge = StarCharge(
                user_id=payer_id,
                charge_id=back.telegram_payment_charge_id,
                invoice_id=back.invoice_payload,
                stars=back.total_amount,
                is_matched=True,
                is_first=False,
                paid_at=None,
                until=None,
                refunded_at=message.date,
            )
            await self._note(charge, stored)

    async def _note(self, charge: StarCharge, stored: StoredUpdate) -> None:
        try:
            await self._premium.refunded(charge, stored.update_id)
        except Refusal as refusal:
            await self._leave(stored, refusal.code)

    async def _leave(self, stored: StoredUpdate, reason: str) -> None:
        _log.warning("stars_not_booked", update_id=stored.update_id, reason=reason)
        await self._inbox.close(stored.update_id, failure="")

    async def renewal(self, change: SubscriptionUpdated, stored: StoredUpdate) -> None:
        """Note whether Telegram will take the next payment."""
        if change.state in set(Renewal):
            await self._premium.renewal_changed(
                change.user.id, change.invoice_payload, Renewal(change.state)
            )
        await self._inbox.close(stored.update_id, failure="")


def _word(user_id: int, query_id: str, error: str) -> Notice:
    payload: dict[str, object] = {"pre_checkout_query_id": query_id, "ok": not error}
    if error:
        payload["error_message"] = error[:_LONGEST_WORD]
    return Notice(
        chat_id=user_id,
        method="answerPreCheckoutQuery",
        payload=payload,
        priority=Priority.TOAST,
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
