"""A withdrawal: its terms, the states it goes through, and everything that a payment needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from bot.domain.live_orders import AttemptState
from bot.domain.requests import hash_of

PROOF_SECONDS = 120
"""For so long after it was asked a code is taken for it, and never later."""
LEFT_LAMPORTS = 890_880
"""What an account keeps that is not emptied: the chain refuses a transaction that leaves less."""
LEAST_LAMPORTS = 1_000_000
"""The least SOL that is sent: an account that begins with less than it must keep is refused."""


class WithdrawalState(StrEnum):
    """Where a withdrawal stands; funds are held while it waits and while it is sent."""

    ASKED = "asked"  # no code was given for it yet
    WAITING = "waiting"  # proved: it can be stopped until it is due
    SENDING = "sending"  # a payment was signed and committed
    SENT = "sent"
    FAILED = "failed"  # proved, and none of its payments can come to anything
    CANCELLED = "cancelled"
    LAPSED = "lapsed"  # its code did not come in time, or another was asked for


_ASKED_ENDS = frozenset({WithdrawalState.CANCELLED, WithdrawalState.LAPSED})
LEGAL: Mapping[WithdrawalState, frozenset[WithdrawalState]] = {
    WithdrawalState.ASKED: _ASKED_ENDS | {WithdrawalState.WAITING},
    WithdrawalState.WAITING: frozenset(
        {WithdrawalState.SENDING, WithdrawalState.CANCELLED, WithdrawalState.FAILED}
    ),
    WithdrawalState.SENDING: frozenset({WithdrawalState.SENT, WithdrawalState.FAILED}),
    WithdrawalState.SENT: frozenset(),
    WithdrawalState.FAILED: frozenset(),
    WithdrawalState.CANCELLED: frozenset(),
    WithdrawalState.LAPSED: frozenset(),
}
"""To which states each may go; the same pairs are in the database's guard."""
OPEN = frozenset({WithdrawalState.ASKED, WithdrawalState.WAITING, WithdrawalState.SENDING})


