"""The chain of the sandbox: LiteSVM with passing slots, history and a ledger of transactions."""

import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from solders.account import Account
from solders.clock import Clock
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.rent import Rent
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import (
    FailedTransactionMetadata,
    SimulatedTransactionInfo,
    TransactionMetadata,
)
from solders.transaction_status import TransactionErrorFieldless

from bot.sandbox.solana_rpc.account_history import AccountHistory
from bot.sandbox.solana_rpc.blockhashes import Blockhashes
from bot.sandbox.solana_rpc.clock_account import CLOCK, clock_account
from bot.sandbox.solana_rpc.landing import Landing
from bot.sandbox.solana_rpc.lookup_tables import loaded_addresses
from bot.sandbox.solana_rpc.slot_clock import SlotClock
from bot.sandbox.solana_rpc.transactions import TransactionRecord, make_record

DEFAULT_FIRST_SLOT = 454_000_000
DEFAULT_SLOT_MS = 400
DEFAULT_LAMPORTS_PER_BYTE = 5_080
ACCOUNT_OVERHEAD_BYTES = 128
RENT_FREE_EPOCH = 2**64 - 1
GENESIS_SLOTS = 10
FAUCET_LAMPORTS = 1_000_000 * 10**9

NATIVE_MINT = Pubkey.from_string("So11111111111111111111111111111111111111112")
TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")

Simulation = SimulatedTransactionInfo | FailedTransactionMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """An account to be put on the chain, with lamports beyond its rent."""

    address: Pubkey
    owner: Pubkey
    data: bytes
    extra_lamports: int = 0


