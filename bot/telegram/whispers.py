"""Shows a message in a group to one person alone, or else brings it into their private chat."""

from collections.abc import Mapping

import structlog

from bot.telegram.bot_api import Api, ApiError
from bot.telegram.layout import WHISPER

_UNKNOWN_METHOD = 404
_REFUSED = 400
_ONLY_IN_GROUPS = (WHISPER, "message_thread_id", "reply_parameters")
_log = structlog.get_logger(__name__)


class WhisperingApi:
    """Implements `Api` over another: a call that names its only reader is sent as ephemeral.

    A server that does not know ephemeral messages would show one to everybody, so it is asked
    first, with a message that is not there. Where it does not know them, refuses (more than 15
    seconds after the question, say) or sends something else, the private chat gets the message.
    Source: https://core.telegram.org/bots/api#ephemeral-messages-and-commands.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._is_known: bool | None = None

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        """Call a method; see `Api.call`."""
        receiver = payload.get(WHISPER)
        if not isinstance(receiver, Mapping):
            return await self._api.call(method, payload, seconds=seconds)
        if await self._knows_whispers(payload, receiver):
            try:
                sent = await self._api.call(method, payload, seconds=seconds)
            except ApiError as refusal:
                if refusal.retry_after:
                    raise
                _log.info("whisper_refused", reason=str(refusal))
            else:
                if isinstance(sent, dict) and sent.get("ephemeral_message_id"):
                    return sent
                await self._take_back(payload, sent)
        return await self._privately(method, payload, receiver)

    async def _knows_whispers(
        self, payload: Mapping[str, object], receiver: Mapping[str, object]
    ) -> bool:
        if self._is_known is None:
            nothing = {
                "chat_id": payload.get("chat_id"),
                "receiver_user_id": receiver.get("receiver_user_id"),
                "ephemeral_message_id": 1,
            }
            try:
                await self._api.call("deleteEphemeralMessage", nothing)
            except ApiError as refusal:
                self._is_known = refusal.code != _UNKNOWN_METHOD
            else:
                self._is_known = True
        return self._is_known

    async def _take_back(self, payload: Mapping[str, object], sent: object) -> None:
        """Delete what was shown to all, and whisper no more."""
        self._is_known = False
        _log.error("whisper_was_heard", chat_id=payload.get("chat_id"))
        if isinstance(sent, dict):
            gone = {"chat_id": payload.get("chat_id"), "message_id": sent.get("message_id")}
            await self._api.call("deleteMessage", gone)

    async def _privately(
        self, method: str, payload: Mapping[str, object], receiver: Mapping[str, object]
    ) -> object:
        kept = {name: value for name, value in payload.items() if name not in _ONLY_IN_GROUPS}
        kept["chat_id"] = receiver.get("receiver_user_id")
        try:
            return await self._api.call(method, kept)
        except ApiError as refusal:
            if refusal.retry_after:
                raise
            # What the person's chat refuses must not be taken for the group's refusal.
            raise ApiError(_REFUSED, "nobody could be told in private") from refusal
