"""Solana addresses as text: base58 both ways, checked, without any library."""

import re
from functools import lru_cache

from bot.domain.errors import UnreadableAccount

ADDRESS_BYTES = 32
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE_OF = {letter: value for value, letter in enumerate(_ALPHABET)}
_SHORTEST_TEXT, _LONGEST_TEXT = 32, 44
_OTHER_CHAIN = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)

SOL_MINT = "So11111111111111111111111111111111111111112"
USDC_MINT = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
USDT_MINT = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"
TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"  # noqa: S105 (a program, not a secret)
TOKEN_2022_PROGRAM = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"  # noqa: S105 (a program)
SYSTEM_PROGRAM = "11111111111111111111111111111111"


@lru_cache(maxsize=65_536)
def encode_address(raw: bytes) -> str:
    """Give the base58 text of a 32-byte address."""
    if len(raw) != ADDRESS_BYTES:
        raise UnreadableAccount(f"an address has 32 bytes, not {len(raw)}")
    number = int.from_bytes(raw, "big")
    letters = []
    while number:
        number, remainder = divmod(number, 58)
        letters.append(_ALPHABET[remainder])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


@lru_cache(maxsize=65_536)
def decode_address(text: str) -> bytes:
    """Give the 32 bytes of a base58 address; raises `UnreadableAccount` on anything else."""
    if not _SHORTEST_TEXT <= len(text) <= _LONGEST_TEXT:
        raise UnreadableAccount("an address has 32 to 44 characters")
    number = 0
    for letter in text:
        value = _VALUE_OF.get(letter)
        if value is None:
            raise UnreadableAccount("an address has base58 letters only (no 0, O, I, l)")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    body = number.to_bytes((number.bit_length() + 7) // 8, "big")
    raw = b"\0" * zeros + body
    if len(raw) != ADDRESS_BYTES:
        raise UnreadableAccount("an address decodes to 32 bytes")
    return raw


def is_address(text: str) -> bool:
    """Tell whether a text is a well-formed Solana address."""
    try:
        decode_address(text)
    except UnreadableAccount:
        return False
    return True


def is_other_chain(text: str) -> bool:
    """Tell whether a text is an address as Ethereum and its kin write it."""
    return _OTHER_CHAIN.fullmatch(text) is not None
