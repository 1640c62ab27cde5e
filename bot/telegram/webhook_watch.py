"""Asks Telegram now and then whether what people write still reaches the webhook."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import Api, ApiError

_EVERY_SECONDS, _ANSWER_SECONDS = 30.0, 10.0
_log = structlog.get_logger(__name__)


class WebhookWatch:
    """Counts Telegram as heard while it delivers to our address, or has nothing to deliver."""

    def __init__(
        self,
        api: Api,
        url: str,
        heard: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._url = url
        self._heard = heard
        self._sleep = sleep

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            try:
                await self.ask()
            except (ApiError, Unavailable) as error:
                _log.warning("webhook_not_asked", reason=str(error))
            await self._sleep(_EVERY_SECONDS)

    async def ask(self) -> None:
        """Ask once; raises `ApiError` or `Unavailable`."""
        info = await self._api.call("getWebhookInfo", {}, seconds=_ANSWER_SECONDS)
        if isinstance(info, dict) and self._is_well(info):
            self._heard()
        else:
            _log.warning("webhook_not_served", told=info)

    def _is_well(self, info: Mapping[str, object]) -> bool:
        """Tell whether it is ours, and what waits does not wait because we did not answer.

        Source: Bot API, `WebhookInfo`: an error of long ago stays in it, so it counts only while
        updates wait.
        """
        is_failing = bool(info.get("pending_update_count")) and "last_error_date" in info
        return info.get("url") == self._url and not is_failing
