"""Wallets that hold real money: what is known of one, and its key as it is kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import KitraderError, Unavailable

SOLANA = "solana"
"""The only chain yet; its keys are Ed25519 seeds of 32 bytes, its addresses public keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A wallet's key as it is kept: of no use without the master key of its version.

    It opens only for the user, wallet number, chain, address and version that it was sealed for.
    Both layers are a nonce of 12 bytes followed by AES-256-GCM's output: `wrapped_key` a data key
    of this wallet alone under the master key, `sealed` the seed under the data key.
    """

    user_id: int
    number: int
    chain: str
    address: str
    key_version: int
    wrapped_key: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveWallet:
    """A person's wallet as it may be shown; `number` counts their wallets from 1."""

    user_id: int
    number: int
    chain: str
    address: str
    created_at: datetime


class KeyFault(StrEnum):
    """Why a stored key must not be used."""

    MALFORMED = "malformed"
    """Its parts have not the sizes that they have when sealed."""
    DOES_NOT_OPEN = "does_not_open"
    """It was changed, or moved to another row, or the master key of that version is another one."""
    OTHER_ADDRESS = "other_address"
    """It opens, but is not the key of the address it stands beside."""
    NO_MASTER_KEY = "no_master_key"
    """The master key of its version is not here; the key itself may be sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultyKey:
    """A key that a check found unfit for use, and the address that cannot be signed for."""

    user_id: int
    number: int
    address: str
    key_version: int
    fault: KeyFault


class KeyDamaged(KitraderError):
    """A stored key that must not be used; nothing was signed, and somebody should be told."""

    def __init__(self, key: SealedKey, fault: KeyFault) -> None:
        super().__init__(f"wallet {key.number} of user {key.user_id}: {fault}")
        self.user_id = key.user_id
        self.number = key.number
        self.fault = fault


class MasterKeyMissing(Unavailable):
    """The master key of a version is not here: the operator has to bring it back."""

    def __init__(self, key_version: int) -> None:
        super().__init__("key vault", f"there is no master key of version {key_version}")
        self.key_version = key_version
