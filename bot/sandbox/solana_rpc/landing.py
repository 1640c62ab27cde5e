"""What becomes of a transaction that a node passed on: it lands, late or never, or on a fork."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Protocol

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.sandbox.solana_rpc.transactions import (
    TransactionRecord,
    holds_tokens,
    owner_of_tokens,
)

FORK_SLOTS = 4
"""For so long a block on a fork that dies is seen."""
AMOUNT = slice(64, 72)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingFaults:
    """What the network does to transactions; nothing unusual by default.

    `drop` loses them silently, `fork` shows each for a few slots in a block that is then dropped
    (the same bytes sent again land), `last_block` lands them in the last block that their
    blockhash is good for, `delay_slots` so many slots late. `fail` has the makers' accounts empty
    at that moment: the transaction lands as a failure, and its fee is paid.
    """

    drop: bool = False
    fork: bool = False
    last_block: bool = False
    fail: bool = False
    delay_slots: int = 0

    def as_json(self) -> dict[str, object]:
        """Give the faults as the control API writes them."""
        return asdict(self)


def read_landing_faults(body: object) -> LandingFaults:
    """Read faults from a JSON object; what it does not name is off.

    Raises:
        ValueError: an unknown field, or a value of another type or below zero.
    """
    known = {field.name: field.type for field in fields(LandingFaults)}
    if not isinstance(body, Mapping) or not body.keys() <= known.keys():
        raise ValueError(f"a JSON object with some of: {', '.join(known)}")
    for name, value in body.items():
        if type(value) is not known[name] or value < 0:
            raise ValueError(f"{name} does not take {value!r}")
    return LandingFaults(**body)


class LandingChain(Protocol):
    """What landing asks of the chain."""

    @property
    def slot(self) -> int:
        """The newest slot."""

    @property
    def transactions(self) -> Mapping[str, TransactionRecord]:
        """What has landed, by signature."""

    def account(self, address: Pubkey) -> Account | None:
        """Give the account as it stands now."""

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Put an account on the chain."""

    def last_valid_slot(self, blockhash: Hash) -> int | None:
        """Tell up to which slot a blockhash is good; None for one that was never given out."""

    def execute(self, transaction: VersionedTransaction) -> TransactionRecord:
        """Run a transaction and keep its effects."""

    def keep(self, record: TransactionRecord) -> None:
        """Keep another record of a transaction that landed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A block that is seen from one slot until another, and was never of the chain."""

    slot: int
    until_slot: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    transaction: VersionedTransaction
    due_slot: int
    fails: bool


class Landing:
    """Lands transactions at their time; `land_due` is called before anybody looks at the chain.

    `makers` are the owners of the accounts that `fail` empties.
    """

    def __init__(self, chain: LandingChain) -> None:
        self.faults = LandingFaults()
        self.makers: set[Pubkey] = set()
        self.forks: dict[str, Fork] = {}
        self._chain = chain
        self._waiting: dict[str, _Waiting] = {}

    def accept(self, transaction: VersionedTransaction) -> None:
        """Take a signed transaction from a node; one with a dead blockhash is lost."""
        signature = str(transaction.signatures[0])
        last = self._chain.last_valid_slot(transaction.message.recent_blockhash)
        now, faults = self._chain.slot, self.faults
        if last is None or now > last or signature in self._waiting:
            return
        if faults.drop:
            return
        if faults.fork and signature not in self.forks:
            self.forks[signature] = Fork(slot=now, until_slot=now + FORK_SLOTS)
        else:
            due = last if faults.last_block else min(last, now + faults.delay_slots)
            waiting = _Waiting(transaction=transaction, due_slot=due, fails=faults.fail)
            self._waiting[signature] = waiting
            self.land_due()

    def land_due(self) -> None:
        """Run what is due by now, each as of the slot in which it was due."""
        now = self._chain.slot
        due = [item for item in self._waiting.items() if item[1].due_slot <= now]
        for signature, waiting in due:
            del self._waiting[signature]
            self._land(waiting)

    def fork_of(self, signature: str, tip: int) -> Fork | None:
        """Give the fork on which a node at this slot sees a transaction."""
        fork = self.forks.get(signature)
        return fork if fork is not None and fork.slot <= tip < fork.until_slot else None

    def _land(self, waiting: _Waiting) -> None:
        give_back = self._empty_makers(waiting.transaction) if waiting.fails else _nothing
        signature = str(waiting.transaction.signatures[0])
        is_new = signature not in self._chain.transactions
        record = self._chain.execute(waiting.transaction)
        give_back()
        if is_new and signature in self._chain.transactions:
            self._chain.keep(replace(record, slot=waiting.due_slot))

    def _empty_makers(self, transaction: VersionedTransaction) -> Callable[[], None]:
        emptied = []
        for address in transaction.message.account_keys:
            account = self._chain.account(address)
            if account is None or not holds_tokens(account):
                continue
            if owner_of_tokens(account) in self.makers:
                emptied.append((address, account))
                self._chain.set_account(address, _without_amount(account))

        def give_back() -> None:
            for address, account in emptied:
                self._chain.set_account(address, account)

        return give_back


def _without_amount(account: Account) -> Account:
    data = bytearray(account.data)
    data[AMOUNT] = bytes(8)
    return Account(
        account.lamports,
        bytes(data),
        account.owner,
        executable=account.executable,
        rent_epoch=account.rent_epoch,
    )


def _nothing() -> None:
    """Give nothing back."""
