"""Open the outside world as the settings name it: database, RPC endpoints, Telegram."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from random import SystemRandom

import asyncpg
from yarl import URL

from bot.adapters.backups.wal_stream import WalStream
from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, Quiet, open_pool
from bot.adapters.database.embedded import NO_SERVER_SETTINGS, embedded_postgres, running_dsn
from bot.adapters.database.lease import Lease
from bot.adapters.database.migrate import migrate
from bot.adapters.price_sources.geckoterminal_candles import GeckoTerminalCandles, site_settings
from bot.adapters.price_sources.http_source import HttpSource
from bot.adapters.signing.signer_client import SignerClient
from bot.adapters.solana.discovery import PairSource
from bot.adapters.solana.network_costs import NetworkCostSettings
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import (
    EndpointConfig,
    RpcLimits,
    RpcSettings,
    StreamSettings,
    derived_stream_url,
)
from bot.adapters.solana.solana_chain import SolanaChain
from bot.bootstrap.archive_stream import archive_server_settings, open_archive
from bot.bootstrap.bots import Bots, open_bots
from bot.bootstrap.joining import joined, new_holder
from bot.bootstrap.lease_keeping import LeaseKeeper
from bot.bootstrap.price_sources import open_sources
from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.settings import DERIVED, NO_STREAM, Settings
from bot.bootstrap.wiring_redis import Shared, open_shared
from bot.ports.chain import WatchedSource
from bot.ports.chain_sending import ChainSending
from bot.ports.swap_venue import SwapVenue
from bot.ports.token_sources import TokenSource
from bot.telegram.bot_api import Uploads

_TELEGRAM_CONNECTIONS = 100
# The market is who hears of levels, and has those of its own already.
_QUIET = {ProcessRole.ALL: Quiet.ALL, ProcessRole.MARKET: Quiet.LEVELS}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOutside:
    """What real money is traded through, beside what paper has."""

    venue: SwapVenue
    sending: ChainSending
    signer: SignerClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the inside is wired to; all of it is closed by who opened it.

    `lease` is to be kept as long as the bot runs; none where no other bot can come. `leases` are
    those of one process of many, `shared` what it shares in Redis. `live` is there where live
    trading is on, `archive` where the database's log is archived, `bots` where Telegram is real.
    """

    clock: SystemClock
    pool: Pool
    rpc: RpcPool
    chain: SolanaChain
    sources: tuple[WatchedSource, ...]
    token_sources: tuple[TokenSource, ...]
    api: Uploads
    candle_source: GeckoTerminalCandles | None
    lease: Lease | None = None
    leases: LeaseKeeper | None = None
    shared: Shared | None = None
    dsn: str = ""
    live: LiveOutside | None = None
    archive: WalStream | None = None
    bots: Bots | None = None


@asynccontextmanager
async def open_database(
    settings: Settings, server: Mapping[str, str | None] = NO_SERVER_SETTINGS
) -> AsyncIterator[str]:
    """Give the address of the database: the one named, or the embedded one under `DATA_DIR`.

    `server` is for the embedded one alone: settings of its own.
    """
    named = settings.database_url.get_secret_value()
    if named:
        yield named
        return
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with embedded_postgres(settings.data_dir, settings=server) as embedded:
        yield embedded.dsn


@asynccontextmanager
async def reach_database(settings: Settings) -> AsyncIterator[str]:
    """Give the address of the database as it is: beside a bot that has the embedded one, too."""
    if not settings.database_url.get_secret_value():
        running = running_dsn(settings.data_dir)
        if running is not None and await _answers(running):
            yield running
            return
    async with open_database(settings) as dsn:
        yield dsn


