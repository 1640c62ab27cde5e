"""What live orders are made with: the ports they ask, their rules, and who tells people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.gate import Breach, Stage, StageCaps
from bot.domain.instruments import Token
from bot.domain.live_orders import LiveIntent, LiveRules, LiveWish
from bot.domain.live_wallets import FaultyKey
from bot.domain.notices import Notice
from bot.domain.orders import Fill, Receipt
from bot.domain.signing.rules import SigningRules
from bot.ports.books import Books, Settlement
from bot.ports.chain_sending import ChainSending
from bot.ports.clock import Clock
from bot.ports.live_orders import (
    BalanceDifference,
    LiveAccounts,
    LiveBalances,
    LiveOrderBook,
    NextOfOrder,
)
from bot.ports.live_wallets import LiveWalletBook
from bot.ports.signer import Signer
from bot.ports.swap_venue import SwapVenue

Pause = Callable[[float], Awaitable[None]]
"""Lets so many seconds pass."""
Twin = Callable[[LiveWish], Awaitable[Fill | None]]
"""Decides on paper what is wanted live, now; None where paper cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What becomes of an order that waited whose intent came to nothing, and what is told of it."""

    next_: NextOfOrder
    notices: Sequence[Notice]


class LiveSequel(Protocol):
    """What live orders mean for orders that wait; asked on the way of every live order."""

    async def of_fill(
        self, intent: LiveIntent, settlement: Settlement
    ) -> tuple[Settlement, Sequence[Notice]]:
        """Give the booking with the order that it uses up and the exits that it brings.

        The notices are told beside those of the fill. Needs no permission, as all of these.
        """

    async def of_end(self, intent: LiveIntent, reason: str) -> Ending | None:
        """Give how the order goes on that this intent was placed for; None where there is none.

        Needs no permission: the intent has ended.
        """

    async def booked(self, settlement: Settlement) -> None:
        """Hear of a fill that is booked. Needs no permission."""

    async def note(self, user_id: int) -> None:
        """Hear that somebody's orders may have changed. Needs no permission."""


class PurchaseGate(Protocol):
    """What live orders ask of the gate from paper to live."""

    @property
    def caps(self) -> Mapping[Stage, StageCaps]:
        """Give what each stage may buy, for the transaction that places a purchase."""

    async def admit(self, user_id: int, lamports: int) -> None:
        """Refuse early what the caps will not let pass.

        Needs no permission: whoever places the order has required one.
        """

    async def check(self, user_id: int) -> Breach | None:
        """Take somebody a stage back where a fill broke a rule.

        Needs no permission: what has happened has happened.
        """


class LiveNotices(Protocol):
    """What people are told of live orders; every text says that it is about real money."""

    def moved(self, intent: LiveIntent, token: Token) -> Sequence[Notice]:
        """Show how far an order is, where a message shows it."""

    def filled(self, intent: LiveIntent, receipt: Receipt, token: Token) -> Sequence[Notice]:
        """Tell that an order was filled, by the actual amounts."""

    def ended(self, intent: LiveIntent, reason: str, token: Token) -> Sequence[Notice]:
        """Tell that an order came to nothing, why, and that its funds are free."""

    def unknown(self, intent: LiveIntent, token: Token) -> Sequence[Notice]:
        """Tell that nothing is known of an order yet, and that its funds stay held."""

    @property
    def bot_name(self) -> str:
        """Give the name of the bot, without the @."""

    def key_faulty(self, faulty: FaultyKey) -> Sequence[Notice]:
        """Tell owner and admins that nothing can be signed for a wallet, and why."""

    def paused(
        self, wallet: LiveBalances, differences: Sequence[BalanceDifference]
    ) -> Sequence[Notice]:
        """Tell owner and admins that books and chain differ, and that nothing is traded.

        Without differences: that they agree again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMeans:
    """The ports that live orders ask. `tokens` are those tracked now, by id."""

    book: LiveOrderBook
    accounts: LiveAccounts
    wallets: LiveWalletBook
    books: Books
    venue: SwapVenue
    venue_name: str
    chain: ChainSending
    signer: Signer
    clock: Clock
    tokens: Mapping[int, Token]
    notices: LiveNotices
    rules: LiveRules
    signing_rules: SigningRules
    pause: Pause
    sequel: LiveSequel | None = None
