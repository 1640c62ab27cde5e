"""Sends transactions to a block engine alone, so that nobody sees them before they land."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from random import Random

from yarl import URL

from bot.adapters.http_lines.lines import Lines
from bot.adapters.solana.every_endpoint import EveryEndpoint
from bot.adapters.solana.rpc_endpoint import RpcEndpoint
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcLimits, RpcSettings
from bot.ports.chain_sending import SendWord
from bot.ports.clock import Clock

_PATH = "api/v1/transactions"
# One request a second and address: Jito's docs say so, older ones allow five.
_LIMITS = RpcLimits(
    requests_per_second=1.0, burst=1, method_requests_per_second=1.0, method_burst=1
)


class BlockEngine:
    """Jito's block engine: takes a transaction with a tip as a bundle of its own.

    Such a bundle lands whole or not at all, and one that would fail is not taken, so it costs
    nothing. Without a tip of at least 1,000 lamports it is not looked at. It does not tell what
    became of it: that is asked of the chain. Source: docs.jito.wtf, `sendTransaction` with
    `bundleOnly`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        chance: Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        timeout_seconds: float = 3.0,
    ) -> None:
        url = (URL(base_url) / _PATH).with_query(bundleOnly="true")
        config = EndpointConfig(url=url, limits=_LIMITS)
        endpoint = RpcEndpoint(0, config, settings=RpcSettings(), clock=clock, chance=chance)
        self._lines = Lines()
        self._every = EveryEndpoint([endpoint], lines=self._lines, sleep=sleep)
        self._timeout_seconds = timeout_seconds

    async def send(self, raw: bytes) -> SendWord:
        """Send the bytes; an error is no proof that they did not go on."""
        request = RpcRequest(
            method="sendTransaction",
            params=(b64encode(raw).decode(), {"encoding": "base64"}),
            read=_read_text,
        )
        ((said,),) = await self._every.ask(request, timeout_seconds=self._timeout_seconds)
        return SendWord(
            node=f"block engine {said.node}",
            is_accepted=said.value is not None,
            error=said.trouble,
        )

    async def close(self) -> None:
        """Close all connections; a later call opens new ones."""
        await self._lines.close()


def _read_text(result: object, _slot: int) -> str:
    if not isinstance(result, str):
        raise GarbledAnswer("no signature")
    return result
