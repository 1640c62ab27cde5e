"""What an address is on the chain: a wallet, or something that must not be sent to."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.rpc_failover import WHAT
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.destinations import AccountUse
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SYSTEM_PROGRAM, TOKEN_2022_PROGRAM, TOKEN_PROGRAM

_LOADERS = ("BPFLoader", "NativeLoader", "LoaderV4")
_MINT_BYTES, _KIND_PLACE, _MINT_KIND = 82, 165, 1


class SolanaDestinations:
    """Implements `bot.ports.withdrawals.DestinationLooks`."""

    def __init__(self, rpc: RpcPool) -> None:
        self._rpc = rpc

    async def use_of(self, address: str) -> AccountUse:
        """Give what an address is used for; raises `Unavailable`."""
        (answer,) = await self._rpc.read_groups([(address,)])
        if answer is None:
            raise Unavailable(WHAT, "an address to withdraw to")
        return _use_of(answer.accounts.get(address))


def _use_of(account: AccountBytes | None) -> AccountUse:
    if account is None:
        return AccountUse.NONE
    if account.owner == SYSTEM_PROGRAM:
        # With data it is a nonce's account, which only its authority can use.
        return AccountUse.OTHER if account.data else AccountUse.WALLET
    if account.owner in {TOKEN_PROGRAM, TOKEN_2022_PROGRAM}:
        return _token_use(account.data)
    return AccountUse.PROGRAM if account.owner.startswith(_LOADERS) else AccountUse.OTHER


def _token_use(data: bytes) -> AccountUse:
    """Tell mints from holdings, by their length or by the kind that Token-2022 puts behind."""
    is_mint = len(data) == _MINT_BYTES or data[_KIND_PLACE : _KIND_PLACE + 1] == bytes(
        (_MINT_KIND,)
    )
    return AccountUse.MINT if is_mint else AccountUse.TOKEN_ACCOUNT
