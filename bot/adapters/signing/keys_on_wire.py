"""Sealed keys as they go over the socket; they are of no use without the master key."""

from bot.adapters.signing.fields import Fields, b64
from bot.domain.live_wallets import SealedKey

_LARGEST_PART_BYTES = 256


def key_fields(key: SealedKey) -> dict[str, object]:
    """Write a sealed key."""
    return {
        "user_id": key.user_id,
        "number": key.number,
        "chain": key.chain,
        "address": key.address,
        "key_version": key.key_version,
        "wrapped_key": b64(key.wrapped_key),
        "sealed": b64(key.sealed),
    }


def read_key(fields: Fields) -> SealedKey:
    """Read a sealed key; raises `BadRequest`."""
    with fields:
        return SealedKey(
            user_id=fields.number("user_id"),
            number=fields.number("number"),
            chain=fields.text("chain"),
            address=fields.text("address"),
            key_version=fields.number("key_version"),
            wrapped_key=fields.bytes("wrapped_key", _LARGEST_PART_BYTES),
            sealed=fields.bytes("sealed", _LARGEST_PART_BYTES),
        )
