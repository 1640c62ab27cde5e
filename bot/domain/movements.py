"""What a transaction moved in a wallet, whoever made it: money that came, and money that left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.identifiers import decode_address, encode_address
from bot.domain.signing.derived_addresses import token_account


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPlace:
    """A token account on the chain: where, of which mint, by which token program."""

    address: str
    mint: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What one finalized transaction did to one wallet: after less before, in base units.

    `lamports` is its SOL, wrapped or not, with what it paid of fees; `rents` by mint what its
    token accounts hold more for themselves; `tokens` units by mint, without SOL. `places` are its
    token accounts in it. `counterpart` is who gave, or got, the most; None where that is nobody.
    `sent_at` is the block's time.
    """

    signature: str
    slot: int
    lamports: int
    rents: Mapping[str, int] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    places: tuple[TokenPlace, ...] = ()
    counterpart: str | None = None
    sent_at: datetime | None = None

    @property
    def is_nothing(self) -> bool:
        """Tell whether the wallet has neither more nor less than before."""
        return not (self.lamports or any(self.rents.values()) or self.tokens)

    @property
    def is_out(self) -> bool:
        """Tell whether anything left."""
        changes = (self.lamports + sum(self.rents.values()), *self.tokens.values())
        return any(change < 0 for change in changes)


def associated_place(address: str, mint: str, program: str) -> TokenPlace:
    """Give a wallet's associated account of a mint."""
    keys = (decode_address(text) for text in (address, mint, program))
    return TokenPlace(address=encode_address(token_account(*keys)), mint=mint, program=program)
