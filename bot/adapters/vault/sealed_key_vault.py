"""Wallets' keys under the operator's master keys: opened for one signature, and wiped."""

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from solders.pubkey import Pubkey

from bot.adapters.vault.envelope import OVERHEAD_BYTES, Envelope, drawn
from bot.adapters.vault.keyring import Keyring
from bot.domain.live_wallets import SOLANA, KeyDamaged, KeyFault, SealedKey
from bot.domain.secrets import Secret

SEED_BYTES = 32
SEALED_BYTES = SEED_BYTES + OVERHEAD_BYTES
"""The length of both layers: a data key is as long as a seed."""


class SealedKeyVault:
    """Implements `bot.ports.key_vault.KeyVault` over a ring of master keys.

    A seed is in memory as long as one call takes, in one buffer that is wiped, and in OpenSSL,
    which wipes its own. Solders' `Keypair` is not used: printed, it shows the whole key.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._envelope = Envelope(keyring)

    @property
    def newest_version(self) -> int:
        """Give the version of the master key that seals."""
        return self._envelope.newest_version

    def create(self, user_id: int, number: int) -> SealedKey:
        """Make a wallet on Solana, and open it once before anybody pays into it."""
        with drawn(SEED_BYTES) as seed:
            return self.adopt(user_id, number, seed)

    def adopt(self, user_id: int, number: int, seed: Secret) -> SealedKey:
        """Seal the seed of a wallet, and open that once before it is kept."""
        key = self._sealed(user_id, number, SOLANA, _address(_private(seed)), seed)
        self.check(key)
        return key

    def sign(self, key: SealedKey, message: bytes) -> bytes:
        """Sign a message with the key, once it is known to be that of the address."""
        with self._opened(key) as seed:
            return _checked(key, seed).sign(message)

    def check(self, key: SealedKey) -> None:
        """Pass in silence where the key opens and is that of its address."""
        with self._opened(key) as seed:
            _checked(key, seed)

    def reseal(self, key: SealedKey) -> SealedKey:
        """Seal the seed anew under the newest version, and open that once before it is kept."""
        with self._opened(key) as seed:
            _checked(key, seed)
            anew = self._sealed(key.user_id, key.number, key.chain, key.address, seed)
        self.check(anew)
        return anew

    def _sealed(
        self, user_id: int, number: int, chain: str, address: str, seed: Secret
    ) -> SealedKey:
        bound_to = _bound_to(user_id, number, chain, address)
        wrapped_key, sealed = self._envelope.seal(seed, bound_to)
        return SealedKey(
            user_id=user_id,
            number=number,
            chain=chain,
            address=address,
            key_version=self.newest_version,
            wrapped_key=wrapped_key,
            sealed=sealed,
        )

    def _opened(self, key: SealedKey) -> Secret:
        if {len(key.wrapped_key), len(key.sealed)} != {SEALED_BYTES} or key.chain != SOLANA:
            raise KeyDamaged(key, KeyFault.MALFORMED)
        bound_to = _bound_to(key.user_id, key.number, key.chain, key.address)
        try:
            return self._envelope.open(key.key_version, key.wrapped_key, key.sealed, bound_to)
        except InvalidTag:
            raise KeyDamaged(key, KeyFault.DOES_NOT_OPEN) from None


def _checked(key: SealedKey, seed: Secret) -> Ed25519PrivateKey:
    private = _private(seed)
    if not hmac.compare_digest(_address(private).encode(), key.address.encode()):
        raise KeyDamaged(key, KeyFault.OTHER_ADDRESS)
    return private


def _private(seed: Secret) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed.reveal())


def _address(private: Ed25519PrivateKey) -> str:
    return str(Pubkey(private.public_key().public_bytes_raw()))


def _bound_to(user_id: int, number: int, chain: str, address: str) -> bytes:
    # Whatever a row or a caller gives is words that do not fit, and never an error of another kind.
    return f"{user_id}|{number}|{chain}|{address}".encode("utf-8", "surrogatepass")
