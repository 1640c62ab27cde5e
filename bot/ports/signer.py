"""What the inside asks of the signer: the one process that opens keys, and judges for itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import KitraderError
from bot.domain.live_wallets import SealedKey
from bot.domain.signing.intents import FormerExpired, Intent


class SigningRefused(KitraderError):
    """The signer will not sign this; nothing was signed, and asking again changes nothing."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerHealth:
    """What the signer tells of itself."""

    version: str
    newest_key_version: int
    signatures: int
    is_dumpable: bool


class Signer(Protocol):
    """Makes wallets and signs for them; each call may raise `Unavailable` where it is away.

    Keys come and go sealed. A key that must not be used raises `KeyDamaged`, one whose master
    key is not there `MasterKeyMissing`.
    """

    async def new_wallet(self, user_id: int, number: int) -> SealedKey:
        """Make a wallet; whoever asks keeps the sealed key, the signer keeps nothing."""

    async def adopt(self, user_id: int, number: int, typed: str) -> SealedKey:
        """Seal a key that somebody typed, as `new_wallet` does; raises `SigningRefused`.

        `typed` is what wallets show of a key: base58, or a list of 64 numbers. It goes nowhere
        else, and whoever asks keeps nothing of it.
        """

    async def check(self, key: SealedKey) -> None:
        """Pass in silence where the key opens and is that of its address."""

    async def sign(
        self,
        key: SealedKey,
        intent: Intent,
        message: bytes,
        lookup_tables: Mapping[str, Sequence[str]],
        former: FormerExpired | None = None,
    ) -> bytes:
        """Give the wallet's signature of a message, 64 bytes; raises `SigningRefused`.

        The same message for the same intent and attempt is signed again, with the same result.
        Another one is signed only as the next attempt, with `former` telling why the one before
        cannot land any more.
        """

    async def reseal(self, key: SealedKey) -> SealedKey:
        """Give the wallet's key under the newest master key."""

    async def health(self) -> SignerHealth:
        """Tell how it is."""
