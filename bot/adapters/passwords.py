"""Passwords under argon2id (RFC 9106), hashed and checked in a thread of their own."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

LONGEST_PASSWORD = 256
_AT_ONCE = 2


class Argon2Password:
    """Implements `bot.ports.passwords.PasswordCheck` for one hash; a few are looked at at once."""

    def __init__(self, stored: str) -> None:
        self._stored = stored
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def is_right(self, password: str) -> bool:
        """Tell whether this is the password."""
        async with self._room:
            return await asyncio.to_thread(self._verify, password[:LONGEST_PASSWORD])

    def _verify(self, password: str) -> bool:
        try:
            return self._hasher.verify(self._stored, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def hash_password(password: str) -> str:
    """Give what the operator puts into the settings: an argon2id hash with its salt."""
    return PasswordHasher().hash(password)


def is_argon2id(stored: str) -> bool:
    """Tell whether a text is such a hash."""
    if not stored.startswith("$argon2id$"):
        return False
    try:
        PasswordHasher().check_needs_rehash(stored)
    except InvalidHashError:
        return False
    return True
