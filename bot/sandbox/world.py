"""Assembles the sandbox: Telegram, Solana, the market, the price API and the page as one world."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.chat_page.application import chat_page_routes, refuse_other_origins
from bot.sandbox.chat_page.bot_status import BotStatusProxy
from bot.sandbox.jupiter_api.application import make_swap_application
from bot.sandbox.jupiter_api.block_engine import make_block_engine_application
from bot.sandbox.jupiter_api.control import swap_control_routes
from bot.sandbox.jupiter_api.venue import SwapVenue, make_venue
from bot.sandbox.market.application import market_routes
from bot.sandbox.market.dumps import load_accounts
from bot.sandbox.market.market import Market, run_market
from bot.sandbox.price_api.application import (
    PriceApi,
    make_price_api_application,
    price_api_control_routes,
)
from bot.sandbox.price_api.geckoterminal import (
    REQUESTS_PER_MINUTE as GECKOTERMINAL_REQUESTS,
)
from bot.sandbox.price_api.geckoterminal import make_geckoterminal_application
from bot.sandbox.price_api.jupiter import REQUESTS_PER_MINUTE as JUPITER_REQUESTS
from bot.sandbox.price_api.jupiter import make_jupiter_application
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.control import rpc_control_routes
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.telegram_api.bot_api import REQUEST_LIMIT_BYTES
from bot.sandbox.telegram_api.server import add_telegram
from bot.sandbox.telegram_api.webhook_delivery import WebhookDelivery
from bot.sandbox.telegram_api.world import TelegramWorld
from bot.sandbox.world_options import WorldOptions

ENDPOINT_NAMES = ("alpha", "beta")
DEXSCREENER_PATH = "/dexscreener"
GECKOTERMINAL_PATH = "/geckoterminal/api/v2"
JUPITER_PATH = "/jupiter"
SWAP_PATH = f"{JUPITER_PATH}/swap"
BLOCK_ENGINE_PATH = "/jito"
SHUTDOWN_SECONDS = 2.0
UPLOAD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""An uploaded file is shown, never run, though it comes from the page's own origin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxWorld:
    """A running world: its addresses, and its parts for tests in the same process."""

    page_url: str
    bot_api_base: str
    bot_token: str
    rpc_urls: tuple[str, ...]
    ws_urls: tuple[str, ...]
    dexscreener_base: str
    geckoterminal_base: str
    jupiter_base: str
    jito_base: str
    problems: tuple[str, ...]
    telegram: TelegramWorld
    chain: Chain
    market: Market
    endpoints: tuple[Endpoint, ...]
    swaps: SwapVenue

    def to_ready(self) -> dict[str, object]:
        """Render the line that says that the world is ready."""
        maker = self.swaps.maker
        return {
            "page_url": self.page_url,
            "bot_api_base": self.bot_api_base,
            "bot_token": self.bot_token,
            "rpc_urls": list(self.rpc_urls),
            "ws_urls": list(self.ws_urls),
            "dexscreener_base": self.dexscreener_base,
            "geckoterminal_base": self.geckoterminal_base,
            "jupiter_base": self.jupiter_base,
            "jito_base": self.jito_base,
            "swap_counterparties": [str(maker.address), str(maker.fee_owner)],
            "swap_tip_accounts": [str(maker.tips)],
            "people": [person.to_state() for person in self.telegram.people.values()],
            "tokens": [
                {"symbol": token.symbol, "mint": str(token.mint)} for token in self.market.tokens()
            ],
            "problems": list(self.problems),
        }


@asynccontextmanager
async def sandbox_world(options: WorldOptions) -> AsyncIterator[SandboxWorld]:
    """Run a world for the length of a block, on free ports unless told otherwise.

    Raises:
        OSError: the port is taken.
        ValueError: the bot token or the status address is none.
    """
    chain = Chain(slot_ms=options.slot_ms)
    report = load_accounts(chain, options.accounts)
    market = Market(chain, options.seed)
    telegram = TelegramWorld(
        options.bot_token, options.telegram_seed, updates_kept=options.updates_kept
    )
    async with AsyncExitStack() as stack:
        served = [await stack.enter_async_context(serve_rpc(chain, 0, n)) for n in ENDPOINT_NAMES]
        endpoints = tuple(endpoint for _, endpoint in served)
        swaps = make_venue(market)
        application = _application(options, telegram, swaps, endpoints, report.problems)
        base = await stack.enter_async_context(_serve(application, options))
        yield SandboxWorld(
            page_url=f"{base}/",
            bot_api_base=base,
            bot_token=options.bot_token,
            rpc_urls=tuple(url for url, _ in served),
            ws_urls=tuple(url.replace("http", "ws", 1) for url, _ in served),
            dexscreener_base=f"{base}{DEXSCREENER_PATH}",
            geckoterminal_base=f"{base}{GECKOTERMINAL_PATH}",
            jupiter_base=f"{base}{JUPITER_PATH}",
            jito_base=f"{base}{BLOCK_ENGINE_PATH}",
            problems=report.problems,
            telegram=telegram,
            chain=chain,
            market=market,
            endpoints=endpoints,
            swaps=swaps,
        )


def _application(
    options: WorldOptions,
    telegram: TelegramWorld,
    swaps: SwapVenue,
    endpoints: tuple[Endpoint, ...],
    problems: tuple[str, ...],
) -> web.Application:
    application = web.Application(
        middlewares=[refuse_other_origins], client_max_size=REQUEST_LIMIT_BYTES
    )
    longest_pause_s = options.longest_webhook_pause_seconds
    delivery = WebhookDelivery(telegram, longest_pause_s=longest_pause_s)
    add_telegram(application, telegram, delivery=delivery)
    application.add_routes(chat_page_routes())
    application.add_routes(BotStatusProxy(options.bot_status_url).routes())
    application.add_routes(rpc_control_routes(endpoints))
    market = swaps.market
    application.add_routes(market_routes(market))
    application.add_routes(swap_control_routes(swaps))
    price_api = PriceApi(chain=market.chain)
    application.add_routes(price_api_control_routes(price_api))
    application.add_subapp(DEXSCREENER_PATH, make_price_api_application(price_api))
    candles = PriceApi(chain=market.chain, requests_per_minute=GECKOTERMINAL_REQUESTS)
    application.add_routes(price_api_control_routes(candles, "/sandbox/geckoterminal/faults"))
    application.add_subapp(GECKOTERMINAL_PATH, make_geckoterminal_application(candles))
    # Before the rest of Jupiter's paths: the first that fits is asked.
    application.add_subapp(SWAP_PATH, make_swap_application(swaps))
    application.add_subapp(BLOCK_ENGINE_PATH, make_block_engine_application(swaps))
    jupiter = PriceApi(chain=market.chain, requests_per_minute=JUPITER_REQUESTS)
    application.add_routes(price_api_control_routes(jupiter, "/sandbox/jupiter/faults"))
    application.add_subapp(JUPITER_PATH, make_jupiter_application(jupiter))
    application.router.add_get("/sandbox/world", _world_handler(problems))
    application.on_response_prepare.append(_guard_uploads)
    application.cleanup_ctx.append(_market_steps(market, options.market_seconds))
    return application


def _world_handler(problems: tuple[str, ...]) -> Handler:
    """Tell which world this is: a page that finds another one after a break starts afresh."""
    body = orjson.dumps({"started_at": str(time.time_ns()), "problems": problems})

    async def show(_: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return show


async def _guard_uploads(request: web.Request, response: web.StreamResponse) -> None:
    if request.path.startswith("/sandbox/files/"):
        response.headers.update(UPLOAD_HEADERS)


def _market_steps(
    market: Market, interval_seconds: float
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def run(_: web.Application) -> AsyncIterator[None]:
        # One task that ends with its server; a step that fails is told by the loop at once.
        loop = asyncio.get_running_loop()
        task = loop.create_task(run_market(market, interval_seconds))
        task.add_done_callback(_tell_failure)
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    return run


def _tell_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        failure = {"message": "the sandbox's market stopped", "exception": task.exception()}
        task.get_loop().call_exception_handler(failure)


@asynccontextmanager
async def _serve(application: web.Application, options: WorldOptions) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, options.host, options.port).start()
        _, bound_port = runner.addresses[0][:2]
        yield f"http://{options.host}:{bound_port}"
    finally:
        await runner.cleanup()
