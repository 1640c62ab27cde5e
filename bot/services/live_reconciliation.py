"""Hold the books of live wallets against the chain, to the lamport and the unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.ports.live_orders import BalanceDifference, LiveBalances, Place
from bot.ports.wallet_balances import ChainBalances, WalletBalances
from bot.services.live_means import LiveMeans
from bot.services.live_tracking import LiveTracking

_log = structlog.get_logger(__name__)


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

    def __init__(self, means: LiveMeans, balances: ChainBalances) -> None:
        self._means = means
        self._balances = balances
        self._tracking = LiveTracking(means)

    async def reconcile(self) -> Sequence[Reconciled]:
        """Compare every live wallet once.

        Needs no permission: the clock asks. A wallet whose node does not answer is left to the
        next round.
        """
        before = await self._means.accounts.balances()
        chain = {_place(wallet): await self._on_chain(wallet) for wallet in before}
        after = {_place(wallet): wallet for wallet in await self._means.accounts.balances()}
        return [
            await self._compared(wallet, chain[_place(wallet)], after.get(_place(wallet)))
            for wallet in before
        ]

    async def _on_chain(self, wallet: LiveBalances) -> WalletBalances | None:
        programs = {token.mint: token.program for token in self._means.tokens.values()}
        asked = {mint: programs.get(mint, TOKEN_PROGRAM) for mint in wallet.tokens}
        try:
            return await self._balances.of(wallet.address, asked)
        except Unavailable as error:
            _log.warning("live_wallet_not_compared", address=wallet.address, what=error.what)
            return None

    async def _compared(
        self, wallet: LiveBalances, chain: WalletBalances | None, after: LiveBalances | None
    ) -> Reconciled:
        """Compare a wallet, unless it moved while the chain was asked, or a node lags."""
        if chain is None or wallet.is_busy or wallet != after or chain.slot < wallet.slot:
            return Reconciled(wallet=wallet, differences=(), is_compared=False)
        result = Reconciled(wallet=wallet, differences=tuple(_differences(wallet, chain)))
        if result.differences:
            _log.warning("live_wallet_differs", address=wallet.address, by=result.differences)
        await self._tracking.pause(wallet, result.differences if result.is_short else ())
        return result


def _place(wallet: LiveBalances) -> Place:
    return wallet.user_id, wallet.wallet_number


def _differences(wallet: LiveBalances, chain: WalletBalances) -> Iterator[BalanceDifference]:
    pairs = [(SOL_MINT, wallet.lamports, chain.lamports)]
    pairs += [(mint, units, chain.tokens.get(mint, 0)) for mint, units in wallet.tokens.items()]
    pairs.append(("rent", wallet.rent_lamports, chain.rent_lamports))
    for asset, booked, on_chain in pairs:
        if booked != on_chain:
            yield BalanceDifference(asset=asset, booked=booked, on_chain=on_chain)
