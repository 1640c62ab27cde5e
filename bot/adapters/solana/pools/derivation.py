"""Program-derived addresses from their seeds, in plain Python.

The decoders must know some of them (whose curve is this, is this the token's own pool) and
may not use the wallet library.
"""

from functools import lru_cache
from hashlib import sha256

from bot.domain.identifiers import decode_address, encode_address

_FIELD = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _FIELD) % _FIELD
_MARKER = b"ProgramDerivedAddress"


@lru_cache(maxsize=8192)
def derived_address(program: str, *seeds: bytes) -> str:
    """Give the address that a program derives from seeds.

    The first hash, counting the bump down from 255, that is no point of the ed25519 curve
    (Solana SDK, `Pubkey::find_program_address`). `program` is base58.
    """
    tail = decode_address(program) + _MARKER
    for bump in range(255, -1, -1):
        digest = sha256(b"".join((*seeds, bytes((bump,)), tail))).digest()
        if not _is_on_curve(digest):
            return encode_address(digest)
    raise AssertionError("no bump leaves the curve")


def _is_on_curve(raw: bytes) -> bool:
    """Tell whether 32 bytes are a compressed point, as curve25519-dalek decompresses them."""
    y_squared = pow(int.from_bytes(raw, "little") & (2**255 - 1), 2, _FIELD)
    above = (y_squared - 1) % _FIELD
    below = (_CURVE_D * y_squared + 1) % _FIELD
    ratio = above * pow(below, -1, _FIELD) % _FIELD
    return ratio == 0 or pow(ratio, (_FIELD - 1) // 2, _FIELD) == 1
