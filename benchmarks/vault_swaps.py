"""Swaps every choice of parts between every two of many wallets, and sees what still opens."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.adapters.vault.envelope import NONCE_BYTES
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from bot.domain.live_wallets import KeyDamaged, SealedKey
from tests.builders.sealed_keys import ring, swaps, wallets_under


@dataclass(frozen=True, slots=True, kw_only=True)
class Swaps:
    """How many rows were made of swapped parts, and how many of them opened."""

    pairs: int
    tried: int
    undetected: int
    control: int

    @property
    def is_proved(self) -> bool:
        """Tell whether none opened, and some would have without associated data."""
        return not self.undetected and self.control > 0


def swap_everything(count: int) -> Swaps:
    """Swap among so many wallets of half as many people, under two master keys."""
    keyring = ring(1, 2)
    vault, wallets = SealedKeyVault(keyring), wallets_under(keyring, count)
    rows = {row for pair in swaps(wallets) for row in pair}
    naive = _Naive()
    naive_rows = {row for pair in swaps([naive.sealed(key) for key in wallets]) for row in pair}
    return Swaps(
        pairs=count * (count - 1) // 2,
        tried=len(rows),
        undetected=sum(_opens(vault, row) for row in rows),
        control=sum(map(naive.opens, naive_rows)),
    )


def _opens(vault: SealedKeyVault, key: SealedKey) -> bool:
    try:
        vault.check(key)
    except KeyDamaged:
        return False
    return True


class _Naive:
    """The control: both layers encrypted well, but bound to nothing."""

    def __init__(self) -> None:
        self._wrapping = AESGCM(AESGCM.generate_key(256))

    def sealed(self, key: SealedKey) -> SealedKey:
        data_key, nonce = AESGCM.generate_key(256), bytes(NONCE_BYTES)
        return SealedKey(
            user_id=key.user_id,
            number=key.number,
            chain=key.chain,
            address=key.address,
            key_version=key.key_version,
            wrapped_key=nonce + self._wrapping.encrypt(nonce, data_key, None),
            sealed=nonce + AESGCM(data_key).encrypt(nonce, key.address.encode(), None),
        )

    def opens(self, key: SealedKey) -> bool:
        try:
            data_key = self._wrapping.decrypt(
                key.wrapped_key[:NONCE_BYTES], key.wrapped_key[NONCE_BYTES:], None
            )
            AESGCM(data_key).decrypt(key.sealed[:NONCE_BYTES], key.sealed[NONCE_BYTES:], None)
        except InvalidTag:
            return False
        return True
