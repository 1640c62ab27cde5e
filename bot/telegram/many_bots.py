"""Many bots as one Bot API: each call goes by the bot that it is of."""

from collections.abc import Callable, Mapping, Sequence

from bot.domain.bot_numbers import MAIN_BOT
from bot.telegram.bot_api import ApiError, Attachment, Uploads
from bot.telegram.bot_marks import marked_result, unmarked

_EDIT_TEXT, _SEND = "editMessageText", "sendMessage"
_BAD_REQUEST = 400
_REPLY = "reply_parameters"

Payload = Mapping[str, object]


class ManyBots:
    """Implements `Uploads` over the bots of one installation.

    An answer to a press goes by the bot that was pressed, and what is done to a message by the bot
    that sent it. All else goes by `bot_for`, the bot that serves the chat now. Where that is
    another than the one that sent a message, its new text is sent as a message of its own: people
    look at the chat that they wrote in last.
    """

    def __init__(self, bots: Sequence[Uploads], bot_for: Callable[[Payload], int]) -> None:
        self._bots = bots
        self._bot_for = bot_for

    async def call(self, method: str, payload: Payload, *, seconds: float = 20.0) -> object:
        """Call a method; see `Api.call`."""
        bot, method, spoken = self._way(method, payload)
        result = await self._bots[bot].call(method, spoken, seconds=seconds)
        return marked_result(bot, result)

    async def upload(self, method: str, payload: Payload, attachment: Attachment) -> object:
        """Post a method with a file; see `Uploads.upload`."""
        bot, method, spoken = self._way(method, payload)
        return marked_result(bot, await self._bots[bot].upload(method, spoken, attachment))

    def _way(self, method: str, payload: Payload) -> tuple[int, str, Payload]:
        found, served_by = unmarked(payload), self._known(self._bot_for(payload))
        if found.asked is not None:
            return self._owner(found.asked), method, found.payload
        if not found.messages or found.messages == {served_by}:
            return served_by, method, found.payload
        if _REPLY in found.payload:
            # The message that is replied to is in another bot's chat: nothing to point at.
            spoken = {name: one for name, one in found.payload.items() if name != _REPLY}
            return served_by, method, spoken
        if method == _EDIT_TEXT:
            spoken = {name: one for name, one in found.payload.items() if name != "message_id"}
            return served_by, _SEND, spoken
        return self._owner(min(found.messages)), method, found.payload

    def _known(self, bot: int) -> int:
        """Give a bot, or the main one for a bot whose token is there no more."""
        return bot if bot < len(self._bots) else MAIN_BOT

    def _owner(self, bot: int) -> int:
        """Give the bot whose question or message it is; no other may touch it."""
        if bot >= len(self._bots):
            raise ApiError(_BAD_REQUEST, "message to edit not found: its bot is here no more")
        return bot
