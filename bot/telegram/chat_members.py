"""What Telegram says of people in chats, asked live and kept for seconds only."""

from collections.abc import Callable, Mapping

from bot.domain.errors import Unavailable
from bot.domain.groups import Standing
from bot.ports.clock import Clock
from bot.telegram.bot_api import Api, ApiError

_KEPT_SECONDS = 5.0
_MOST_KEPT = 10_000
_RIGHT = "can_change_info"
_GONE = frozenset({"left", "kicked"})


class LiveMembers:
    """Implements `bot.ports.groups.ChatMembers` with `getChatMember`.

    What it says of others is sure only where the bot manages the chat
    (https://core.telegram.org/bots/api#getchatmember).
    """

    def __init__(
        self, *, api: Api, clock: Clock, bot_id: int, bot_id_in: Callable[[int], int] | None = None
    ) -> None:
        self._api = api
        self._clock = clock
        self._bot_id_in = bot_id_in or (lambda _chat_id: bot_id)
        self._kept: dict[tuple[int, int], tuple[float, Standing]] = {}

    async def standing(self, chat_id: int, user_id: int) -> Standing:
        """Give what somebody is in a chat; `UNKNOWN` where Telegram does not tell."""
        now = self._clock.monotonic()
        kept = self._kept.get((chat_id, user_id))
        if kept is not None and now - kept[0] < _KEPT_SECONDS:
            return kept[1]
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        standing = await self._asked(chat_id, user_id)
        if standing is not Standing.UNKNOWN:
            self._kept[chat_id, user_id] = (now, standing)
        return standing

    def forget(self, chat_id: int) -> None:
        """Ask anew of everybody in a chat."""
        self._kept = {key: kept for key, kept in self._kept.items() if key[0] != chat_id}

    async def can_see(self, chat_id: int) -> bool:
        """Tell whether the bot manages a chat."""
        return (await self.standing(chat_id, self._bot_id_in(chat_id))).is_admin

    async def _asked(self, chat_id: int, user_id: int) -> Standing:
        asked = {"chat_id": chat_id, "user_id": user_id}
        try:
            told = await self._api.call("getChatMember", asked)
        except (ApiError, Unavailable):
            return Standing.UNKNOWN
        return _standing(told) if isinstance(told, dict) else Standing.UNKNOWN


def _standing(told: Mapping[str, object]) -> Standing:
    status = told.get("status")
    if status in _GONE or (status == Standing.RESTRICTED and told.get("is_member") is not True):
        return Standing.GONE
    if status == Standing.ADMIN and told.get(_RIGHT) is not True:
        return Standing.TITLED
    try:
        return Standing(str(status))
    except ValueError:
        return Standing.UNKNOWN
