"""Whether an address has signed a message, by Ed25519 as strictly as Solana itself asks."""

from solders.pubkey import Pubkey
from solders.signature import Signature

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address


def has_signed(address: str, message: bytes, signature: bytes) -> bool:
    """Tell whether the key of an address has signed a message; an address of no key has not."""
    try:
        return Signature.from_bytes(signature).verify(Pubkey(decode_address(address)), message)
    except (UnreadableAccount, ValueError):
        return False
