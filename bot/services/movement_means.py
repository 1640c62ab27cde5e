"""What following live wallets is made with: the ports it asks, its rules, and who tells people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.movements import Movement
from bot.domain.notices import Notice
from bot.domain.positions import Position
from bot.ports.live_movements import Cause, LiveMovementBook
from bot.ports.live_orders import LiveBalances
from bot.ports.wallet_balances import ChainBalances
from bot.ports.wallet_history import WalletHistory
from bot.services.live_means import LiveMeans

Worth = Callable[[int, int], Awaitable[int | None]]
"""Tells what units of a tracked token, by its id, would fetch in lamports; None if nobody can."""
Release = Callable[[int], Awaitable[bool]]
"""Gives up what is held for a user and is not under way yet; tells whether there was any."""


class MovementNotices(Protocol):
    """What people are told of money that moved; every text says that it is real."""

    def moved(
        self,
        wallet: LiveBalances,
        movement: Movement,
        cause: Cause,
        tokens: Mapping[str, Token],
    ) -> Sequence[Notice]:
        """Tell that money came, left, or came back from closed accounts.

        `wallet` is as it was before, `tokens` are those of it that are tracked, by mint.
        """

    def adopted(
        self, wallet: LiveBalances, positions: Sequence[Position], tokens: Mapping[int, Token]
    ) -> Sequence[Notice]:
        """Tell that tokens which were there without a position have one now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementRules:
    """What is small, and how often wallets are looked at.

    What comes and is worth less than `dust_lamports` is booked and not told. Each round
    `sweeps_at_once` wallets' accounts are looked for on the chain, none of them more often than
    every `sweep_seconds`, but for those whose owners wait, `expected_seconds` long.
    """

    dust_lamports: int = 100_000
    sweeps_at_once: int = 20
    sweep_seconds: float = 300.0
    expected_seconds: float = 1800.0
    wallets_at_once: int = 500
    most_at_once: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementMeans:
    """The ports beside those of live orders."""

    live: LiveMeans
    book: LiveMovementBook
    history: WalletHistory
    balances: ChainBalances
    worth: Worth
    notices: MovementNotices
    rules: MovementRules
    releases: Sequence[Release]

    @property
    def tokens(self) -> Mapping[str, Token]:
        """Give the tracked tokens by mint."""
        return {token.mint: token for token in self.live.tokens.values()}
