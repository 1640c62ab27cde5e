"""The errors that JSON-RPC endpoints answer with, sorted by what the caller can do."""

from collections.abc import Mapping

from bot.adapters.solana.rpc_outcome import Failure, FailureKind, FinalNo
from bot.domain.errors import KitraderError

_MIN_CONTEXT_SLOT_NOT_REACHED = -32016
_TOO_MANY_REQUESTS = 429
_LONGEST_MESSAGE = 160

# The request is at fault, whoever is asked.
# Source: agave rpc-client-api custom_error.rs; JSON-RPC 2.0 section 5.1.
_FINAL_CODES = frozenset({-32600, -32601, -32602, -32003, -32002})


class RpcRefused(KitraderError):
    """The endpoint refused the request itself (`code`); another endpoint would too."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def sort_error(error: Mapping[str, object]) -> Failure | FinalNo:
    """Tell whether a JSON-RPC error object is final or worth another endpoint.

    Codes that are not known are tried elsewhere: a provider's own limit or fault is more
    likely than a bad request, and all our calls are reads.
    """
    code = error_code(error)
    message = str(error.get("message", ""))[:_LONGEST_MESSAGE]
    if code in _FINAL_CODES:
        return FinalNo(code=code, message=message)
    if code == _TOO_MANY_REQUESTS:
        return Failure(kind=FailureKind.RATE_LIMITED, detail="too many requests (body)")
    if code == _MIN_CONTEXT_SLOT_NOT_REACHED:
        return Failure(kind=FailureKind.STALE, detail="has not reached the slot asked for")
    return Failure(kind=FailureKind.BROKEN, detail=f"error {code}")


def error_code(error: object) -> int:
    """Give the code of a JSON-RPC error object, 0 where it has none."""
    code = error.get("code") if isinstance(error, Mapping) else None
    return code if isinstance(code, int) else 0
