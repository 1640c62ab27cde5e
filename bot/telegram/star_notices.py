"""News of Stars: premium until when, Stars that came back, payments that nobody was offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.notices import Notice, Priority
from bot.domain.premium import StarCharge, StarPayment
from bot.telegram.layout import Screen, to_send
from bot.telegram.screens import premium


@dataclass(frozen=True, slots=True, kw_only=True)
class StarNews:
    """Implements `bot.services.premium.StarNotices`."""

    admin_ids: Sequence[int]

    def paid(self, payment: StarPayment, *, is_refunded: bool) -> Sequence[Notice]:
        """Tell a person that they have premium; nothing where it was given back before."""
        if is_refunded:
            return ()
        return (_news(premium.paid(payment), payment.user_id),)

    def unmatched(self, payment: StarPayment) -> Sequence[Notice]:
        """Tell the person and the admins."""
        to_admins = premium.unmatched_for_admins(payment)
        return (
            _news(premium.unmatched(payment), payment.user_id),
            *(_news(to_admins, admin_id) for admin_id in self.admin_ids),
        )

    def refunded(self, charge: StarCharge, until: datetime | None) -> Sequence[Notice]:
        """Tell a person what came back, and what is left."""
        return (_news(premium.refunded(charge, until), charge.user_id),)


def _news(screen: Screen, chat_id: int) -> Notice:
    return to_send(screen, chat_id, priority=Priority.FILL)
