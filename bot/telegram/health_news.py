"""News of the bot's own health, for the admins alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.errors import Unavailable
from bot.domain.health import Check, Finding
from bot.domain.notices import Notice, Priority
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen
from bot.telegram.private_news import PrivateNews
from bot.telegram.screens import health

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthNews(PrivateNews):
    """Implements `bot.services.alarms.AlarmNotices`."""

    admin_ids: Sequence[int]

    def failed(self, finding: Finding, *, is_reminder: bool) -> Sequence[Notice]:
        """Tell that a check fails, with buttons to look and to hear no more of it for a while."""
        return self._to_admins(
            lambda keys: health.failed(finding, keys, is_reminder=is_reminder), Priority.SAFETY
        )

    def recovered(self, check: Check, since: datetime, until: datetime) -> Sequence[Notice]:
        """Tell that it is well again."""
        return self._to_admins(lambda _keys: health.recovered(check, since, until), Priority.SAFETY)

    def _to_admins(self, screen: Callable[[Keys], Screen], priority: Priority) -> Sequence[Notice]:
        return tuple(
            notice
            for admin_id in self.admin_ids
            for notice in self.told(admin_id, screen, priority)
        )


class PastOutbox:
    """Sends what cannot be queued, since the database is what fails; each once, as best it can."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def send(self, notices: Sequence[Notice]) -> None:
        """Send at once; a failure is logged, and nothing is tried again."""
        for notice in notices:
            try:
                await self._api.call(notice.method, notice.payload)
            except (ApiError, Unavailable) as error:
                _log.warning("alarm_not_sent", reason=str(error))
