"""Whether an address has signed a message, by Ed25519."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address


def has_signed(address: str, message: bytes, signature: bytes) -> bool:
    """Tell whether the key of an address has signed a message; an address of no key has not."""
    try:
        Ed25519PublicKey.from_public_bytes(decode_address(address)).verify(signature, message)
    except (InvalidSignature, UnreadableAccount, ValueError):
        return False
    return True