class Chain:
    """A LiteSVM whose slots pass with time.

    `slot_ms` is milliseconds a slot, `lamports_per_byte` the whole rent price of a byte (as
    `getMinimumBalanceForRentExemption` charges it), depths are how many slots behind the tip
    the two slower commitments are. `mentions` are the signatures that name an address, in the
    order in which they ran. What is first written in the first slots belongs to genesis:
    every view sees it, however far it lags.
    """

    def __init__(
        self,
        *,
        slot_ms: int = DEFAULT_SLOT_MS,
        lamports_per_byte: int = DEFAULT_LAMPORTS_PER_BYTE,
        first_slot: int = DEFAULT_FIRST_SLOT,
        confirmed_depth_slots: int = 1,
        finalized_depth_slots: int = 32,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.clock = SlotClock(slot_ms=slot_ms, first_slot=first_slot, monotonic_ns=monotonic_ns)
        self.depth_slots = {
            "processed": 0,
            "confirmed": confirmed_depth_slots,
            "finalized": finalized_depth_slots,
        }
        self.genesis_hash = Hash(hashlib.sha256(b"kitrader sandbox genesis").digest())
        self.transactions: dict[str, TransactionRecord] = {}
        self.mentions: defaultdict[Pubkey, list[str]] = defaultdict(list)
        self.pinned: set[Pubkey] = set()
        self.landing = Landing(self)
        self._lamports_per_byte = lamports_per_byte
        self._blockhashes = Blockhashes(bytes(self.genesis_hash))
        self._history = AccountHistory(genesis_until=first_slot + GENESIS_SLOTS)
        self._vm = LiteSVM().with_blockhash_check(False).with_sigverify(False)
        self._vm = self._vm.with_lamports(FAUCET_LAMPORTS)
        self._vm.set_rent(Rent(lamports_per_byte, 1.0, 50))
        self._vm_slot = -1
        self._warp()
        self._put_native_mint()

    @property
    def slot(self) -> int:
        """The newest slot."""
        return self.clock.slot

    def advance(self, slots: int) -> None:
        """Let `slots` slots pass at once."""
        self.clock.jump(slots)

    def pin(self, address: Pubkey) -> None:
        """Mark an account as a genuine dump that nothing of the sandbox may move."""
        self.pinned.add(address)

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Put an account on the chain as if a program had written it in this slot."""
        self._warp()
        self._vm.set_account(address, account)
        self._history.record(address, self._vm_slot, account)

    def place(self, address: Pubkey, owner: Pubkey, data: bytes, extra_lamports: int = 0) -> None:
        """Put an account with rent-exempt lamports (plus `extra_lamports`) on the chain."""
        self.place_all(
            [Placement(address=address, owner=owner, data=data, extra_lamports=extra_lamports)]
        )

    def place_all(self, placements: Iterable[Placement]) -> None:
        """Put several accounts on the chain in one slot, as one transaction would."""
        self._warp()
        for each in placements:
            lamports = self.rent_minimum_lamports(len(each.data)) + each.extra_lamports
            account = Account(
                lamports, each.data, each.owner, executable=False, rent_epoch=RENT_FREE_EPOCH
            )
            self._vm.set_account(each.address, account)
            self._history.record(each.address, self._vm_slot, account)

    def account(self, address: Pubkey) -> Account | None:
        """Give the account as it stands now."""
        if address == CLOCK:
            return clock_account(self.clock, self.slot)
        return self._vm.get_account(address)

    def account_at(self, address: Pubkey, slot: int) -> Account | None:
        """Give the account as it stood at `slot`."""
        if address == CLOCK:
            return clock_account(self.clock, slot)
        if not self._history.knows(address):
            return self._vm.get_account(address)
        return self._history.at(address, slot)

    def program_accounts(self, program: Pubkey) -> list[tuple[Pubkey, Account]]:
        """Give all accounts that a program owns now."""
        return self._vm.get_program_accounts(program)

    def rent_minimum_lamports(self, size_bytes: int) -> int:
        """Give the lamports that make an account of this size rent-exempt."""
        return (size_bytes + ACCOUNT_OVERHEAD_BYTES) * self._lamports_per_byte

    def blockhash(self, slot: int) -> Hash:
        """Issue the blockhash of a slot."""
        return self._blockhashes.issue(slot)

    def is_blockhash_valid(self, blockhash: Hash, slot: int) -> bool:
        """Tell whether a transaction with this blockhash may land at `slot`."""
        return self._blockhashes.is_valid(blockhash, slot)

    def last_valid_slot(self, blockhash: Hash) -> int | None:
        """Tell up to which slot a blockhash is good; None for one that was never given out."""
        return self._blockhashes.last_valid_slot(blockhash)

    def keep(self, record: TransactionRecord) -> None:
        """Keep another record of a transaction that landed."""
        self.transactions[record.signature] = record

    def simulate(self, transaction: VersionedTransaction) -> Simulation:
        """Run a transaction without keeping its effects."""
        self._warp()
        return self._vm.simulate_transaction(transaction)

    def execute(self, transaction: VersionedTransaction) -> TransactionRecord:
        """Run a transaction and keep its effects; a repeated one gives the first record.

        Blockhash and signatures are the caller's to check: simulations run without either.
        """
        self._warp()
        signature = str(transaction.signatures[0])
        if signature in self.transactions:
            return self.transactions[signature]
        loaded = loaded_addresses(transaction, self.account)
        addresses = [*transaction.message.account_keys, *loaded.writable, *loaded.readonly]
        before = [self._vm.get_account(address) for address in addresses]
        outcome = self._vm.send_transaction(transaction)
        record = make_record(
            transaction,
            outcome,
            slot=self._vm_slot,
            before=before,
            after=[self._vm.get_account(address) for address in addresses],
            loaded=loaded,
        )
        self._remember(addresses)
        if not _is_dropped(outcome):
            self.transactions[signature] = record
            for address in dict.fromkeys(addresses):
                self.mentions[address].append(signature)
        return record

    def airdrop(self, address: Pubkey, lamports: int) -> TransactionRecord:
        """Give lamports out of nothing.

        Raises:
            ValueError: LiteSVM's faucet would not pay.
        """
        self._warp()
        # The faucet signs with LiteSVM's own blockhash: a like payment needs another one.
        self._vm.expire_blockhash()
        outcome = self._vm.airdrop(address, lamports)
        if isinstance(outcome, FailedTransactionMetadata):
            raise ValueError(str(outcome.err()))  # noqa: TRY004 - a refusal, not a wrong type
        self._remember([address])
        record = TransactionRecord(
            signature=str(outcome.signature()), slot=self._vm_slot, fee_lamports=outcome.fee()
        )
        self.transactions[record.signature] = record
        return record

    def _remember(self, addresses: Iterable[Pubkey]) -> None:
        for address in addresses:
            self._history.record(address, self._vm_slot, self._vm.get_account(address))

    def _warp(self) -> None:
        slot = self.clock.slot
        if slot == self._vm_slot:
            return
        self._vm_slot = slot
        epoch = self.clock.epoch(slot)
        self._vm.warp_to_slot(slot)
        self._vm.set_clock(Clock(slot, 0, epoch, epoch + 1, self.clock.unix_time_s(slot)))

    def _put_native_mint(self) -> None:
        data = bytearray(82)
        data[44], data[45] = 9, 1
        self.place(NATIVE_MINT, TOKEN_PROGRAM, bytes(data))


def _is_dropped(outcome: TransactionMetadata | FailedTransactionMetadata) -> bool:
    """Tell whether a block would not have held the transaction at all: it paid no fee."""
    return isinstance(outcome, FailedTransactionMetadata) and isinstance(
        outcome.err(), TransactionErrorFieldless
    )
