"""News of alerts that fired, for the private chat of the person who set them."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.alert_hours import Loudness
from bot.domain.alerts import OF_A_WALLET
from bot.domain.notices import Notice, Priority
from bot.domain.users import Mode
from bot.services.alert_levels import AlertNews
from bot.telegram.layout import STAMP
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens.alert_news import fired


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredAlertNotices(PrivateNews):
    """Renders what `bot.services.alert_firing` has to tell."""

    def fired(self, news: AlertNews) -> Notice:
        """Say what was reached, and when it was seen; silent where the person wants it so."""
        user_id, hit = news.fired.alert.user_id, news.fired.hit
        alert = news.fired.alert
        # What is watched of a wallet is of its mode; a token's price is the same to everybody.
        mode = alert.mode if alert.condition.kind in OF_A_WALLET else None
        label = mode if Mode.LIVE in {self.mode_of(user_id), mode} else None
        (plain,) = self.told(
            user_id, lambda keys: fired(news, keys, label), Priority.ALERT, mode=mode
        )
        payload: Mapping[str, object] = {
            **plain.payload,
            STAMP: (hit.source_at or hit.seen_at).isoformat(),
        }
        if news.fired.loudness is Loudness.SILENT:
            payload = {**payload, "disable_notification": True}
        return Notice(
            chat_id=user_id, method=plain.method, payload=payload, priority=plain.priority
        )
