"""Runs a small local world over HTTP: a seeded market, two RPC endpoints, a DexScreener."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.price_sources.dexscreener import DexScreener, dexscreener_site
from bot.adapters.price_sources.http_source import HttpSource
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings
from bot.adapters.solana.solana_chain import SolanaChain
from bot.sandbox.market.market import Market
from bot.sandbox.price_api.application import PriceApi, make_price_api_application
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.endpoint import Endpoint
from tests.builders.rpc_pools import seeded_chance

SETTINGS = RpcSettings(request_timeout_seconds=0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxWorld:
    """The world's parts, and our adapter looking at it."""

    ledger: Chain
    market: Market
    endpoints: Sequence[Endpoint]
    urls: Sequence[str]
    price_api: PriceApi
    rpc: RpcPool
    dexscreener: DexScreener
    chain: SolanaChain


@asynccontextmanager
async def sandbox_world(ledger: Chain | None = None) -> AsyncIterator[SandboxWorld]:
    """Run a world for the length of a block."""
    ledger = ledger or Chain()
    market, price_api = Market(ledger, seed=7), PriceApi(chain=ledger)
    clock, chance = SystemClock(), seeded_chance()
    async with (
        serve_rpc(ledger, name="one") as (first_url, first),
        serve_rpc(ledger, name="two") as (second_url, second),
        _serve(make_price_api_application(price_api)) as price_url,
        RpcPool(
            [EndpointConfig.from_url(url) for url in (first_url, second_url)],
            clock=clock,
            chance=chance,
            settings=SETTINGS,
        ) as rpc,
        HttpSource(
            replace(dexscreener_site(price_url), requests_per_second=200.0),
            clock=clock,
            chance=chance,
        ) as site,
    ):
        dexscreener = DexScreener(site, clock)
        yield SandboxWorld(
            ledger=ledger,
            market=market,
            endpoints=(first, second),
            urls=(first_url, second_url),
            price_api=price_api,
            rpc=rpc,
            dexscreener=dexscreener,
            chain=SolanaChain(rpc, [dexscreener], clock),
        )


@asynccontextmanager
async def _serve(application: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
