"""Telegram's side of Stars over the Bot API: links of invoices, refunds, renewals."""

from collections.abc import Mapping

from bot.domain.errors import Unavailable
from bot.domain.premium import CURRENCY, PERIOD, StarInvoice
from bot.telegram.bot_api import Api, ApiError
from bot.words.speech import say

_DONE_BEFORE = "CHARGE_ALREADY_REFUNDED"


class TelegramStarDesk:
    """Implements `bot.ports.premium.StarDesk`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def link(self, invoice: StarInvoice) -> str:
        """Have Telegram make the link where an invoice is paid."""
        label = say("Premium, 30 days")
        answer = await self._call(
            "createInvoiceLink",
            {
                "title": label,
                "description": say("Larger limits for 30 days. Renews itself until you stop it."),
                "payload": invoice.invoice_id,
                "currency": CURRENCY,
                "prices": [{"label": label, "amount": invoice.stars}],
                "subscription_period": int(PERIOD.total_seconds()),
            },
        )
        if not isinstance(answer, str):
            raise Unavailable("Telegram", "createInvoiceLink gave no link")
        return answer

    async def refund(self, user_id: int, charge_id: str) -> None:
        """Give the Stars of a charge back."""
        try:
            await self._api.call(
                "refundStarPayment",
                {"user_id": user_id, "telegram_payment_charge_id": charge_id},
            )
        except ApiError as error:
            # Telegram has answered so for refunds that it had just made.
            if _DONE_BEFORE not in error.description:
                raise Unavailable("Telegram", error.description) from error

    async def set_canceled(self, user_id: int, charge_id: str, *, is_canceled: bool) -> None:
        """Stop the renewals of the subscription that a charge began, or allow them again."""
        asked = {
            "user_id": user_id,
            "telegram_payment_charge_id": charge_id,
            "is_canceled": is_canceled,
        }
        await self._call("editUserStarSubscription", asked)

    async def _call(self, method: str, payload: Mapping[str, object]) -> object:
        try:
            return await self._api.call(method, payload)
        except ApiError as error:
            raise Unavailable("Telegram", error.description) from error
