"""Turns the bytes of an HTTP reply into an outcome; whatever the bytes, it never raises."""

from typing import TypeGuard

import orjson

from bot.adapters.solana.rpc_errors import sort_error
from bot.adapters.solana.rpc_outcome import Answer, Failure, FailureKind, Outcome

OK = 200
_TOO_MANY_REQUESTS = 429
_HIGHEST_SLOT = 2**48  # no chain lives long enough to count further


def read_reply(status: int, body: bytes, retry_after_seconds: float | None) -> Outcome:
    """Sort one reply; limits are recognised by status and by the code in the body."""
    if status == _TOO_MANY_REQUESTS:
        return _rate_limited("HTTP 429", retry_after_seconds)
    reply = _load(body)
    error = reply.get("error")
    if isinstance(error, dict):
        sorted_error = sort_error(error)
        if isinstance(sorted_error, Failure) and sorted_error.kind is FailureKind.RATE_LIMITED:
            return _rate_limited(sorted_error.detail, retry_after_seconds)
        return sorted_error
    if status != OK:
        return _broken(f"HTTP {status}")
    if "result" not in reply:
        return _broken("not a JSON-RPC reply")
    return _read_result(reply["result"])


def _load(body: bytes) -> dict[str, object]:
    try:
        reply = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _read_result(result: object) -> Outcome:
    if not isinstance(result, dict) or "context" not in result:
        return Answer(result=result)
    context = result["context"]
    slot = context.get("slot") if isinstance(context, dict) else None
    if not is_slot(slot):
        return _broken("a context without a slot")
    return Answer(result=result, slot=slot)


def is_slot(value: object) -> TypeGuard[int]:
    """Tell whether a value can be a slot number."""
    return type(value) is int and 0 < value < _HIGHEST_SLOT


def _rate_limited(detail: str, retry_after_seconds: float | None) -> Failure:
    kind = FailureKind.RATE_LIMITED
    return Failure(kind=kind, detail=detail, wait_seconds=retry_after_seconds)


def _broken(detail: str) -> Failure:
    return Failure(kind=FailureKind.BROKEN, detail=detail)