class Need(StrEnum):
    """One thing without which nothing is paid; the database's guard has the same words."""

    STATE = "state"
    ADDRESS = "address"  # its owner has it on their list, now
    ADDRESS_WAIT = "address_wait"  # and had waited for it when they asked
    PROOF = "proof"  # a code was given for exactly these terms
    PROOF_IN_TIME = "proof_in_time"
    FACTOR = "factor"  # by the authenticator that still counts, its step used up
    FACTOR_WAIT = "factor_wait"  # which was old enough then
    DELAY = "delay"
    STOPPED = "stopped"  # nobody stopped it
    HOLD = "hold"
    ACTIVE = "active"  # its owner is neither frozen nor banned
    UNPAUSED = "unpaused"  # books and chain agree


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRules:
    """What no withdrawal may go beyond, and what each waits for; lamports, or worth in lamports.

    The caps are of one order, of a person and of all together in any 24 hours. Changing a wait
    changes nothing that was asked or listed before.
    """

    order_lamports: int = 5 * 10**9
    day_lamports: int = 10 * 10**9
    all_day_lamports: int = 50 * 10**9
    address_wait: timedelta = timedelta(hours=24)
    factor_wait: timedelta = timedelta(hours=24)
    delay: timedelta = timedelta(minutes=30)
    most_fee_lamports: int = 200_000
    most_attempts: int = 5
    most_addresses: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a code is given for; any other amount, asset, address or nonce is another thing."""

    user_id: int
    number: int
    wallet: str
    mint: str
    amount: int
    destination: str
    nonce: str

    @property
    def hash(self) -> str:
        """Give what stands for the terms, as the database's `withdrawal_terms` spells it."""
        parts = (
            "withdrawal",
            self.user_id,
            self.number,
            self.wallet,
            self.mint,
            self.amount,
            self.destination,
            self.nonce,
        )
        return sha256("|".join(map(str, parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One signed transaction for a withdrawal; `signature` is the wallet's and names it."""

    user_id: int
    withdrawal_number: int
    number: int
    state: AttemptState
    signature: str
    raw: bytes
    last_valid_block_height: int
    signed_at: datetime
    sent_at: datetime | None = None
    landed_at: datetime | None = None
    confirmed_at: datetime | None = None
    finalized_at: datetime | None = None
    ended_at: datetime | None = None
    slot: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What was asked, how far it is, and its payments in order; amounts in base units.

    `token_id` is None for SOL. `worth_lamports` is what counts against the caps. Fees are of one
    payment. `number` counts a person's withdrawals.
    """

    user_id: int
    number: int
    request_id: str
    request_hash: str
    wallet_number: int
    wallet_address: str
    address_number: int
    destination: str
    mint: str
    token_id: int | None
    token_program: str
    amount: int
    worth_lamports: int
    most_fee_lamports: int
    most_rent_lamports: int
    most_attempts: int
    nonce: str
    delay_seconds: int
    factor_wait_seconds: int
    received_at: datetime
    asked_at: datetime
    expires_at: datetime
    state: WithdrawalState = WithdrawalState.ASKED
    end_reason: str = ""
    proved_at: datetime | None = None
    due_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_reason: str = ""
    ended_at: datetime | None = None
    payments: tuple[Payment, ...] = ()

    @property
    def terms(self) -> Terms:
        """Give what its code is given for."""
        return Terms(
            user_id=self.user_id,
            number=self.number,
            wallet=self.wallet_address,
            mint=self.mint,
            amount=self.amount,
            destination=self.destination,
            nonce=self.nonce,
        )

    @property
    def is_sol(self) -> bool:
        """Tell whether SOL is sent."""
        return self.token_id is None

    @property
    def costs_lamports(self) -> int:
        """Give what all of its payments may cost at most, besides what is sent."""
        return self.most_fee_lamports * self.most_attempts + self.most_rent_lamports

    @property
    def last(self) -> Payment | None:
        """Give the newest payment."""
        return self.payments[-1] if self.payments else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAddress:
    """An address on a person's list; nothing is sent there that was asked before `usable_at`."""

    user_id: int
    number: int
    address: str
    label: str
    added_at: datetime
    usable_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A code that was right: for which terms, of which authenticator, and its time step."""

    user_id: int
    withdrawal_number: int
    terms_hash: str
    factor_version: int
    factor_step: int
    factor_set_at: datetime
    session_id: int
    proved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A withdrawal with everything that its payment hangs on, as it is now.

    `factor` is the version, last step and time of setting of the authenticator that counts now.
    """

    withdrawal: Withdrawal
    address: ListedAddress | None
    proof: Proof | None
    factor: tuple[int, int, datetime] | None
    is_held: bool
    is_active: bool
    is_paused: bool


def missing(standing: Standing, now: datetime) -> frozenset[Need]:
    """Give everything that a payment lacks; with nothing missing it may be signed and sent."""
    withdrawal = standing.withdrawal
    needs = {
        Need.STATE: withdrawal.state in {WithdrawalState.WAITING, WithdrawalState.SENDING},
        Need.ADDRESS: _is_listed(standing),
        Need.ADDRESS_WAIT: standing.address is not None
        and standing.address.usable_at <= withdrawal.asked_at,
        Need.PROOF: standing.proof is not None
        and standing.proof.terms_hash == withdrawal.terms.hash,
        Need.PROOF_IN_TIME: _is_in_time(standing),
        Need.FACTOR: _is_by_factor(standing),
        Need.FACTOR_WAIT: _is_by_old_factor(standing),
        Need.DELAY: withdrawal.due_at is not None and withdrawal.due_at <= now,
        Need.STOPPED: withdrawal.stopped_at is None,
        Need.HOLD: standing.is_held,
        Need.ACTIVE: standing.is_active,
        Need.UNPAUSED: not standing.is_paused,
    }
    return frozenset(need for need, is_met in needs.items() if not is_met)


def _is_listed(standing: Standing) -> bool:
    address = standing.address
    is_meant = address is not None and address.address == standing.withdrawal.destination
    return is_meant and address is not None and address.removed_at is None


def _is_in_time(standing: Standing) -> bool:
    proof, withdrawal = standing.proof, standing.withdrawal
    if proof is None or proof.proved_at != withdrawal.proved_at:
        return False
    return withdrawal.asked_at <= proof.proved_at <= withdrawal.expires_at


def _is_by_factor(standing: Standing) -> bool:
    if standing.proof is None or standing.factor is None:
        return False
    version, last_step, set_at = standing.factor
    proof = standing.proof
    is_same = (version, set_at) == (proof.factor_version, proof.factor_set_at)
    return is_same and last_step >= proof.factor_step


def _is_by_old_factor(standing: Standing) -> bool:
    proof = standing.proof
    wait = timedelta(seconds=standing.withdrawal.factor_wait_seconds)
    return proof is not None and proof.factor_set_at + wait <= proof.proved_at


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalWish:
    """What a person asks for: so many base units to an address of their list, by its number."""

    wallet_number: int
    token_id: int | None
    amount: int
    address_number: int

    @property
    def hash(self) -> str:
        """Give what is kept beside the request's key."""
        parts = (self.wallet_number, self.token_id or "SOL", self.amount, self.address_number)
        return hash_of("withdrawal|" + "|".join(map(str, parts)))
