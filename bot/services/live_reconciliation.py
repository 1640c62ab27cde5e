"""Hold the books of live wallets against the chain, to the lamport and the unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.domain.errors import Unavailable
from bot.ports.live_orders import BEFORE_ALL, BalanceDifference, LiveBalances, Place
from bot.ports.wallet_balances import ChainBalances, WalletBalances
from bot.services.live_differences import asked_of, differences
from bot.services.live_means import LiveMeans
from bot.services.live_tracking import LiveTracking

_log = structlog.get_logger(__name__)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How one wallet stood; `is_compared` is false where it was moving, or a node lagged."""

    wallet: LiveBalances
    differences: tuple[BalanceDifference, ...]
    is_compared: bool = True

    @property
    def is_short(self) -> bool:
        """Tell whether the chain has less of anything than the books."""
        return any(each.on_chain < each.booked for each in self.differences)


class LiveReconciliation:
    """Compares, pauses wallets that are short, and lets go on those that are in order again.

    What a wallet has beyond its books is told and no more: it can be spent by nobody, and a pause
    for it would let any stranger stop a wallet by sending it a lamport.
    """

    def __init__(
        self, means: LiveMeans, balances: ChainBalances, *, at_once: int = _AT_ONCE
    ) -> None:
        self._means = means
        self._balances = balances
        self._tracking = LiveTracking(means)
        self._at_once = at_once

    async def reconcile(self) -> Sequence[Reconciled]:
        """Compare every live wallet once, some hundreds in each step.

        Needs no permission: the clock asks. A wallet whose node does not answer is left to the
        next round.
        """
        paused = await self._means.accounts.paused()
        found: list[Reconciled] = []
        after = BEFORE_ALL
        while before := await self._means.accounts.balances(after, self._at_once):
            found += await self._step(before, after, paused)
            after = _place(before[-1])
        return found

    async def _step(
        self, before: Sequence[LiveBalances], after: Place, paused: frozenset[Place]
    ) -> list[Reconciled]:
        chain = await self._on_chain(before)
        again = await self._means.accounts.balances(after, self._at_once)
        now = {_place(wallet): wallet for wallet in again}
        compared = [
            _compared(wallet, on_chain, now.get(_place(wallet)))
            for wallet, on_chain in zip(before, chain, strict=True)
        ]
        for each in compared:
            if each.is_compared and (each.is_short or _place(each.wallet) in paused):
                short = each.differences if each.is_short else ()
                await self._tracking.pause(each.wallet, short)
        return compared

    async def _on_chain(self, wallets: Sequence[LiveBalances]) -> Sequence[WalletBalances | None]:
        try:
            return await self._balances.of_all([asked_of(wallet) for wallet in wallets])
        except Unavailable as error:
            _log.warning("live_wallets_not_compared", count=len(wallets), what=error.what)
            return [None] * len(wallets)


def _compared(
    wallet: LiveBalances, chain: WalletBalances | None, now: LiveBalances | None
) -> Reconciled:
    """Compare a wallet, unless it moved while the chain was asked, or a node lags."""
    if chain is None or wallet.is_busy or wallet != now or chain.slot < wallet.slot:
        return Reconciled(wallet=wallet, differences=(), is_compared=False)
    result = Reconciled(wallet=wallet, differences=differences(wallet, chain))
    if result.differences:
        _log.warning("live_wallet_differs", address=wallet.address, by=result.differences)
    return result


def _place(wallet: LiveBalances) -> Place:
    return wallet.user_id, wallet.wallet_number
