"""Shows a message in a group to one person alone, or else brings it into their private chat."""

from collections.abc import Mapping

import structlog

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import Api, ApiError
from bot.telegram.layout import INSTEAD, WHISPER

_UNKNOWN_METHOD = 404
_REFUSED = 400
_EDITING, _EDITING_TEXT = "editEphemeralMessage", "editEphemeralMessageText"
_UNCHANGED = "message is not modified"
_ONLY_IN_GROUPS = frozenset(
    {
        WHISPER,
        INSTEAD,
        "message_thread_id",
        "reply_parameters",
        "receiver_user_id",
        "ephemeral_message_id",
    }
)
_log = structlog.get_logger(__name__)

Payload = Mapping[str, object]


class WhisperingApi:
    """Implements `Api` over another: a call that names its only reader is sent as ephemeral.

    A server that does not know ephemeral messages would show one to everybody, so it is asked
    first, with a message that is not there. Where it does not know them, refuses (more than 15
    seconds after the question, say) or sends something else, the private chat gets the message,
    and the group what the call has to say instead. A whisper that can be edited no more, since it
    is gone, comes into the private chat as a new message.
    Source: https://core.telegram.org/bots/api#ephemeral-messages-and-commands.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._is_known: bool | None = None

    async def call(self, method: str, payload: Payload, *, seconds: float = 20.0) -> object:
        """Call a method; see `Api.call`."""
        if method.startswith(_EDITING):
            return await self._edit(method, payload, seconds)
        receiver = payload.get(WHISPER)
        if not isinstance(receiver, Mapping):
            return await self._api.call(method, payload, seconds=seconds)
        if await self._knows_whispers(payload, receiver):
            sent = await self._whisper(method, payload, seconds)
            if sent is not None:
                return sent
        return await self._say_apart(method, payload, receiver.get("receiver_user_id"))

    async def _whisper(self, method: str, payload: Payload, seconds: float) -> object | None:
        """Send a whisper; gives None where it was none in the end."""
        spoken = {name: value for name, value in payload.items() if name != INSTEAD}
        try:
            sent = await self._api.call(method, spoken, seconds=seconds)
        except ApiError as refusal:
            if refusal.retry_after:
                raise
            _log.info("whisper_refused", reason=str(refusal))
            return None
        if isinstance(sent, dict) and sent.get("ephemeral_message_id"):
            return sent
        await self._take_back(payload, sent)
        return None

    async def _edit(self, method: str, payload: Payload, seconds: float) -> object:
        try:
            return await self._api.call(method, payload, seconds=seconds)
        except ApiError as refusal:
            is_lasting = not refusal.retry_after and _UNCHANGED not in refusal.description
            if not is_lasting or method != _EDITING_TEXT:
                raise
            _log.info("whisper_gone", reason=str(refusal))
        return await self._say_apart("sendMessage", payload, payload.get("receiver_user_id"))

    async def _knows_whispers(self, payload: Payload, receiver: Payload) -> bool:
        if self._is_known is None:
            nothing = {
                "chat_id": payload.get("chat_id"),
                "receiver_user_id": receiver.get("receiver_user_id"),
                "ephemeral_message_id": 1,
            }
            try:
                await self._api.call("deleteEphemeralMessage", nothing)
            except ApiError as refusal:
                if refusal.retry_after:
                    raise
                self._is_known = refusal.code != _UNKNOWN_METHOD
            else:
                self._is_known = True
        return self._is_known

    async def _take_back(self, payload: Payload, sent: object) -> None:
        """Delete what was shown to all, and whisper no more."""
        self._is_known = False
        _log.error("whisper_was_heard", chat_id=payload.get("chat_id"))
        if isinstance(sent, dict):
            gone = {"chat_id": payload.get("chat_id"), "message_id": sent.get("message_id")}
            await self._api.call("deleteMessage", gone)

    async def _say_apart(self, method: str, payload: Payload, person_id: object) -> object:
        kept = {name: value for name, value in payload.items() if name not in _ONLY_IN_GROUPS}
        kept["chat_id"] = person_id
        told, instead = None, payload.get(INSTEAD)
        try:
            told = await self._api.call(method, kept)
        except ApiError as refusal:
            if refusal.retry_after:
                raise
            if not isinstance(instead, Mapping):
                # What the person's chat refuses must not be taken for the group's refusal.
                raise ApiError(_REFUSED, "nobody could be told in private") from refusal
        if isinstance(instead, Mapping):
            await self._tell_group(instead)
        return told

    async def _tell_group(self, instead: Payload) -> None:
        # The figures are where they belong: another try would only bring them once more.
        try:
            await self._api.call("sendMessage", instead)
        except (ApiError, Unavailable) as failure:
            _log.info("group_not_told", reason=str(failure))
