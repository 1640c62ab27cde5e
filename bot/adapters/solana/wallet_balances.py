"""What a wallet has on the chain: its SOL, wrapped or not, and its tokens, all of one slot."""

from collections.abc import Mapping

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.holdings import read_holding
from bot.adapters.solana.rpc_failover import WHAT
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM, decode_address, encode_address
from bot.domain.signing.derived_addresses import token_account
from bot.ports.wallet_balances import WalletBalances


class SolanaBalances:
    """Implements `bot.ports.wallet_balances.ChainBalances`."""

    def __init__(self, rpc: RpcPool) -> None:
        self._rpc = rpc

    async def of(self, address: str, programs: Mapping[str, str]) -> WalletBalances:
        """Give a wallet's balances of mints; raises `Unavailable`."""
        asked = {SOL_MINT: TOKEN_PROGRAM, **programs}
        places = {mint: _place(address, mint, program) for mint, program in asked.items()}
        (answer,) = await self._rpc.read_groups([(address, *places.values())])
        if answer is None:
            raise Unavailable(WHAT, "a wallet's accounts")
        held = {mint: _held(answer.accounts.get(place)) for mint, place in places.items()}
        wallet = answer.accounts.get(address)
        wrapped, wrapped_rent = held.pop(SOL_MINT)
        # An account of wrapped SOL holds its units as lamports too.
        rent = wrapped_rent - wrapped + sum(lamports for _, lamports in held.values())
        return WalletBalances(
            slot=answer.slot,
            lamports=(wallet.lamports if wallet else 0) + wrapped,
            rent_lamports=rent,
            tokens={mint: units for mint, (units, _) in held.items()},
        )


def _place(owner: str, mint: str, program: str) -> str:
    keys = (decode_address(text) for text in (owner, mint, program))
    return encode_address(token_account(*keys))


def _held(account: AccountBytes | None) -> tuple[int, int]:
    """Give units and lamports of a token account, nothing where there is none."""
    if account is None:
        return 0, 0
    try:
        return read_holding(account).amount, account.lamports
    except UnreadableAccount as error:
        raise Unavailable(WHAT, str(error)) from error
