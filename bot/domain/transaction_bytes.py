"""A Solana transaction as bytes: its message to sign, and its signatures in their places.

Layout: a count of signatures, 64 bytes for each, then the message (solana.com/docs,
"Transactions"). A count below 128 is one byte, and no packet has room for as many signers.
"""

from bot.domain.errors import UnreadableAccount

SIGNATURE_BYTES = 64
_LARGEST_BYTES = 1232
_MOST_SIGNATURES = _LARGEST_BYTES // SIGNATURE_BYTES
_LONGEST_TEXT = 88
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def signature_count(transaction: bytes) -> int:
    """Give how many must sign; raises `UnreadableAccount` where the bytes are no transaction."""
    count = transaction[0] if transaction else 0
    is_whole = len(transaction) > 1 + count * SIGNATURE_BYTES
    if not 0 < count <= _MOST_SIGNATURES or not is_whole or len(transaction) > _LARGEST_BYTES:
        raise UnreadableAccount("these are not the bytes of a transaction")
    return count


def message_of(transaction: bytes) -> bytes:
    """Give what is signed."""
    return transaction[1 + signature_count(transaction) * SIGNATURE_BYTES :]


def signed_by_payer(transaction: bytes, signature: bytes) -> bytes:
    """Give the transaction with the fee payer's signature, which is the first, put in."""
    signature_count(transaction)
    if len(signature) != SIGNATURE_BYTES:
        raise UnreadableAccount("a signature has 64 bytes")
    return transaction[:1] + signature + transaction[1 + SIGNATURE_BYTES :]


def is_fully_signed(transaction: bytes) -> bool:
    """Tell whether no signature is missing."""
    places = range(1, 1 + signature_count(transaction) * SIGNATURE_BYTES, SIGNATURE_BYTES)
    return all(any(transaction[place : place + SIGNATURE_BYTES]) for place in places)


def signature_text(signature: bytes) -> str:
    """Give a signature in base58, by which the chain knows its transaction."""
    number, letters = int.from_bytes(signature, "big"), []
    while number:
        number, remainder = divmod(number, 58)
        letters.append(_ALPHABET[remainder])
    zeros = len(signature) - len(signature.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def signature_bytes(text: str) -> bytes:
    """Give the 64 bytes of a signature in base58; raises `UnreadableAccount` on anything else."""
    number = 0
    for letter in text[: _LONGEST_TEXT + 1]:
        value = _ALPHABET.find(letter)
        if value < 0:
            raise UnreadableAccount("a signature has base58 letters only")
        number = number * len(_ALPHABET) + value
    zeros = len(text) - len(text.lstrip("1"))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(raw) != SIGNATURE_BYTES:
        raise UnreadableAccount("a signature has 64 bytes")
    return raw
