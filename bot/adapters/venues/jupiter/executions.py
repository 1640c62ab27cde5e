"""Hands a signed order in, again and again the same bytes, and never takes a word for a proof."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.adapters.venues.jupiter.client import JupiterClient, Lost, Reply
from bot.adapters.venues.jupiter.reading import units_or_none, whole, words
from bot.ports.clock import Clock
from bot.ports.swap_venue import Executed, Execution, Rejected, Unknown

PATH = "/swap/v2/execute"
_OK = 200
_TIMED_OUT = -1006
# An invalid transaction, one that is missing or lacks a signature: such bytes cannot land. That
# the order is not known (-1), its message altered (-3) or the maker unwilling (-2004) says only
# that Jupiter would not send them. Source: Swap v2 docs, "/execute", error codes.
_CANNOT_LAND = frozenset({-2, -4, -5, -1003})
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    """An answer that settles nothing: the same bytes are handed in once more, if there is time."""

    code: int | None
    why: str


class Executions:
    """Jupiter's `/execute`: the same transaction and request id may be posted for two minutes."""

    def __init__(
        self,
        client: JupiterClient,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._clock = clock
        self._sleep = sleep

    async def execute(
        self,
        request_id: str,
        signed: bytes,
        last_valid_block_height: int,
        *,
        is_first_post: bool,
    ) -> Execution:
        """Give what Jupiter says of a signed order; never raises but for cancellation."""
        signature, trouble = _first_signature(signed)
        if trouble:
            return Rejected(code=None, words=trouble)
        body = {
            "signedTransaction": b64encode(signed).decode(),
            "requestId": request_id,
            "lastValidBlockHeight": str(last_valid_block_height),
        }
        ends_at = self._clock.monotonic() + self._client.settings.execute_seconds
        is_out = not is_first_post
        while True:
            left = ends_at - self._clock.monotonic()
            reply = await self._client.post(PATH, body, longest_wait_seconds=left)
            was_out = is_out
            is_out = is_out or isinstance(reply, Reply) or reply.was_sent
            judged = _judge(reply, signature, was_out=was_out)
            if not isinstance(judged, _Again):
                return judged
            _log.info("execute_again", why=judged.why, code=judged.code, is_out=is_out)
            if ends_at - self._clock.monotonic() <= self._client.settings.post_again_seconds:
                return _given_up(judged, signature, is_out=is_out)
            await self._sleep(self._client.settings.post_again_seconds)


def _given_up(again: _Again, signature: str | None, *, is_out: bool) -> Execution:
    if not is_out:
        return Rejected(code=None, words=f"never reached: {again.why}")
    return Unknown(code=again.code, words=again.why, signature=signature)


def _judge(reply: Reply | Lost, signature: str | None, *, was_out: bool) -> Execution | _Again:
    if isinstance(reply, Lost):
        return _Again(code=None, why=reply.why)
    code = whole(reply.body, "code")
    if reply.status != _OK or code is None:
        return _Again(code=None, why=f"HTTP {reply.status}")
    if reply.body.get("status") == "Success" and code == 0:
        return _success(reply.body, signature)
    said = words(reply.body.get("error")) or "failed"
    if code == _TIMED_OUT:
        return _Again(code=code, why=said)
    if code in _CANNOT_LAND and not was_out:
        return Rejected(code=code, words=said)
    return Unknown(code=code, words=said, signature=signature)


def _success(body: Mapping[str, object], signature: str | None) -> Execution:
    told = body.get("signature")
    if not isinstance(told, str) or not _is_signature(told):
        return Unknown(code=0, words="a success without its signature", signature=signature)
    if signature is not None and told != signature:
        return Unknown(code=0, words="a success of another transaction", signature=signature)
    return Executed(
        signature=told,
        slot=units_or_none(body, "slot"),
        told_in=units_or_none(body, "totalInputAmount"),
        told_out=units_or_none(body, "totalOutputAmount"),
    )


def _first_signature(signed: bytes) -> tuple[str | None, str]:
    """Give the transaction's own signature, None where its first signer is still to sign.

    A trouble in words where these are no bytes to send at all.
    """
    try:
        first = VersionedTransaction.from_bytes(signed).signatures[0]
    except (ValueError, IndexError):
        return None, "not a transaction"
    return (None if first == Signature.default() else str(first)), ""


def _is_signature(text: str) -> bool:
    try:
        Signature.from_string(text)
    except ValueError:
        return False
    return True
