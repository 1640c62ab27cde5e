"""The JSON-RPC errors a mainnet node answers with, by code."""

from collections.abc import Mapping
from enum import IntEnum


class RpcCode(IntEnum):
    """Codes of JSON-RPC 2.0 and of Agave (rpc-client-api custom_error.rs)."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    PREFLIGHT_FAILURE = -32002
    SIGNATURE_VERIFICATION_FAILURE = -32003
    NODE_UNHEALTHY = -32005
    UNSUPPORTED_TRANSACTION_VERSION = -32015
    MIN_CONTEXT_SLOT_NOT_REACHED = -32016


class RpcError(Exception):
    """A refusal in the shape a node gives it: code, message and perhaps data."""

    def __init__(
        self, code: RpcCode, message: str, data: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def as_json(self) -> dict[str, object]:
        """Give the `error` member of the response."""
        error: dict[str, object] = {"code": int(self.code), "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


def invalid_params(message: str) -> RpcError:
    """Make the refusal for parameters that do not fit the method."""
    return RpcError(RpcCode.INVALID_PARAMS, message)
