"""What the inside asks of Solana to send a transaction, and to learn what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.landing import NodeWord


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWord:
    """What one node said to a transaction; an error is no proof that it did not go on.

    `error` is in our own words and never holds a URL; empty where the node accepted it.
    """

    node: str
    is_accepted: bool
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeightWord:
    """The newest finalized block of one node; None where it did not answer."""

    node: str
    block_height: int | None
    slot: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blockhash:
    """A recent blockhash, and the last block height it is good for."""

    blockhash: str
    last_valid_block_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A transaction run without effect: the units it used, or the chain's error."""

    units: int
    error: str | None
    logs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletChange:
    """What one transaction did to one wallet, from the balances that the chain tells.

    All changes are after less before. `lamports` is that of the wallet's own account, fee and
    rent included; `fee_lamports` is what it paid as fee payer, 0 where another did;
    `rent_lamports` is what its token accounts hold more (or, below zero, gave back) as rent;
    `tip_lamports` is what known tip accounts received. `tokens` are base units by mint, over all
    of its token accounts, wrapped SOL among them. `withheld` is what a Token-2022 mint kept back
    on the way, by mint, whoever received the rest. `error` is set where the transaction failed:
    then only the fee was paid.
    """

    signature: str
    slot: int
    error: str | None
    lamports: int
    fee_lamports: int
    rent_lamports: int
    tip_lamports: int
    tokens: Mapping[str, int]
    withheld: Mapping[str, int]

    @property
    def traded_lamports(self) -> int:
        """Give the SOL that the trade itself moved: without fee, rent and tip."""
        costs = self.fee_lamports + self.rent_lamports + self.tip_lamports
        return self.lamports + costs


class ChainSending(Protocol):
    """Solana as it is asked around a transaction of our own: each node by itself.

    What is asked of one node at a time raises `Unavailable` when none answers; what is asked of
    all never raises but for cancellation.
    """

    async def send(self, raw: bytes) -> Sequence[SendWord]:
        """Send the same bytes to every node, without trying them first."""

    async def send_privately(self, raw: bytes) -> SendWord:
        """Send the bytes to the block engine alone; raises `Unavailable` where there is none.

        They are then seen by nobody before they land, and must tip it; what became of them is
        asked as of any other.
        """

    async def statuses(self, signature: str) -> Sequence[NodeWord]:
        """Ask every node what it knows of a signature, each after its finalized height."""

    async def block_heights(self) -> Sequence[HeightWord]:
        """Ask every node for its newest finalized block."""

    async def outcome(self, signature: str, wallet: str) -> WalletChange | None:
        """Give what a confirmed transaction did to a wallet; None where no node has it."""

    async def try_out(self, raw: bytes) -> Trial:
        """Run a transaction without effect; its signatures may be missing."""

    async def latest_blockhash(self) -> Blockhash:
        """Give a confirmed blockhash."""

    async def unit_price(self, accounts: Sequence[str] = (), *, units: int) -> int:
        """Give the price for a compute unit that the market asks, in micro-lamports.

        Fees for writing to `accounts` count where some are named. What `units` cost at that price
        is never above the cap.
        """

    async def lookup_tables(self, addresses: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Give what lookup tables hold; raises `UnreadableAccount` where one is none."""
