"""What is kept of a transaction that landed, and how its error reads on the wire."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from solders.account import Account
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata
from solders.transaction_status import TransactionConfirmationStatus, TransactionStatus

from bot.sandbox.solana_rpc.lookup_tables import NOTHING_LOADED, LoadedAddresses

TOKEN_PROGRAMS = frozenset(
    {
        Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
        Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"),
    }
)
TOKEN_ACCOUNT_SIZE = 165
STATE = 108
TYPE_OF_TOKEN_ACCOUNT = 2
"""What follows the 165 bytes of a token account with extensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenBalance:
    """A token account's amount before or after a transaction, in base units."""

    account_index: int
    mint: Pubkey
    owner: Pubkey
    program: Pubkey
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """A transaction as the chain remembers it; `transaction` is None for a faucet's payment."""

    signature: str
    slot: int
    fee_lamports: int
    error: object = None
    logs: Sequence[str] = ()
    units_consumed: int = 0
    transaction: VersionedTransaction | None = None
    pre_balances: Sequence[int] = ()
    post_balances: Sequence[int] = ()
    pre_token_balances: Sequence[TokenBalance] = field(default=())
    post_token_balances: Sequence[TokenBalance] = field(default=())
    loaded: LoadedAddresses = NOTHING_LOADED


def make_record(
    transaction: VersionedTransaction,
    outcome: TransactionMetadata | FailedTransactionMetadata,
    *,
    slot: int,
    before: Sequence[Account | None],
    after: Sequence[Account | None],
    loaded: LoadedAddresses = NOTHING_LOADED,
) -> TransactionRecord:
    """Write down what a transaction did."""
    failed = isinstance(outcome, FailedTransactionMetadata)
    meta = outcome.meta() if isinstance(outcome, FailedTransactionMetadata) else outcome
    return TransactionRecord(
        signature=str(transaction.signatures[0]),
        slot=slot,
        fee_lamports=meta.fee(),
        error=error_as_json(outcome) if failed else None,
        logs=meta.logs(),
        units_consumed=meta.compute_units_consumed(),
        transaction=transaction,
        pre_balances=[account.lamports if account else 0 for account in before],
        post_balances=[account.lamports if account else 0 for account in after],
        pre_token_balances=_token_balances(before),
        post_token_balances=_token_balances(after),
        loaded=loaded,
    )


def holds_tokens(account: Account) -> bool:
    """Tell whether this is an initialised token account, and no mint with extensions."""
    data = account.data
    if account.owner not in TOKEN_PROGRAMS or len(data) < TOKEN_ACCOUNT_SIZE:
        return False
    is_plain = len(data) == TOKEN_ACCOUNT_SIZE
    return bool(data[STATE]) and (is_plain or data[TOKEN_ACCOUNT_SIZE] == TYPE_OF_TOKEN_ACCOUNT)


def owner_of_tokens(account: Account) -> Pubkey:
    """Give whose tokens an account holds."""
    return Pubkey.from_bytes(account.data[32:64])


def error_as_json(outcome: object) -> object:
    """Give a transaction error in the wire's words; None where there is none.

    The spelling is the one of solders' own `TransactionStatus`, so that a client made of the
    same types reads it back.
    """
    if not isinstance(outcome, FailedTransactionMetadata):
        return None
    status = TransactionStatus(
        0, None, None, outcome.err(), TransactionConfirmationStatus.Processed
    )
    return orjson.loads(status.to_json())["err"]


def version_of(transaction: VersionedTransaction) -> int | str:
    """Give the version as the RPC writes it."""
    return "legacy" if isinstance(transaction.message, Message) else 0


def _token_balances(accounts: Sequence[Account | None]) -> list[TokenBalance]:
    return [
        TokenBalance(
            account_index=index,
            mint=Pubkey.from_bytes(account.data[0:32]),
            owner=owner_of_tokens(account),
            program=account.owner,
            amount=int.from_bytes(account.data[64:72], "little"),
        )
        for index, account in enumerate(accounts)
        if account is not None and holds_tokens(account)
    ]
