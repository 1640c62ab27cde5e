"""What wallets have on the chain: their SOL, wrapped or not, and their tokens, many at once."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.adapters.solana.account_batches import MOST_KEYS, AccountsAnswer, merge
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.holdings import read_holding
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.movements import TokenPlace, associated_place
from bot.domain.tokens import HoldingReading
from bot.ports.wallet_balances import WalletAsked, WalletBalances


class SolanaBalances:
    """Implements `bot.ports.wallet_balances.ChainBalances`."""

    def __init__(self, rpc: RpcPool) -> None:
        self._rpc = rpc

    async def of_all(self, asked: Sequence[WalletAsked]) -> Sequence[WalletBalances | None]:
        """Give wallets' balances in the order asked; raises `Unavailable` where none is told."""
        if not asked:
            return []
        cut = [list(_groups(_keys(each))) for each in asked]
        answers = iter(await self._rpc.read_groups([group for groups in cut for group in groups]))
        told = [[next(answers) for _ in groups] for groups in cut]
        return [_balances(each, parts) for each, parts in zip(asked, told, strict=True)]


def _keys(asked: WalletAsked) -> list[str]:
    wrapped = associated_place(asked.address, SOL_MINT, TOKEN_PROGRAM)
    places = (asked.address, wrapped.address)
    return list(dict.fromkeys((*places, *(place.address for place in asked.places))))


def _groups(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(keys), MOST_KEYS):
        yield keys[first : first + MOST_KEYS]


def _balances(asked: WalletAsked, parts: Sequence[AccountsAnswer | None]) -> WalletBalances | None:
    answered = [part for part in parts if part is not None]
    if len(answered) < len(parts):
        return None
    whole = merge(answered)
    wallet = whole.accounts.get(asked.address)
    lamports, rent = wallet.lamports if wallet else 0, 0
    tokens = Counter[str]()
    empty: dict[TokenPlace, int] = {}
    for key, account in whole.accounts.items():
        held = None if key == asked.address else _held(account)
        # An account that was closed may be anybody's, and anything, by now.
        if account is None or held is None or held.owner != asked.address:
            continue
        wrapped = held.amount if held.mint == SOL_MINT else 0
        lamports, rent = lamports + wrapped, rent + account.lamports - wrapped
        tokens[held.mint] += held.amount - wrapped
        if not held.amount:
            place = TokenPlace(address=key, mint=held.mint, program=account.owner)
            empty[place] = account.lamports
    return WalletBalances(
        slot=whole.slot,
        lamports=lamports,
        rent_lamports=rent,
        tokens={mint: units for mint, units in tokens.items() if units},
        empty=empty,
    )


def _held(account: AccountBytes | None) -> HoldingReading | None:
    if account is None:
        return None
    try:
        return read_holding(account)
    except UnreadableAccount:
        return None
