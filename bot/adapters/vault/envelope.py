"""Envelope encryption: a secret under a key of its own, and that key under the master key."""

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.adapters.vault.derivation import derived
from bot.adapters.vault.keyring import Keyring
from bot.domain.secrets import Secret

DATA_KEY_BYTES = 32
NONCE_BYTES, TAG_BYTES = 12, 16
OVERHEAD_BYTES = NONCE_BYTES + TAG_BYTES
_PURPOSE = "kitrader wallet keys v1"
_DATA_KEY, _CONTENT = b"data key", b"content"


class Envelope:
    """Seals and opens under the keys of a ring, by AES-256-GCM twice (NIST SP 800-38D).

    The key that wraps data keys is derived from a master key by HKDF-SHA256 for this purpose
    alone. What an envelope is `bound_to` is authenticated in both layers together with the
    version: under other words it does not open. Each data key encrypts once; nonces are random,
    which for the wrapping key stays within NIST's bound up to 2^32 envelopes under one version.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._wrapping = cache(self._wrapping_key)

    @property
    def newest_version(self) -> int:
        """Give the version that seals."""
        return self._keyring.newest

    def seal(self, content: Secret, bound_to: bytes) -> tuple[bytes, bytes]:
        """Seal under the newest version; gives the wrapped data key and the sealed content."""
        version = self.newest_version
        with drawn(DATA_KEY_BYTES) as data_key:
            words = _words(_DATA_KEY, version, bound_to)
            wrapped = _encrypted(self._wrapping(version), data_key, words)
            words = _words(_CONTENT, version, bound_to)
            return wrapped, _encrypted(AESGCM(data_key.reveal()), content, words)

    def open(self, version: int, wrapped: bytes, sealed: bytes, bound_to: bytes) -> Secret:
        """Give the content; whoever asks wipes it.

        Raises cryptography's `InvalidTag` where anything is not as it was sealed, and
        `MasterKeyMissing`.
        """
        words = _words(_DATA_KEY, version, bound_to)
        with _decrypted(self._wrapping(version), wrapped, words) as data_key:
            words = _words(_CONTENT, version, bound_to)
            return _decrypted(AESGCM(data_key.reveal()), sealed, words)

    def _wrapping_key(self, version: int) -> AESGCM:
        return AESGCM(derived(bytes(self._keyring.key(version).reveal()), _PURPOSE))


def drawn(size: int) -> Secret:
    """Draw a secret from the kernel's generator, in place.

    What `os.urandom` gives could not be wiped.
    """
    return Secret.filled(size, _draw)


def _draw(place: memoryview) -> None:
    # Opened each time: a number that is kept could be another file's by then.
    source = os.open("/dev/urandom", os.O_RDONLY | os.O_CLOEXEC)
    try:
        done = 0
        while done < len(place):
            done += os.readv(source, [place[done:]])
    finally:
        os.close(source)


def _words(layer: bytes, version: int, bound_to: bytes) -> bytes:
    return b"kitrader|1|aes-256-gcm|%s|%d|%s" % (layer, version, bound_to)


def _encrypted(key: AESGCM, content: Secret, words: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, content.reveal(), words)


def _decrypted(key: AESGCM, sealed: bytes, words: bytes) -> Secret:
    nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    if len(rest) < TAG_BYTES:
        raise InvalidTag
    return Secret.filled(
        len(rest) - TAG_BYTES, lambda place: key.decrypt_into(nonce, rest, words, place)
    )
