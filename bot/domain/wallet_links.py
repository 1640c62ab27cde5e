"""Wallets whose keys are elsewhere: proved by a signed message, looked at, never used."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_LIFE = timedelta(minutes=10)
MOST_WATCHED = 10
_DOMAIN, _VERSION, _PLAIN_ASCII = b"\xffsolana offchain", b"\x00", b"\x00"
_LENGTH_BYTES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLink:
    """A wish to link an address, which holds until `expires_at` and for one signature."""

    user_id: int
    address: str
    nonce: str
    expires_at: datetime

    def message(self, bot_name: str) -> str:
        """Give what the owner of the address signs: one line of plain ASCII.

        It names bot, person, address, nonce and end, so it serves nobody else and nowhere else.
        It is no transaction: whoever gets hold of the signature can move nothing by it.
        """
        until = self.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return (
            f"I let the Telegram bot {bot_name} show the wallet {self.address} to its user"
            f" {self.user_id}, watch-only. This moves no money. Nonce {self.nonce}, until {until}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedWallet:
    """An address whose owner has proved it; `number` counts a person's from 1."""

    user_id: int
    number: int
    address: str
    linked_at: datetime


def signed_forms(message: str) -> tuple[bytes, ...]:
    """Give the bytes that wallets sign for a message: as it is, and as `solana` does.

    `solana sign-offchain-message` puts a header before it: domain, version 0, format 0 (plain
    ASCII), length in two bytes, the least significant first (solana docs, "Off-Chain Message
    Signing").
    """
    plain = message.encode("ascii")
    length = len(plain).to_bytes(_LENGTH_BYTES, "little")
    return plain, b"".join((_DOMAIN, _VERSION, _PLAIN_ASCII, length, plain))
