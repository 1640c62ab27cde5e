"""Open what live swaps will go through: Jupiter, and the endpoints that are sent to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import SystemRandom

from bot.adapters.clock import SystemClock
from bot.adapters.solana.block_engine import BlockEngine
from bot.adapters.solana.chain_sending import KNOWN_TIP_ACCOUNTS, SolanaSending
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.venues.jupiter.client import JupiterClient
from bot.adapters.venues.jupiter.settings import JupiterPlan, JupiterSettings
from bot.adapters.venues.jupiter.venue import JupiterVenue
from bot.bootstrap.outside import network_cost_settings, open_chain
from bot.bootstrap.settings import Settings


def jupiter_settings(settings: Settings) -> JupiterSettings:
    """Give how Jupiter is asked."""
    key, plan = settings.jupiter_api_key.get_secret_value(), settings.jupiter_plan
    if not key:
        bought = JupiterPlan.KEYLESS
    else:
        bought = JupiterPlan.FREE if plan == "auto" else JupiterPlan(plan)
    return JupiterSettings(base_url=settings.jupiter_base, api_key=key, plan=bought)


@asynccontextmanager
async def open_swap_venue(settings: Settings) -> AsyncIterator[JupiterVenue]:
    """Give the venue that the settings name."""
    clock = SystemClock()
    async with JupiterClient(jupiter_settings(settings), clock) as client:
        yield JupiterVenue(client, clock)


@asynccontextmanager
async def open_chain_sending(settings: Settings) -> AsyncIterator[SolanaSending]:
    """Give the endpoints that the settings name, to send to and to hear from one by one."""
    async with open_chain(settings) as (rpc, _), sending_over(settings, rpc) as sending:
        yield sending


@asynccontextmanager
async def sending_over(settings: Settings, rpc: RpcPool) -> AsyncIterator[SolanaSending]:
    """Give the same over endpoints that are open already."""
    engine = _block_engine(settings)
    try:
        yield SolanaSending(
            rpc,
            network_cost_settings(settings),
            engine=engine,
            tip_accounts=KNOWN_TIP_ACCOUNTS | set(settings.live_tip_accounts),
        )
    finally:
        if engine is not None:
            await engine.close()


def _block_engine(settings: Settings) -> BlockEngine | None:
    if not settings.jito_base:
        return None
    return BlockEngine(settings.jito_base, clock=SystemClock(), chance=SystemRandom())
