"""Addresses that a program owns, and a wallet's token accounts, derived without any library."""

from functools import lru_cache
from hashlib import sha256

from bot.domain.errors import UnreadableMessage
from bot.domain.signing.programs import ASSOCIATED_TOKEN

_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
_SIGN_BIT = 1 << 255
_MARK = b"ProgramDerivedAddress"
_LARGEST_BUMP = 255


@lru_cache(maxsize=65_536)
def is_on_curve(address: bytes) -> bool:
    """Tell whether 32 bytes are a point of Ed25519, so that a secret key for them may exist.

    As `curve25519_dalek` decompresses, which Solana asks: y is taken modulo the prime, and there
    is an x where (y^2 - 1) / (d y^2 + 1) is a square.
    """
    y = (int.from_bytes(address, "little") & (_SIGN_BIT - 1)) % _PRIME
    squared = y * y % _PRIME
    product = (squared - 1) * (_D * squared + 1) % _PRIME
    return pow(product, (_PRIME - 1) // 2, _PRIME) in (0, 1)


def program_address(seeds: tuple[bytes, ...], program: bytes) -> tuple[bytes, int]:
    """Give the address that a program derives from seeds, and its bump.

    The first of 255, 254 ... whose hash is no point of the curve (`find_program_address`).
    """
    for bump in range(_LARGEST_BUMP, -1, -1):
        address = sha256(b"".join((*seeds, bytes((bump,)), program, _MARK))).digest()
        if not is_on_curve(address):
            return address, bump
    raise UnreadableMessage("no address can be derived")


@lru_cache(maxsize=65_536)
def token_account(owner: bytes, mint: bytes, token_program: bytes) -> bytes:
    """Give the associated token account of an owner for a mint of a token program."""
    return program_address((owner, token_program, mint), ASSOCIATED_TOKEN)[0]
