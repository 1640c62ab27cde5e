"""What the inside asks of the database for live orders; every method is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.gate import Stage, StageCaps
from bot.domain.live_orders import AttemptState, IntentState, LiveAttempt, LiveIntent
from bot.domain.movements import TokenPlace
from bot.domain.notices import Notice
from bot.domain.orders import Fill
from bot.domain.requests import Request
from bot.domain.resting import RestingState
from bot.ports.books import Settlement
from bot.ports.chain_sending import WalletChange

Place = tuple[int, int]
"""A user and the number of one of their intents, or wallets."""
BEFORE_ALL: Place = (0, 0)


class Commitment(StrEnum):
    """What came of committing a signed attempt; only `BOOKED` may be sent."""

    BOOKED = "booked"
    OVERTAKEN = "overtaken"  # somebody else's attempt stands: look again
    ENDED = "ended"
    LATE = "late"
    FROZEN = "frozen"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveBalances:
    """A live wallet as the books have it; `version` changes with every booking.

    `lamports` is cash, `rent_lamports` what its token accounts hold, `tokens` units by mint: those
    of accounts that were ever used, even where nothing is left. `slot` is that of the newest
    transaction booked. `is_busy` says that an attempt is under way: the chain may be ahead.
    `places` are the token accounts that it has, or had, as far as is known.
    """

    user_id: int
    wallet_number: int
    address: str
    version: int
    lamports: int
    rent_lamports: int
    tokens: Mapping[str, int]
    slot: int
    is_busy: bool
    places: tuple[TokenPlace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceDifference:
    """An asset of which the chain has more or less than the books, in base units."""

    asset: str
    booked: int
    on_chain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveClaim:
    """The order that waited and is used up by an intent, claimed in the intent's transaction.

    It was decided on `wallet_version`. `is_confirmed`: its owner was asked and wants it now;
    `is_all`: it sells all that is left. `firing` is kept with it, in plain JSON values.
    """

    order_id: int
    generation: int
    wallet_version: int
    firing: Mapping[str, object]
    is_confirmed: bool = False
    is_all: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NextOfOrder:
    """How an order that waited goes on where its intent came to nothing.

    `state` is working, asked or rejected. What is not `is_counted` is no failure of it.
    """

    order_id: int
    generation: int
    state: RestingState
    refused: Mapping[str, object]
    end_reason: str = ""
    firing: Mapping[str, object] | None = None
    is_counted: bool = True


class LiveOrderBook(Protocol):
    """Keeps intents with their funds held, attempts, and what they came to.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def find(self, user_id: int, request_id: str) -> LiveIntent | None:
        """Give the intent of a request, if it was placed before."""

    async def read(self, place: Place) -> LiveIntent:
        """Give an intent with its attempts."""

    async def recent(
        self, user_id: int, limit: int, number: int | None = None
    ) -> Sequence[LiveIntent]:
        """Give a user's newest intents, the newest first, or the one with this number."""

    async def place(
        self,
        request: Request,
        intent: LiveIntent,
        twin: Fill | None,
        notices: Sequence[Notice],
        claim: LiveClaim | None = None,
        *,
        caps: Mapping[Stage, StageCaps] | None = None,
    ) -> int:
        """Hold what an intent may cost, keep it and end its update; gives its number.

        A purchase is held against the caps of its owner's stage behind the wallet's lock, so that
        no two of them pass together; without caps no gate is asked. Raises `Refusal`
        (`already_done`, `request_mismatch`, `frozen`, `live_wallet_paused`, `live_other_wallet`,
        `live_not_enough`, `live_gate_stage`, `live_gate_order`, `live_gate_day`; with a claim
        `order_spent`, `live_withheld`) or `BookingConflict`; nothing has changed then.
        """

    async def commit(self, attempt: LiveAttempt, at: datetime) -> Commitment:
        """Keep a signed attempt, if none is alive: before this nothing may leave."""

    async def move(
        self,
        attempt: LiveAttempt,
        to: AttemptState,
        at: datetime,
        *,
        slot: int | None = None,
        notices: Sequence[Notice] = (),
    ) -> bool:
        """Note how far an attempt has come, if it still stands as it was read; tells whether."""

    async def settle(
        self,
        attempt: LiveAttempt,
        change: WalletChange,
        request: Request,
        settlement: Settlement,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a fill, let its hold go and end its intent, all together; tells whether it was new.

        Raises `BookingConflict` where the books have moved on: decide again; `OddOutcome` where
        they can never hold it.
        """

    async def fail(self, attempt: LiveAttempt, change: WalletChange, at: datetime) -> bool:
        """Book what a failed attempt cost; tells whether that was new."""

    async def end(
        self,
        intent: LiveIntent,
        state: IntentState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        *,
        next_: NextOfOrder | None = None,
    ) -> bool:
        """End an intent and release its funds, unless an attempt is alive; tells whether it did.

        The order that it was placed for goes on as `next_` says, in the same transaction.
        """

    async def held(self) -> Sequence[Place]:
        """Give the intents that are not at their end, the oldest first."""

    async def confirmed(self) -> Sequence[LiveAttempt]:
        """Give the attempts that are booked and not yet final."""


class LiveAccounts(Protocol):
    """The books of live wallets: opened, fed from outside, held against the chain."""

    async def open(self, user_id: int, wallet_number: int, at: datetime) -> bool:
        """Begin a wallet's books, once; false where another wallet's are the current ones."""

    async def book_external(
        self, user_id: int, wallet_number: int, signature: str, lamports: int
    ) -> bool:
        """Book SOL that came from outside, or (below zero) left, once for each transaction."""

    async def balances(
        self, after: Place = BEFORE_ALL, limit: int | None = None
    ) -> Sequence[LiveBalances]:
        """Give live wallets as the books have them, of one moment, by user and number.

        `after` a user and wallet, and so many of them; all without a limit.
        """

    async def of(self, place: Place) -> LiveBalances | None:
        """Give one wallet as the books have it, None where there is no such."""

    async def paused(self) -> frozenset[tuple[int, int]]:
        """Give the users and numbers of the wallets that are paused."""

    async def set_differences(
        self,
        wallet: LiveBalances,
        differences: Sequence[BalanceDifference],
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """Pause a wallet for its differences, or without any let it trade; tells whether new."""
