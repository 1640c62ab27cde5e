"""Keys as people type them in: what their wallets show, read into a secret and checked."""

import re

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.domain.errors import UnreadableAccount
from bot.domain.secrets import Secret
from bot.domain.transaction_bytes import signature_bytes

_SEED_BYTES, _PAIR_BYTES = 32, 64
_NUMBERS = re.compile(r"\[\s*(?:\d{1,3}\s*,\s*){63}\d{1,3}\s*\]", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_LARGEST_BYTE = 255


class NoKeyTyped(ValueError):
    """What was typed is no key; the words say what a key looks like, and show nothing of it."""


def seed_of(typed: str) -> Secret:
    """Give the seed of a key pair that was typed; raises `NoKeyTyped`.

    Wallets show a pair: seed and public key, 64 bytes, in base58 or as a list of numbers. A pair
    whose halves do not fit was mistyped, and is refused.
    """
    pair = Secret(_pair(typed.strip()))
    with pair:
        seed = Secret(pair.reveal()[:_SEED_BYTES])
        private = Ed25519PrivateKey.from_private_bytes(seed.reveal())
        if private.public_key().public_bytes_raw() != pair.reveal()[_SEED_BYTES:]:
            seed.wipe()
            raise NoKeyTyped("its two halves do not fit: it was cut off or mistyped")
    return seed


def _pair(typed: str) -> bytes:
    if _NUMBERS.fullmatch(typed):
        numbers = [int(digits) for digits in _DIGITS.findall(typed)]
        if max(numbers) <= _LARGEST_BYTE:
            return bytes(numbers)
    try:
        # A pair is as long as a signature, and written the same way.
        return signature_bytes(typed)
    except UnreadableAccount:
        raise NoKeyTyped(
            "a key has 64 bytes, in base58 as wallets export it or as a list of numbers"
        ) from None
