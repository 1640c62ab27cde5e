"""The few things that an instruction of a message we sign may do."""

from typing import ClassVar

from bot.domain.signing.accounts import Account
from bot.domain.values import value


@value
class ComputeLimit:
    """At most so many compute units are used, and paid for."""

    units: int


@value
class ComputePrice:
    """So many millionths of a lamport are paid for each compute unit."""

    micro_lamports: int


@value
class Memo:
    """A text stays in the chain's history; whoever is named with it has signed it."""

    length: int
    signers: tuple[Account, ...]


@value
class NativeTransfer:
    """Lamports go from a signer to anybody."""

    ROLES: ClassVar = "Sw"

    source: Account
    destination: Account
    lamports: int


@value
class CreateAccount:
    """The associated token account of an owner is made where there is none; the payer pays rent.

    The program derives the address from owner, mint and token program and refuses another, so
    these three may come from a lookup table.
    """

    ROLES: ClassVar = "Swrrrr"

    payer: Account
    account: Account
    owner: Account
    mint: Account
    token_program: Account


@value
class TokenTransfer:
    """Tokens go from one account to another of the same mint, which the program checks."""

    ROLES: ClassVar = "wrws"

    program: bytes
    source: Account
    mint: Account
    destination: Account
    authority: Account
    units: int


@value
class SyncNative:
    """A wrapped SOL account counts the lamports that were sent to it."""

    ROLES: ClassVar = "w"

    account: Account


@value
class CloseAccount:
    """An emptied token account, or one of wrapped SOL with all in it, is paid out and ends."""

    ROLES: ClassVar = "wws"

    program: bytes
    account: Account
    destination: Account
    owner: Account


@value
class CreateSwapAccount:
    """Jupiter makes its user a wrapped SOL account, whose address it derives from both."""

    ROLES: ClassVar = "wSrrr"

    account: Account
    user: Account
    mint: Account
    token_program: Account


@value
class Route:
    """Jupiter swaps at most `in_amount` and fails where less than the minimum arrives.

    `elsewhere` is where the tokens go instead of `destination`, where a route names it.
    `others` are the accounts of the pools on the way; what happens between them is Jupiter's
    word and not ours.
    """

    user: Account
    source: Account
    destination: Account
    source_mint: Account
    destination_mint: Account
    source_program: Account
    destination_program: Account
    elsewhere: Account | None
    others: tuple[Account, ...]
    is_shared: bool
    in_amount: int
    quoted_out: int
    slippage_bps: int
    platform_fee_bps: int
    positive_slippage_bps: int

    @property
    def least_out(self) -> int:
        """The least that arrives, with the platform's fee taken off as well.

        Jupiter's API names the quote less slippage, rounded up (`otherAmountThreshold`, seen in
        a genuine order). Whether the fee comes off before or after that is not published, so
        it is taken off here in any case.
        """
        after_slippage = self.quoted_out - self.quoted_out * self.slippage_bps // 10_000
        return after_slippage * (10_000 - self.platform_fee_bps) // 10_000


Step = (
    ComputeLimit
    | ComputePrice
    | Memo
    | NativeTransfer
    | CreateAccount
    | TokenTransfer
    | SyncNative
    | CloseAccount
    | CreateSwapAccount
    | Route
)
