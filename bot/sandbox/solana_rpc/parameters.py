"""Reads the parameters of a call, refusing what a node would refuse."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solders.hash import Hash, ParseHashError
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from bot.sandbox.solana_rpc import base58
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.errors import RpcCode, RpcError, invalid_params

MAX_TRANSACTION_BYTES = 1_232
COMMITMENTS = ("processed", "confirmed", "finalized")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The parameters of one call at one endpoint."""

    endpoint: Endpoint
    positional: Sequence[object]

    def argument(self, index: int) -> object:
        """Give a positional parameter.

        Raises:
            RpcError: it is missing.
        """
        if index >= len(self.positional):
            raise invalid_params(f"`params` should have at least {index + 1} argument(s)")
        return self.positional[index]

    def text(self, index: int) -> str:
        """Give a positional parameter that must be a string."""
        value = self.argument(index)
        if not isinstance(value, str):
            raise invalid_params(f"invalid type: {type(value).__name__}, expected a string")
        return value

    def whole_number(self, index: int) -> int:
        """Give a positional parameter that must be an unsigned 64-bit number."""
        return _unsigned(self.argument(index))

    def items(self, index: int) -> Sequence[object]:
        """Give a positional parameter that must be an array."""
        value = self.argument(index)
        if not isinstance(value, list):
            raise invalid_params(f"invalid type: {type(value).__name__}, expected a sequence")
        return value

    def address(self, index: int) -> Pubkey:
        """Give a positional parameter that must be an address."""
        return parse_address(self.argument(index))

    def blockhash(self, index: int) -> Hash:
        """Give a positional parameter that must be a blockhash."""
        try:
            return Hash.from_string(self.text(index))
        except ParseHashError as error:
            raise invalid_params(f"Invalid param: {error}") from error

    def config(self, index: int) -> Mapping[str, object]:
        """Give the options object, empty if absent or null."""
        value = self.positional[index] if index < len(self.positional) else None
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise invalid_params(f"invalid type: {type(value).__name__}, expected a map")
        return value

    def slot(self, config: Mapping[str, object], key: str = "commitment") -> int:
        """Give the slot a call reads at.

        Raises:
            RpcError: unknown commitment, or `minContextSlot` is not reached (-32016).
        """
        commitment = config.get(key) or "finalized"
        if commitment not in COMMITMENTS:
            raise invalid_params(f"unknown variant `{commitment}`, expected one of {COMMITMENTS}")
        slot = self.endpoint.slot(str(commitment))
        wanted = config.get("minContextSlot")
        if wanted is not None and _unsigned(wanted) > slot:
            raise RpcError(
                RpcCode.MIN_CONTEXT_SLOT_NOT_REACHED,
                "Minimum context slot has not been reached",
                {"contextSlot": slot},
            )
        return slot


def parse_address(value: object) -> Pubkey:
    """Read an address.

    Raises:
        RpcError: it is not a base58 string of 32 bytes.
    """
    if not isinstance(value, str):
        raise invalid_params(f"invalid type: {type(value).__name__}, expected a string")
    try:
        return Pubkey.from_string(value)
    except ValueError as error:
        raise invalid_params(f"Invalid param: {error}") from error


def parse_signature(value: object) -> Signature:
    """Read a signature.

    Raises:
        RpcError: it is not a base58 string of 64 bytes.
    """
    try:
        return Signature.from_string(str(value))
    except ValueError as error:
        raise invalid_params(f"Invalid param: {error}") from error


def parse_transaction(text: str, encoding: object) -> VersionedTransaction:
    """Read a signed transaction in base58 (the default) or base64.

    Raises:
        RpcError: wrong encoding, beyond 1232 bytes, or not a transaction.
    """
    if encoding not in (None, "base58", "base64"):
        raise invalid_params(f"unsupported encoding: {encoding}. Supported: base58, base64")
    raw = _decode(text, str(encoding or "base58"))
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise invalid_params(
            f"decoded VersionedTransaction too large: {len(raw)} bytes "
            f"(max: {MAX_TRANSACTION_BYTES} bytes)"
        )
    try:
        return VersionedTransaction.from_bytes(raw)
    except ValueError as error:
        raise invalid_params(f"failed to deserialize VersionedTransaction: {error}") from error


def _decode(text: str, encoding: str) -> bytes:
    try:
        return (
            base64.b64decode(text, validate=True) if encoding == "base64" else base58.decode(text)
        )
    except (binascii.Error, ValueError) as error:
        raise invalid_params(f"invalid {encoding} encoding: {error}") from error


def _unsigned(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**64:
        raise invalid_params(f"invalid value: {value!r}, expected u64")
    return value
