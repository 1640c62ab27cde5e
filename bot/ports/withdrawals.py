"""What the inside asks of the database for withdrawals; every method is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.destinations import AccountUse
from bot.domain.live_orders import AttemptState
from bot.domain.notices import Notice
from bot.domain.requests import Request
from bot.domain.withdrawals import (
    ListedAddress,
    Payment,
    Proof,
    Standing,
    Withdrawal,
    WithdrawalRules,
    WithdrawalState,
)
from bot.ports.chain_sending import WalletChange

Place = tuple[int, int]
"""A user and the number of one of their withdrawals."""


class Kept(StrEnum):
    """What came of committing a signed payment; only `BOOKED` may be sent."""

    BOOKED = "booked"
    OVERTAKEN = "overtaken"  # somebody else's payment stands: look again
    ENDED = "ended"
    LACKING = "lacking"  # something that it needs is missing now


class DestinationLooks(Protocol):
    """The chain, asked what an address is."""

    async def use_of(self, address: str) -> AccountUse:
        """Give what an address is used for; raises `Unavailable`."""


class AddressList(Protocol):
    """Where people let money go; a wait that was begun is never changed.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def of(self, user_id: int) -> Sequence[ListedAddress]:
        """Give a person's list, by number; those that were taken off it too."""

    async def add(
        self, request: Request, address: ListedAddress, most: int, notices: Sequence[Notice]
    ) -> int:
        """List an address and end the request's update; gives its number.

        Raises `Refusal` (`already_done`, `address_listed`, `addresses_full`).
        """

    async def remove(
        self, request: Request, number: int, at: datetime, notices: Sequence[Notice]
    ) -> None:
        """Take an address off the list and stop what was under way to it.

        Raises `Refusal` (`already_done`, `unknown_address`).
        """


class WithdrawalBook(Protocol):
    """Keeps withdrawals with their funds held, the codes given for them, and their payments.

    All raise `Unavailable("database")` when the database does not answer.
    """

    async def find(self, user_id: int, request_id: str) -> Withdrawal | None:
        """Give the withdrawal of a request, if it was asked before."""

    async def read(self, place: Place) -> Withdrawal | None:
        """Give a withdrawal with its payments; None where there is none of that number."""

    async def standing(self, place: Place) -> Standing:
        """Give a withdrawal with everything that its payment hangs on."""

    async def newest(self, user_id: int, limit: int) -> Sequence[Withdrawal]:
        """Give a person's newest withdrawals, without their payments."""

    async def free(self, user_id: int, wallet_number: int) -> Mapping[str, int]:
        """Give what a wallet has that is not held for anything, in units by mint."""

    async def ask(
        self,
        request: Request,
        withdrawal: Withdrawal,
        rules: WithdrawalRules,
        notices: Sequence[Notice],
    ) -> int:
        """Keep what was asked and end its update; gives its number. Nothing is held yet.

        Raises `Refusal`; nothing has changed then.
        """

    async def prove(self, proof: Proof, rules: WithdrawalRules, notices: Sequence[Notice]) -> None:
        """Keep a code that was right, hold the funds, and let the delay begin.

        Raises `Refusal`; nothing has changed then.
        """

    async def end(
        self,
        place: Place,
        state: WithdrawalState,
        reason: str,
        at: datetime,
        notices: Sequence[Notice],
        *,
        request: Request | None = None,
    ) -> bool:
        """End a withdrawal of which nothing is out and free its funds; tells whether it did.

        Raises `Refusal` (`already_done`) where the request's update had ended.
        """

    async def commit(self, payment: Payment) -> tuple[Kept, str]:
        """Keep a signed payment, if none is alive and nothing is missing; with what is."""

    async def move(
        self,
        payment: Payment,
        to: AttemptState,
        at: datetime,
        *,
        slot: int | None = None,
        notices: Sequence[Notice] = (),
    ) -> bool:
        """Note how far a payment has come, if it still stands as it was read; tells whether."""

    async def settle(
        self,
        payment: Payment,
        change: WalletChange,
        gift_lamports: int,
        at: datetime,
        notices: Sequence[Notice],
    ) -> bool:
        """Book a payment that landed and let its hold go, together; tells whether it was new.

        `gift_lamports` is what the recipient's new account cost. Raises `OddOutcome` where the
        books can never hold it.
        """

    async def fail(self, payment: Payment, change: WalletChange, at: datetime) -> bool:
        """Book what a failed payment cost; tells whether that was new."""

    async def open(self) -> Sequence[Place]:
        """Give the withdrawals that are not at their end, the oldest first."""

    async def confirmed(self) -> Sequence[Payment]:
        """Give the payments that are booked and not yet final."""
