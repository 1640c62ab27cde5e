"""Base58 in Bitcoin's alphabet, as the RPC writes instruction data and old-style accounts."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGITS = {letter: value for value, letter in enumerate(ALPHABET)}
MAX_TEXT = 1_700


def encode(data: bytes) -> str:
    """Write bytes as base58."""
    number = int.from_bytes(data, "big")
    letters = []
    while number:
        number, digit = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return ALPHABET[0] * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """Read base58.

    Raises:
        ValueError: a letter outside the alphabet, or text too long for a transaction.
    """
    if len(text) > MAX_TEXT:
        raise ValueError(f"too large: {len(text)} letters")
    number = 0
    for letter in text:
        if letter not in _DIGITS:
            raise ValueError(f"character {letter!r} is not in the alphabet")
        number = number * len(ALPHABET) + _DIGITS[letter]
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
