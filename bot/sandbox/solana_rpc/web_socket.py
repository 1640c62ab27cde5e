"""The node over WebSocket: subscriptions, with the endpoint's faults in front of every word."""

import asyncio
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.subscriptions import Subscriptions

LOOK_AGAIN_SECONDS = 0.02
MS_PER_SECOND = 1_000
UPGRADE_REQUIRED = 426


async def serve_web_socket(endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    """Serve one connection until either side ends it."""
    if endpoint.faults.http_status:
        return web.Response(status=endpoint.faults.http_status, text="upstream unavailable")
    socket = web.WebSocketResponse()
    if not socket.can_prepare(request):
        return web.Response(status=UPGRADE_REQUIRED, headers={"Upgrade": "websocket"})
    if _is_cut(endpoint):
        _cut(request)
        return web.Response()
    await socket.prepare(request)
    endpoint.connections += 1
    subscriptions = Subscriptions(endpoint)
    try:
        async with asyncio.TaskGroup() as group:
            told = group.create_task(_tell(endpoint, request, socket, subscriptions))
            await _hear(endpoint, socket, subscriptions)
            told.cancel()
    finally:
        endpoint.connections -= 1
    return socket


async def _hear(
    endpoint: Endpoint, socket: web.WebSocketResponse, subscriptions: Subscriptions
) -> None:
    async for message in socket:
        if message.type in {WSMsgType.TEXT, WSMsgType.BINARY} and not _is_silent(endpoint):
            await _say(endpoint, socket, subscriptions.answer(message.data))


async def _tell(
    endpoint: Endpoint,
    request: web.Request,
    socket: web.WebSocketResponse,
    subscriptions: Subscriptions,
) -> None:
    while not endpoint.closing and not socket.closed:
        if _is_cut(endpoint):
            _cut(request)
        if not _is_silent(endpoint):
            for notification in subscriptions.due():
                await _say(endpoint, socket, notification)
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await socket.close(code=WSCloseCode.GOING_AWAY)


async def _say(endpoint: Endpoint, socket: web.WebSocketResponse, text: bytes) -> None:
    faults = endpoint.faults
    if faults.latency_ms:
        await asyncio.sleep(faults.latency_ms / MS_PER_SECOND)
    if faults.garbage or faults.ws_garbage:
        text = text[: len(text) // 2]
    if not socket.closed and not _is_cut(endpoint):
        with suppress(ConnectionError):
            await socket.send_str(text.decode())


def _is_cut(endpoint: Endpoint) -> bool:
    return endpoint.faults.dead or endpoint.faults.ws_dead


def _is_silent(endpoint: Endpoint) -> bool:
    return endpoint.faults.hang or endpoint.faults.ws_silent


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
