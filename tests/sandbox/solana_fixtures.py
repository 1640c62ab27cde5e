"""A chain whose time stands still, an RPC server over it, and ways to speak to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from solana.rpc.async_api import AsyncClient
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.endpoint import Endpoint

GENUINE_ACCOUNTS = Path(__file__).parents[3] / "shared" / "data" / "solana_accounts"
SOL = 10**9


class StillTime:
    """A monotonic clock that moves only when told."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


def still_chain(**options: int) -> Chain:
    """Make a chain on which slots pass by `advance` alone."""
    return Chain(monotonic_ns=StillTime(), **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A served chain and two clients of it."""

    url: str
    chain: Chain
    endpoint: Endpoint
    http: aiohttp.ClientSession
    client: AsyncClient

    async def call(self, method: str, *parameters: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        async with self.http.post(self.url, json=body) as response:
            return await response.json()

    async def result(self, method: str, *parameters: object) -> Any:
        return (await self.call(method, *parameters))["result"]


@asynccontextmanager
async def running_node(chain: Chain) -> AsyncIterator[Node]:
    async with (
        serve_rpc(chain) as (url, endpoint),
        aiohttp.ClientSession() as http,
        AsyncClient(url, max_transport_retries=0, http2=False) as client,
    ):
        yield Node(url=url, chain=chain, endpoint=endpoint, http=http, client=client)


@asynccontextmanager
async def running(application: web.Application) -> AsyncIterator[str]:
    """Serve an application on a free port and give its base URL."""
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def sol_transfer(chain: Chain, payer: Keypair, to: Pubkey, lamports: int) -> VersionedTransaction:
    params = TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=lamports)
    blockhash = chain.blockhash(chain.slot)
    message = MessageV0.try_compile(payer.pubkey(), [transfer(params)], [], blockhash)
    return VersionedTransaction(message, [payer])


def genuine(*names: str) -> Sequence[Path]:
    """Give paths of genuine dumps, or skip the test where they are absent."""
    if not GENUINE_ACCOUNTS.is_dir():
        pytest.skip("the genuine account dumps are not beside this checkout")
    return [GENUINE_ACCOUNTS / name for name in names] or [GENUINE_ACCOUNTS]
