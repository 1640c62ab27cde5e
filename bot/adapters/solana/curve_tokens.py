"""Finds out which token a bonding curve sells, by the token account that the curve owns."""

from bot.adapters.solana.account_batches import read_account
from bot.adapters.solana.addresses import pump_curve_address
from bot.adapters.solana.pools.holdings import read_holding
from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_request import GarbledAnswer
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM

_OPTIONS = {"encoding": "base64", "commitment": "confirmed"}


async def token_of_curve(rpc: RpcPool, curve: str) -> str | None:
    """Give the mint of a curve, None if it cannot be found out.

    Only for curves known by their address alone. Anybody may send other tokens to a curve:
    the mint is the one from which the curve's address derives.
    """
    for program in (TOKEN_2022_PROGRAM, TOKEN_PROGRAM):
        params = (curve, {"programId": program}, _OPTIONS)
        try:
            result = await rpc.call("getTokenAccountsByOwner", params)
        except (Unavailable, RpcRefused):
            return None
        for mint in _mints(result):
            if pump_curve_address(mint) == curve:
                return mint
    return None


def _mints(result: object) -> list[str]:
    value = result.get("value") if isinstance(result, dict) else None
    entries = value if isinstance(value, list) else []
    found = []
    for entry in entries:
        try:
            account = read_account(entry.get("account") if isinstance(entry, dict) else None)
            if account is not None:
                found.append(read_holding(account).mint)
        except (GarbledAnswer, UnreadableAccount):
            continue
    return found
