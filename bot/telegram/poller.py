"""Long polling: fetches raw updates and acknowledges them only once they are committed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.bot_numbers import MAIN_BOT
from bot.domain.errors import Unavailable
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.bot_marks import marked
from bot.telegram.receiver import RawUpdate, Receiver

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "pre_checkout_query",
    "subscription",
)
_ANSWER_SLACK_SECONDS = 15.0
_LARGEST_BATCH = 100
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0
_log = structlog.get_logger(__name__)


def _nobody() -> None:
    return None


class Poller:
    """Asks for updates until it is cancelled.

    The offset acknowledges, so it is sent only after `Receiver.receive` returned, and only
    with the next call: after a quiet week Telegram may begin anew with lower update ids, which
    an offset kept for ever would skip. `heard` is called whenever Telegram answers.
    """

    def __init__(
        self,
        *,
        api: Api,
        receiver: Receiver,
        poll_seconds: int = 25,
        bot: int = MAIN_BOT,
        heard: Callable[[], None] = _nobody,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._bot = bot
        self._receiver = receiver
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._heard = heard
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll for ever, waiting longer after each failure in a row."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self.poll_once()
            except ApiError as error:
                _log.warning("poll_refused", code=error.code, description=error.description)
                await self._sleep(max(pause, error.retry_after))
            except Unavailable as failure:
                _log.warning("poll_failed", what=failure.what, detail=failure.detail)
                await self._sleep(pause)
            else:
                pause = _FIRST_PAUSE_SECONDS
                continue
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def poll_once(self) -> None:
        """Fetch one batch, store it, and remember to acknowledge it.

        Raises `ApiError` or `Unavailable`; nothing is acknowledged then.
        """
        updates = await self._fetch()
        if not updates:
            self._offset = None
            return
        await self._receiver.receive([marked(self._bot, one) for one in updates])
        self._offset = 1 + max(_update_id(update) for update in updates)

    async def _fetch(self) -> Sequence[RawUpdate]:
        payload: dict[str, object] = {
            "timeout": self._poll_seconds,
            "limit": _LARGEST_BATCH,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        if self._offset is not None:
            payload["offset"] = self._offset
        seconds = self._poll_seconds + _ANSWER_SLACK_SECONDS
        answer = await self._api.call("getUpdates", payload, seconds=seconds)
        if not isinstance(answer, list):
            raise Unavailable("Telegram", "getUpdates gave no list")
        self._heard()
        return [update for update in answer if isinstance(update, dict) and _update_id(update)]


def _update_id(update: RawUpdate) -> int:
    update_id = update.get("update_id")
    return update_id if isinstance(update_id, int) else 0