async def _answers(dsn: str) -> bool:
    try:
        connection = await asyncpg.connect(dsn)
    except (OSError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


@asynccontextmanager
async def open_chain(
    settings: Settings, sources: Sequence[PairSource] = ()
) -> AsyncIterator[tuple[RpcPool, SolanaChain]]:
    """Give the endpoints that the settings name, and Solana through them and the sources."""
    clock, chance = SystemClock(), SystemRandom()
    async with AsyncExitStack() as stack:
        rates = settings.solana_rpc_per_second or (None,)
        endpoints = list(map(_endpoint, settings.rpc_urls(), cycle(rates), settings.ws_urls()))
        stream = StreamSettings(most_accounts=settings.solana_ws_accounts)
        pool = RpcPool(endpoints, clock=clock, chance=chance, settings=RpcSettings(stream=stream))
        rpc = await stack.enter_async_context(pool)
        yield rpc, SolanaChain(rpc, sources, clock, network_cost_settings(settings))


def network_cost_settings(settings: Settings) -> NetworkCostSettings:
    """Give how a priority fee is chosen, for paper and live alike."""
    return NetworkCostSettings(
        percentile=settings.priority_fee_percentile,
        cap_lamports=settings.priority_fee_cap_lamports,
        floor_lamports=min(
            settings.priority_fee_cap_lamports, NetworkCostSettings().floor_lamports
        ),
    )


def _endpoint(url: str, rate: float | None, stream: str) -> EndpointConfig:
    endpoint = replace(EndpointConfig.from_url(url), stream_url=stream_url(url, stream))
    if rate is None:
        return endpoint
    burst = max(1, int(rate))
    limits = RpcLimits(
        requests_per_second=rate, burst=burst, method_requests_per_second=rate, method_burst=burst
    )
    return replace(endpoint, limits=limits)


def stream_url(url: str, stream: str) -> URL | None:
    """Give the WebSocket of an endpoint as the settings mean it, None where it is off."""
    if stream == NO_STREAM:
        return None
    return derived_stream_url(URL(url)) if stream == DERIVED else URL(stream)


@asynccontextmanager
async def open_candle_source(settings: Settings) -> AsyncIterator[GeckoTerminalCandles | None]:
    """Give the source of older candles, if the settings name one."""
    if not settings.geckoterminal_base:
        yield None
        return
    clock = SystemClock()
    site = HttpSource(
        site_settings(settings.geckoterminal_base), clock=clock, chance=SystemRandom()
    )
    async with site:
        yield GeckoTerminalCandles(site, clock)


@asynccontextmanager
async def open_outside(
    settings: Settings, role: ProcessRole = ProcessRole.ALL
) -> AsyncIterator[Outside]:
    """Open everything and bring the database to the newest schema.

    A whole bot tells other processes nothing, since there are none. Raises `Unavailable` or
    `EmbeddedPostgresError` when the database cannot be had, also where another bot has it.
    """
    async with AsyncExitStack() as stack:
        server = archive_server_settings(settings)
        dsn = await stack.enter_async_context(open_database(settings, server))
        archive = await stack.enter_async_context(open_archive(settings, SystemClock()))
        lease = Lease(dsn, is_shared=role is not ProcessRole.ALL)
        await lease.take()
        stack.push_async_callback(lease.give_back)
        await migrate(dsn)
        holder, leases = "", None
        if role is not ProcessRole.ALL:
            holder = new_holder(role)
            joining = joined(dsn, role, holder, settings.lease_seconds)
            leases = await stack.enter_async_context(joining)
        sources = await stack.enter_async_context(open_sources(settings))
        rpc, chain = await stack.enter_async_context(open_chain(settings, sources))
        candles = await stack.enter_async_context(open_candle_source(settings))
        quiet = _QUIET.get(role, Quiet.NO)
        pool = await stack.enter_async_context(open_pool(dsn, quiet=quiet, holder=holder))
        is_alone = role is ProcessRole.ALL
        bots = await stack.enter_async_context(open_bots(settings, pool, is_alone=is_alone))
        yield Outside(
            clock=SystemClock(),
            dsn=dsn,
            pool=pool,
            rpc=rpc,
            chain=chain,
            sources=chain.sources if candles is None else (*chain.sources, candles),
            token_sources=sources,
            api=bots.api,
            bots=bots,
            candle_source=candles,
            lease=lease,
            archive=archive,
            leases=leases,
            shared=await stack.enter_async_context(open_shared(settings, holder)),
        )
