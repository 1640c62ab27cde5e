"""The paths of the stand-in over HTTP, with Jupiter's limits and this venue's faults in front."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.jupiter_api.builds import answer_build
from bot.sandbox.jupiter_api.execution import answer_execute
from bot.sandbox.jupiter_api.faults import ExecuteAnswer
from bot.sandbox.jupiter_api.orders import answer_order
from bot.sandbox.jupiter_api.queries import BadQuery, SwapQuery, read_query
from bot.sandbox.jupiter_api.venue import NoRoute, SwapVenue

MS_PER_SECOND = 1_000
TOO_OFTEN = "[API Gateway] Too many requests"
Answer = Callable[[SwapVenue, SwapQuery], dict[str, object]]


def make_swap_application(venue: SwapVenue) -> web.Application:
    """Make the application: `/v2/order`, `/v2/build` and `/v2/execute`, below `/swap`."""
    application = web.Application(middlewares=[_gate(venue)])
    application.add_routes(
        [
            web.get("/v2/order", _asked(venue, answer_order, "jitoTipLamports")),
            web.get("/v2/build", _asked(venue, answer_build, "tipAmount")),
            web.post("/v2/execute", _execute(venue)),
        ]
    )
    return application


def _asked(venue: SwapVenue, answer: Answer, tip_name: str) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            query = read_query(request.query, tip_name=tip_name)
            return _json(answer(venue, query))
        except BadQuery as error:
            return _json({"error": str(error)}, status=400)
        except NoRoute:
            return _json({"error": "Failed to get quotes"}, status=400)

    return handle


def _execute(venue: SwapVenue) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return _json({"error": "Invalid JSON"}, status=400)
        answer = await answer_execute(venue, body)
        match venue.faults.execute_answer:
            case ExecuteAnswer.ERROR_500:
                return web.Response(status=500, text="Internal Server Error")
            case ExecuteAnswer.CUT:
                assert request.transport is not None, "it is being answered"  # noqa: S101
                request.transport.abort()
                return web.Response()
            case ExecuteAnswer.GARBAGE:
                return web.Response(body=b'{"status":"Succ', content_type="application/json")
            case _:
                return _json(answer)

    return handle


def _gate(venue: SwapVenue) -> Middleware:
    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        venue.requests_served += 1
        faults = venue.faults
        if faults.storm_429:
            venue.faults = replace(faults, storm_429=faults.storm_429 - 1)
        admission = venue.limits.admit(
            request.headers.get("x-api-key", ""),
            is_execute=request.path.endswith("/execute"),
            is_storm=faults.storm_429 > 0,
        )
        if admission is None:
            return _json({"code": 401, "message": "Unauthorized"}, status=401)
        headers = admission.headers() | {"x-api-gateway-request-id": venue.new_request_id()}
        if not admission.is_let_in:
            return web.Response(status=429, text=TOO_OFTEN, headers=headers)
        response = await _past_faults(venue, request, handler)
        response.headers.update(headers)
        return response

    return gate


async def _past_faults(
    venue: SwapVenue, request: web.Request, handler: Handler
) -> web.StreamResponse:
    if venue.faults.latency_ms:
        await asyncio.sleep(venue.faults.latency_ms / MS_PER_SECOND)
    if venue.faults.dead and request.transport is not None:
        request.transport.abort()
        return web.Response()
    if venue.faults.http_status:
        return web.Response(status=venue.faults.http_status, text="upstream unavailable")
    return await handler(request)


def _json(value: object, status: int = 200) -> web.Response:
    body = orjson.dumps(value)
    return web.Response(status=status, body=body, content_type="application/json")
