"""Wire what makes up alerts, and name them to the trigger book."""

from dataclasses import dataclass

from bot.adapters.database.alert_watch import PostgresAlerts
from bot.domain.price_trust import TrustRules
from bot.domain.triggers import Owner
from bot.ports.books import Books
from bot.ports.clock import Clock
from bot.services.alert_firing import AlertFiring, AlertNotices
from bot.services.alert_following import AlertFollowing
from bot.services.alerts import Alerts
from bot.services.price_board import PriceBoard
from bot.services.suspicions import Suspicions
from bot.services.triggers import Triggers
from bot.services.wallets import Wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertParts:
    """What alerts are made of."""

    book: PostgresAlerts
    board: PriceBoard
    books: Books
    triggers: Triggers
    suspicions: Suspicions
    wallets: Wallets
    clock: Clock


def wire_alerts(
    parts: AlertParts, *, notices: AlertNotices, rules: TrustRules, target_seconds: float
) -> tuple[Alerts, AlertFollowing]:
    """Build the use cases of people and those of the clock."""
    firing = AlertFiring(
        book=parts.book,
        board=parts.board,
        triggers=parts.triggers,
        clock=parts.clock,
        notices=notices,
    )
    parts.triggers.tell(Owner.ALERT, firing)
    alerts = Alerts(
        book=parts.book,
        board=parts.board,
        books=parts.books,
        triggers=parts.triggers,
        suspicions=parts.suspicions,
        wallets=parts.wallets,
        clock=parts.clock,
        target_seconds=target_seconds,
    )
    following = AlertFollowing(
        book=parts.book,
        board=parts.board,
        triggers=parts.triggers,
        suspicions=parts.suspicions,
        wallets=parts.wallets,
        firing=firing,
        rules=rules,
        clock=parts.clock,
    )
    return alerts, following
