"""What a wallet is asked to sign for, in the terms by which a message is judged."""

import re
from dataclasses import dataclass

from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import (
    SOL_MINT,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    decode_address,
    encode_address,
)

LARGEST_UNITS = 2**64 - 1
MOST_ATTEMPTS = 100
MOST_CLOSED = 12
"""So many accounts one cleanup closes: all of them fit into a message."""
_INTENT_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
_WHOLE_BPS = 10_000


class UnsoundIntent(ValueError):
    """An intent that nothing could fulfil; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapIntent:
    """Give exactly or at most `amount_in` of one mint, and get at least `min_out` of another.

    Native SOL is `SOL_MINT`. Amounts are whole units of the mint, limits are lamports.
    `max_network_fee_lamports` bounds base and priority fee, `max_rent_lamports` what new token
    accounts cost. `transfer_fee_bps_out` is what the incoming mint keeps of each transfer
    (Token-2022), as the asker read it on the chain. `attempt` counts messages that replace one
    whose blockhash ran out. Raises `UnsoundIntent`.
    """

    intent_id: str
    user_id: int
    wallet: str
    mint_in: str
    mint_out: str
    token_program_in: str = TOKEN_PROGRAM
    token_program_out: str = TOKEN_PROGRAM
    amount_in: int
    min_out: int
    max_network_fee_lamports: int
    max_tip_lamports: int = 0
    max_rent_lamports: int = 0
    transfer_fee_bps_out: int = 0
    attempt: int = 1

    def __post_init__(self) -> None:
        """Check what can be checked without a message."""
        _demand_name(self.intent_id, self.attempt)
        _demand_addresses(self.wallet, self.mint_in, self.mint_out)
        _demand_program(self.mint_in, self.token_program_in)
        _demand_program(self.mint_out, self.token_program_out)
        _demand_units(self.amount_in, self.min_out, at_least=1)
        _demand_units(self.max_network_fee_lamports, self.max_tip_lamports, self.max_rent_lamports)
        if self.mint_in == self.mint_out:
            raise UnsoundIntent("a swap is between two mints")
        if not 0 <= self.transfer_fee_bps_out <= _WHOLE_BPS:
            raise UnsoundIntent("a transfer fee is from 0 to 10000 basis points")


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferIntent:
    """Send exactly `amount` of a mint to the wallet `destination`; native SOL is `SOL_MINT`.

    A token goes to the destination's associated account, which may be created for at most
    `max_rent_lamports`. Raises `UnsoundIntent`.
    """

    intent_id: str
    user_id: int
    wallet: str
    mint: str
    token_program: str = TOKEN_PROGRAM
    amount: int
    destination: str
    max_network_fee_lamports: int
    max_rent_lamports: int = 0
    attempt: int = 1

    def __post_init__(self) -> None:
        """Check what can be checked without a message."""
        _demand_name(self.intent_id, self.attempt)
        _demand_addresses(self.wallet, self.mint, self.destination)
        _demand_program(self.mint, self.token_program)
        _demand_units(self.amount, at_least=1)
        _demand_units(self.max_network_fee_lamports, self.max_rent_lamports)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanupIntent:
    """Close these empty token accounts of the wallet; what each gives back goes to the wallet.

    `token_programs` are theirs, in the same order. Raises `UnsoundIntent`.
    """

    intent_id: str
    user_id: int
    wallet: str
    accounts: tuple[str, ...]
    token_programs: tuple[str, ...]
    max_network_fee_lamports: int
    attempt: int = 1

    def __post_init__(self) -> None:
        """Check what can be checked without a message."""
        _demand_name(self.intent_id, self.attempt)
        _demand_addresses(self.wallet, *self.accounts)
        _demand_units(self.max_network_fee_lamports)
        if not 1 <= len(self.accounts) <= MOST_CLOSED:
            raise UnsoundIntent(f"a cleanup closes 1 to {MOST_CLOSED} accounts")
        if len(self.token_programs) != len(self.accounts):
            raise UnsoundIntent("a cleanup names a token program for each account")
        if not set(self.token_programs) <= {TOKEN_PROGRAM, TOKEN_2022_PROGRAM}:
            raise UnsoundIntent("an account is of the token program or of Token-2022")
        if len({self.wallet, *self.accounts}) != len(self.accounts) + 1:
            raise UnsoundIntent("a cleanup closes each account once, and no wallet")


Intent = SwapIntent | TransferIntent | CleanupIntent


def kind_of(intent: Intent) -> str:
    """Give the word that tells intents apart."""
    match intent:
        case SwapIntent():
            return "swap"
        case TransferIntent():
            return "transfer"
        case CleanupIntent():
            return "cleanup"


def given_mint(intent: Intent) -> str:
    """Give the mint of what the wallet gives; fees alone are SOL."""
    match intent:
        case SwapIntent():
            return intent.mint_in
        case TransferIntent():
            return intent.mint
        case CleanupIntent():
            return SOL_MINT


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerExpired:
    """What the asker saw of the attempt before: its last valid height, and two nodes beyond it."""

    last_valid_block_height: int
    seen_heights: tuple[int, ...]


def _demand_name(intent_id: str, attempt: int) -> None:
    if not _INTENT_ID.fullmatch(intent_id):
        raise UnsoundIntent("an intent's id has 1 to 100 letters, digits and . _ : -")
    if not 1 <= attempt <= MOST_ATTEMPTS:
        raise UnsoundIntent(f"attempts count from 1 to {MOST_ATTEMPTS}")


def _demand_addresses(*texts: str) -> None:
    for text in texts:
        try:
            canonical = encode_address(decode_address(text))
        except UnreadableAccount as error:
            raise UnsoundIntent(str(error)) from error
        if canonical != text:
            raise UnsoundIntent("an address is written in its one form")


def _demand_program(mint: str, token_program: str) -> None:
    if token_program not in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM):
        raise UnsoundIntent("a mint is of the token program or of Token-2022")
    if mint == SOL_MINT and token_program != TOKEN_PROGRAM:
        raise UnsoundIntent("wrapped SOL is of the token program")


def _demand_units(*amounts: int, at_least: int = 0) -> None:
    if any(not at_least <= amount <= LARGEST_UNITS for amount in amounts):
        raise UnsoundIntent(f"an amount is from {at_least} to 2^64 - 1")
