"""The node on one port: POST / and a WebSocket on it, with the endpoint's faults in front."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
from aiohttp import web

from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.dispatch import answer
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.web_socket import serve_web_socket

MAX_BODY_BYTES = 1_048_576
HANG_CHECK_SECONDS = 0.05
MS_PER_SECOND = 1_000
TOO_MANY_REQUESTS = 429
GARBAGE_LETTERS_CUT = 40


def make_rpc_application(endpoint: Endpoint) -> web.Application:
    """Make the node of one endpoint; many may share a chain."""

    async def serve(request: web.Request) -> web.StreamResponse:
        return await _serve(endpoint, request)

    async def subscribe(request: web.Request) -> web.StreamResponse:
        return await serve_web_socket(endpoint, request)

    async def release(_: web.Application) -> None:
        endpoint.closing = True

    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.router.add_post("/", serve)
    application.router.add_get("/", subscribe)
    application.on_shutdown.append(release)
    return application


@asynccontextmanager
async def serve_rpc(
    chain: Chain, port: int = 0, name: str = "node", host: str = "127.0.0.1"
) -> AsyncIterator[tuple[str, Endpoint]]:
    """Serve a chain for the length of a block; gives the URL and the endpoint."""
    endpoint = Endpoint(name=name, chain=chain)
    runner = web.AppRunner(make_rpc_application(endpoint), shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        _, bound_port = runner.addresses[0][:2]
        yield f"http://{host}:{bound_port}/", endpoint
    finally:
        await runner.cleanup()


async def _serve(endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    body = await request.read()
    if not endpoint.admit():
        return _too_many_requests()
    if endpoint.faults.latency_ms:
        await asyncio.sleep(endpoint.faults.latency_ms / MS_PER_SECOND)
    while endpoint.faults.hang and not endpoint.closing:  # noqa: ASYNC110 - faults are plain data
        await asyncio.sleep(HANG_CHECK_SECONDS)
    if endpoint.faults.dead and request.transport is not None:
        request.transport.abort()
        return web.Response()
    if endpoint.faults.http_status:
        return web.Response(status=endpoint.faults.http_status, text="upstream unavailable")
    response = answer(endpoint, body)
    if endpoint.faults.garbage:
        response = _spoil(response, endpoint.requests_served)
    return web.Response(body=response, content_type="application/json")


def _too_many_requests() -> web.Response:
    error = {"code": TOO_MANY_REQUESTS, "message": "Too many requests for a specific RPC call"}
    return web.Response(
        status=TOO_MANY_REQUESTS,
        headers={"Retry-After": "1"},
        body=orjson.dumps({"jsonrpc": "2.0", "error": error, "id": None}),
        content_type="application/json",
    )


def _spoil(response: bytes, turn: int) -> bytes:
    """Break the answer: its JSON on odd turns, the base64 inside it on even ones."""
    marker = b'","base64"]'
    if turn % 2 or marker not in response:
        return response[: len(response) // 2] + b'}"garbage'
    head, _, tail = response.partition(marker)
    return head[:-1] + b"!" + marker + tail
