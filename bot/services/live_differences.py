"""By what a live wallet's books and the chain differ, asset by asset."""

from collections.abc import Iterator

from bot.domain.identifiers import SOL_MINT
from bot.ports.live_orders import BalanceDifference, LiveBalances
from bot.ports.wallet_balances import WalletAsked, WalletBalances

RENT = "rent"


def asked_of(wallet: LiveBalances) -> WalletAsked:
    """Give what is asked of the chain about a wallet."""
    return WalletAsked(address=wallet.address, places=wallet.places)


def differences(wallet: LiveBalances, chain: WalletBalances) -> tuple[BalanceDifference, ...]:
    """Give every asset of which the chain has more or less than the books."""
    return tuple(_differences(wallet, chain))


def _differences(wallet: LiveBalances, chain: WalletBalances) -> Iterator[BalanceDifference]:
    pairs = [(SOL_MINT, wallet.lamports, chain.lamports)]
    mints = dict.fromkeys((*wallet.tokens, *chain.tokens))
    pairs += [(mint, wallet.tokens.get(mint, 0), chain.tokens.get(mint, 0)) for mint in mints]
    pairs.append((RENT, wallet.rent_lamports, chain.rent_lamports))
    for asset, booked, on_chain in pairs:
        if booked != on_chain:
            yield BalanceDifference(asset=asset, booked=booked, on_chain=on_chain)
