"""What the inside asks of the vault that makes and uses wallets' keys, and never shows one."""

from typing import Protocol

from bot.domain.live_wallets import SealedKey
from bot.domain.secrets import Secret


class KeyVault(Protocol):
    """Makes, uses and seals anew the keys of wallets; what it gives is sealed or signed.

    Whatever takes a stored key opens it, derives the public key and holds that against the stored
    address before anything else. Raises `KeyDamaged` where that fails, and `MasterKeyMissing` where
    the master key of its version is not here. Few may import this: see pyproject.toml.
    """

    @property
    def newest_version(self) -> int:
        """Give the version of the master key that seals."""

    def create(self, user_id: int, number: int) -> SealedKey:
        """Make a wallet, sealed for this person and number."""

    def adopt(self, user_id: int, number: int, seed: Secret) -> SealedKey:
        """Seal the seed of a wallet that was made elsewhere, for this person and number."""

    def sign(self, key: SealedKey, message: bytes) -> bytes:
        """Sign a message with Ed25519; gives the 64 bytes."""

    def check(self, key: SealedKey) -> None:
        """Pass in silence where the key opens and is that of its address."""

    def reseal(self, key: SealedKey) -> SealedKey:
        """Give the same wallet's key under the newest master key and a new data key."""
