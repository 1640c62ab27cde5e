"""Second factors under the operator's key: PINs, authenticator secrets, recovery codes."""

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.adapters.vault.derivation import derived, key_id_of
from bot.domain.errors import Unavailable
from bot.domain.factors import RECOVERY_CODES
from bot.ports.factors import NewSecret, StoredFactor

ISSUER = "Kitrader"
STEP_SECONDS = 30
_SALT_BYTES, _NONCE_BYTES = 16, 12
_SECRET_CHARACTERS = 32  # 160 bits, as RFC 4226 recommends
_CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_CODE_LENGTH = 12
# OWASP's least for Argon2id: 19 MiB, two passes. Alone it would not save a PIN of six digits.
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
_AT_ONCE = 2


class SealedFactorVault:
    """Implements `FactorVault`.

    A PIN's verifier is HKDF(key, argon2id(PIN)): a copy of the database alone cannot even be
    guessed at. A secret is sealed by AES-256-GCM; person and version are part of what is
    authenticated, so that a row moved elsewhere does not open.
    """

    def __init__(self, key: bytes) -> None:
        self._pin_key = derived(key, "kitrader pin v1")
        self._code_key = derived(key, "kitrader recovery code v1")
        self._sealing = AESGCM(derived(key, "kitrader totp v1"))
        self._key_id = key_id_of(key)
        # Each takes 19 MiB and a processor: more at once would starve everything else.
        self._room = asyncio.Semaphore(_AT_ONCE)

    @property
    def key_id(self) -> str:
        """Name the key, without telling anything of it."""
        return self._key_id

    async def seal_pin(self, user_id: int, version: int, pin: str) -> bytes:
        """Give a salt and the verifier."""
        salt = secrets.token_bytes(_SALT_BYTES)
        return salt + await self._verifier(user_id, version, pin, salt)

    async def is_pin(self, user_id: int, stored: StoredFactor, pin: str) -> bool:
        """Tell whether this is the PIN."""
        salt, kept = stored.sealed[:_SALT_BYTES], stored.sealed[_SALT_BYTES:]
        given = await self._verifier(user_id, stored.version, pin, salt)
        return hmac.compare_digest(given, kept)

    def new_secret(self, user_id: int, version: int, label: str) -> NewSecret:
        """Make an authenticator's secret."""
        typed = pyotp.random_base32(_SECRET_CHARACTERS)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._sealing.encrypt(nonce, typed.encode(), _bound_to(user_id, version))
        return NewSecret(typed=typed, uri=_uri(typed, label), sealed=nonce + sealed)

    def secret_of(self, user_id: int, stored: StoredFactor, label: str) -> NewSecret:
        """Give a secret again; raises `Unavailable` where another key has sealed it."""
        typed = self._opened(user_id, stored)
        return NewSecret(typed=typed, uri=_uri(typed, label), sealed=stored.sealed)

    def step_of(self, user_id: int, stored: StoredFactor, code: str, at: datetime) -> int | None:
        """Give the time step whose code this is: the present one, or one before or after.

        Source: RFC 6238.
        """
        totp = pyotp.TOTP(self._opened(user_id, stored))
        present = int(at.timestamp()) // STEP_SECONDS
        found = None
        for step in (present - 1, present, present + 1):
            # All are computed, so that the time taken says nothing.
            if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()):
                found = step
        return found

    def new_codes(self) -> Sequence[str]:
        """Draw recovery codes of 59 bits each."""
        return [_drawn_code() for _ in range(RECOVERY_CODES)]

    def code_hash(self, user_id: int, code: str) -> bytes:
        """Give what of a recovery code is kept; spaces, dashes and case say nothing."""
        plain = code.replace("-", "").replace(" ", "").lower()
        return hmac.digest(self._code_key, f"{user_id}|{plain}".encode(), "sha256")

    async def _verifier(self, user_id: int, version: int, pin: str, salt: bytes) -> bytes:
        async with self._room:
            slow = await asyncio.to_thread(
                hash_secret_raw,
                pin.encode(),
                salt,
                time_cost=_PASSES,
                memory_cost=_MEMORY_KIB,
                parallelism=_LANES,
                hash_len=32,
                type=Type.ID,
            )
        return derived(self._pin_key, f"pin of {user_id}, {version}", salt=salt, more=slow)

    def _opened(self, user_id: int, stored: StoredFactor) -> str:
        nonce, sealed = stored.sealed[:_NONCE_BYTES], stored.sealed[_NONCE_BYTES:]
        try:
            plain = self._sealing.decrypt(nonce, sealed, _bound_to(user_id, stored.version))
        except InvalidTag as error:
            raise Unavailable("vault", "a secret does not open under this key") from error
        return plain.decode()


def _bound_to(user_id: int, version: int) -> bytes:
    return f"kitrader|totp|1|{user_id}|{version}".encode()


def _uri(typed: str, label: str) -> str:
    return pyotp.TOTP(typed).provisioning_uri(name=label, issuer_name=ISSUER)


def _drawn_code() -> str:
    drawn = "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    return "-".join((drawn[:4], drawn[4:8], drawn[8:]))
