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

TOKEN_PROGRAMS = frozenset(
    {
        Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
        Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb"),
    }
)
TOKEN_ACCOUNT_SIZE = 165


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


def touched_addresses(transaction: VersionedTransaction) -> list[Pubkey]:
    """Give every account a transaction names in its own message.

    Accounts reached through lookup tables are left out: the sandbox keeps no history of them.
    """
    return list(transaction.message.account_keys)


def make_record(
    transaction: VersionedTransaction,
    outcome: TransactionMetadata | FailedTransactionMetadata,
    *,
    slot: int,
    before: Sequence[Account | None],
    after: Sequence[Account | None],
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
    )


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
            owner=Pubkey.from_bytes(account.data[32:64]),
            program=account.owner,
            amount=int.from_bytes(account.data[64:72], "little"),
        )
        for index, account in enumerate(accounts)
        if account is not None
        and account.owner in TOKEN_PROGRAMS
        and len(account.data) >= TOKEN_ACCOUNT_SIZE
    ]
