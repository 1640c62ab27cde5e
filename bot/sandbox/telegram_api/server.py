"""The HTTP application around a world, and a server of it for tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from bot.sandbox.telegram_api.bot_api import REQUEST_LIMIT_BYTES, BotApi
from bot.sandbox.telegram_api.people_api import PeopleApi
from bot.sandbox.telegram_api.webhook_delivery import WebhookDelivery
from bot.sandbox.telegram_api.world import TelegramWorld

_SHUTDOWN_S = 2.0


def make_telegram_application(
    world: TelegramWorld,
    *others: TelegramWorld,
    delivery: WebhookDelivery | None = None,
) -> web.Application:
    """Build the application: the bot's side, the people's side, and webhook delivery.

    `others` are the worlds of more bots, reached by their tokens; people act in them from within
    this process.
    """
    application = web.Application(client_max_size=REQUEST_LIMIT_BYTES)
    add_telegram(application, world, *others, delivery=delivery)
    return application


def add_telegram(
    application: web.Application,
    world: TelegramWorld,
    *others: TelegramWorld,
    delivery: WebhookDelivery | None = None,
) -> None:
    """Put worlds' addresses and their webhook delivery into an application of others."""
    application.add_routes([*BotApi(world, *others).routes(), *PeopleApi(world).routes()])
    _open(application, world, delivery or WebhookDelivery(world))
    for other in others:
        _open(application, other, WebhookDelivery(other))


def _open(application: web.Application, world: TelegramWorld, courier: WebhookDelivery) -> None:
    async def deliver(_application: web.Application) -> AsyncIterator[None]:
        world.reopen()
        # The one task of this world; what it spawns lives in its own task group.
        task = asyncio.get_running_loop().create_task(courier.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def close(_application: web.Application) -> None:
        world.close()

    application.cleanup_ctx.append(deliver)
    application.on_shutdown.append(close)


@asynccontextmanager
async def serve_telegram(
    world: TelegramWorld,
    *others: TelegramWorld,
    host: str = "127.0.0.1",
    port: int = 0,
    delivery: WebhookDelivery | None = None,
) -> AsyncIterator[str]:
    """Serve a world while the context lasts; gives the base URL without a slash at the end."""
    application = make_telegram_application(world, *others, delivery=delivery)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{_bound_port(runner)}"
    finally:
        await runner.cleanup()


def _bound_port(runner: web.AppRunner) -> int:
    address = runner.addresses[0]
    return int(address[1])
