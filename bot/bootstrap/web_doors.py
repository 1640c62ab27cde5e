"""Opens the two HTTP doors: the public one for people and Telegram, and the operator's own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from importlib import import_module

from aiohttp import web
from yarl import URL

from bot.bootstrap.bots import webhook_of
from bot.bootstrap.public_address import public_url
from bot.bootstrap.roles import ProcessRole
from bot.bootstrap.settings import Settings
from bot.domain.errors import Unavailable
from bot.ports.clock import Clock
from bot.services.catalogue import Services
from bot.telegram.receiver import Receiver
from bot.web.operations import AtWork, operations_application

_BACKLOG = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDoor:
    """The public door's socket, which listens before anybody is there to open.

    `address` is where it is bound, `public_url` where people reach it. A process that opens no door
    has no socket, and knows where people reach that of others.
    """

    listener: socket.socket | None
    address: str
    public_url: str


@asynccontextmanager
async def door_of(settings: Settings, role: ProcessRole) -> AsyncIterator[PublicDoor]:
    """Give the public door of a role; raises `Unavailable` where its port is taken."""
    if role in {ProcessRole.ALL, ProcessRole.WEB}:
        async with public_door(settings) as door:
            yield door
        return
    bound_to = _address((settings.http_host, settings.http_port))
    url = public_url(named=settings.public_url, webhook_url=settings.webhook_url, bound_to=bound_to)
    yield PublicDoor(listener=None, address="", public_url=url)


@asynccontextmanager
async def public_door(settings: Settings) -> AsyncIterator[PublicDoor]:
    """Listen at HTTP_HOST:HTTP_PORT; raises `Unavailable` where that is taken."""
    listener = _listening(settings.http_host, settings.http_port, "HTTP_PORT")
    with closing(listener):
        address = _address(listener.getsockname())
        url = public_url(
            named=settings.public_url, webhook_url=settings.webhook_url, bound_to=address
        )
        yield PublicDoor(listener=listener, address=address, public_url=url)


@asynccontextmanager
async def operations_door(settings: Settings, at_work: AtWork) -> AsyncIterator[str]:
    """Answer health, status and metrics at OPERATIONS_HOST; gives the address.

    Raises `Unavailable` where its port is taken.
    """
    runner = web.AppRunner(operations_application(at_work), access_log=None)
    await runner.setup()
    listener = _listening(settings.operations_host, settings.operations_port, "OPERATIONS_PORT")
    try:
        await web.SockSite(runner, listener).start()
        yield _address(listener.getsockname())
    finally:
        await runner.cleanup()
        listener.close()


async def answer_door(
    door: PublicDoor, settings: Settings, services: Services, receiver: Receiver, clock: Clock
) -> None:
    """Serve the public door once somebody knocks, or at once where Telegram will."""
    assert door.listener is not None, "only who has a door answers it"  # noqa: S101
    if not settings.webhook_url:
        await _knock(door.listener)
    # FastAPI takes half a second to import: a bot that nobody visits never does, and in a thread
    # it holds nobody up.
    for module in ("bot.web.application", "bot.web.server"):
        await asyncio.to_thread(import_module, module)
    from bot.web.application import WebDoor, web_application  # noqa: PLC0415
    from bot.web.door import Hook  # noqa: PLC0415
    from bot.web.server import serve  # noqa: PLC0415

    def hook(bot: int) -> Hook:
        url, secret = webhook_of(settings, bot)
        return Hook(path=URL(url).path, secret=secret, receive=receiver.of_bot(bot))

    hooks = range(1, 1 + len(settings.bot_tokens)) if settings.webhook_url else ()
    # Building the routes takes longer than a tick may wait, too.
    application = await asyncio.to_thread(
        web_application,
        WebDoor(
            security=services.security,
            exports=services.exports,
            audit=services.records.audit,
            withdrawals=services.live.withdrawals.asking if services.live else None,
            public_url=door.public_url,
            clock=clock,
            live=services.live,
            receive=receiver.receive if settings.webhook_url else None,
            webhook_secret=settings.webhook_secret.get_secret_value(),
            webhook_path=URL(settings.webhook_url).path if settings.webhook_url else "",
            more_hooks=tuple(map(hook, hooks)),
        ),
    )
    await serve(application, door.listener, trusted_proxies=settings.trusted_proxies)


async def _knock(listener: socket.socket) -> None:
    knocked, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(listener.fileno(), knocked.set)
    try:
        await knocked.wait()
    finally:
        loop.remove_reader(listener.fileno())


def _listening(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        what = f"{host}:{port}"
        raise Unavailable(what, f"{error.strerror}; name another {setting}") from error
    listener.setblocking(False)
    return listener


def _address(name: Sequence[object]) -> str:
    host, port = str(name[0]), name[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
