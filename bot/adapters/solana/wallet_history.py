"""What happened to wallets, as all nodes together tell it: signatures by address, movements."""

from collections.abc import Sequence
from typing import TypeVar

from bot.adapters.solana.account_batches import read_account
from bot.adapters.solana.every_endpoint import Said
from bot.adapters.solana.meta_balances import mapping
from bot.adapters.solana.movement_meta import read_movement
from bot.adapters.solana.pools.holdings import read_holding
from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_failover import WHAT
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_reply import is_slot
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest
from bot.domain.errors import Unavailable, UnreadableAccount
from bot.domain.identifiers import TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from bot.domain.movements import Movement, TokenPlace
from bot.ports.wallet_history import Named

PAGE = 1_000  # source: Solana RPC, getSignaturesForAddress: the most on a page
_MOST_PAGES = 1_000
_FINALIZED = {"commitment": "finalized"}
T = TypeVar("T")
_Page = tuple[Named, ...]
_Found = tuple[Movement | None]


class SolanaHistory:
    """Implements `bot.ports.wallet_history.WalletHistory` over the pool of endpoints.

    Finalized only: what is told here can never be dropped. A node that never heard of a
    transaction takes nothing from what another one knows.
    """

    def __init__(
        self, rpc: RpcPool, *, timeout_seconds: float = 3.0, page_size: int = PAGE
    ) -> None:
        self._rpc = rpc
        self._timeout_seconds = timeout_seconds
        self._page_size = page_size

    async def since(self, address: str, slot: int) -> Sequence[Named]:
        """Give the transactions that name an address from a slot on, the oldest first.

        Pages go back in time. Where nodes differ, the next page begins behind the newest end of
        all of their pages, so that nothing lies between.
        """
        found: dict[str, Named] = {}
        before: str | None = None
        for _ in range(_MOST_PAGES):
            pages = await self._pages(address, before)
            ends = [page[-1] for page in pages if len(page) == self._page_size]
            # Newest first on a page, so the oldest come last: turned round at the end.
            found |= {each.signature: each for page in pages for each in page}
            if not ends or max(ends, key=_slot).slot < slot:
                break
            before = max(ends, key=_slot).signature
        wanted = [each for each in reversed(found.values()) if each.slot >= slot]
        return sorted(wanted, key=_slot)

    async def _pages(self, address: str, before: str | None) -> list[_Page]:
        options = {"limit": self._page_size, **_FINALIZED}
        if before is not None:
            options["before"] = before
        request = RpcRequest(
            method="getSignaturesForAddress", params=(address, options), read=_read_page
        )
        said = await self._rpc.every.ask(request, timeout_seconds=self._timeout_seconds)
        return _values([each for (each,) in said])

    async def movement(self, signature: str, wallet: str) -> Movement | None:
        """Give what a finalized transaction did to a wallet; None where no node has it."""

        def read(result: object, _slot: int) -> _Found:
            return (read_movement(result, signature, wallet),)

        options = {"encoding": "json", "maxSupportedTransactionVersion": 0, **_FINALIZED}
        request = RpcRequest(method="getTransaction", params=(signature, options), read=read)
        said = await self._rpc.every.ask(request, timeout_seconds=self._timeout_seconds)
        answers = _values([each for (each,) in said])
        return next((found for (found,) in answers if found is not None), None)

    async def places(self, wallet: str) -> Sequence[TokenPlace]:
        """Give the token accounts that a wallet has now."""
        found: list[TokenPlace] = []
        for program in (TOKEN_PROGRAM, TOKEN_2022_PROGRAM):
            options = {"encoding": "base64", "commitment": "confirmed"}
            try:
                result = await self._rpc.call(
                    "getTokenAccountsByOwner", (wallet, {"programId": program}, options)
                )
                found += _read_places(result)
            except (RpcRefused, GarbledAnswer, UnreadableAccount) as error:
                raise Unavailable(WHAT, str(error)) from error
        return found


def _slot(named: Named) -> int:
    return named.slot


def _values(said: Sequence[Said[T]]) -> list[T]:
    """Give what was answered; raises `Unavailable` where nothing was."""
    values = [each.value for each in said if each.value is not None]
    if not values:
        told = "; ".join(f"{each.node}: {each.trouble}" for each in said)
        raise Unavailable(WHAT, told)
    return values


def _read_page(result: object, _slot: int) -> _Page:
    if not isinstance(result, list):
        raise GarbledAnswer("no list of signatures")
    return tuple(_read_named(mapping(each)) for each in result)


def _read_named(told: object) -> Named:
    fields = mapping(told)
    signature, slot = fields.get("signature"), fields.get("slot")
    if not isinstance(signature, str) or not is_slot(slot):
        raise GarbledAnswer("a signature without its slot")
    return Named(signature=signature, slot=slot)


def _read_places(result: object) -> list[TokenPlace]:
    listed = mapping(result).get("value")
    if not isinstance(listed, list):
        raise GarbledAnswer("no list of token accounts")
    return [_read_place(mapping(each)) for each in listed]


def _read_place(told: object) -> TokenPlace:
    fields = mapping(told)
    address, account = fields.get("pubkey"), read_account(fields.get("account"))
    if not isinstance(address, str) or account is None:
        raise GarbledAnswer("a token account without its address")
    return TokenPlace(address=address, mint=read_holding(account).mint, program=account.owner)
