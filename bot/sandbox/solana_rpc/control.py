"""The switches of the endpoints over HTTP: what each serves and what is wrong with it."""

from collections.abc import Sequence

import orjson
from aiohttp import web

from bot.sandbox.solana_rpc.dispatch import answer
from bot.sandbox.solana_rpc.endpoint import Endpoint
from bot.sandbox.solana_rpc.faults import read_faults


def make_rpc_control_application(endpoints: Sequence[Endpoint]) -> web.Application:
    """Make the application of the switches; paths start with `/sandbox/rpc`."""
    application = web.Application()
    application.add_routes(rpc_control_routes(endpoints))
    return application


def rpc_control_routes(endpoints: Sequence[Endpoint]) -> list[web.RouteDef]:
    """Give the switches as routes, to be added to an application of the caller's.

    Endpoints are numbered from 1 in the order given. `GET /sandbox/rpc` lists them;
    `GET` and `POST /sandbox/rpc/{n}/faults` read and replace the faults of one.
    `GET /sandbox/transactions/{signature}` shows a transaction to people.
    """

    async def list_endpoints(_: web.Request) -> web.Response:
        listed = [_as_json(number, each) for number, each in enumerate(endpoints, start=1)]
        return _json(listed)

    async def show_transaction(request: web.Request) -> web.Response:
        options = {"encoding": "json", "maxSupportedTransactionVersion": 0}
        asked = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "getTransaction",
            "params": [request.match_info["signature"], options],
        }
        told = orjson.loads(answer(endpoints[0], orjson.dumps(asked)))
        return web.Response(
            body=orjson.dumps(told, option=orjson.OPT_INDENT_2), content_type="application/json"
        )

    async def get_faults(request: web.Request) -> web.Response:
        return _json(_chosen(request, endpoints).faults.as_json())

    async def post_faults(request: web.Request) -> web.Response:
        endpoint = _chosen(request, endpoints)
        try:
            endpoint.faults = read_faults(orjson.loads(await request.read()))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(endpoint.faults.as_json())

    return [
        web.get("/sandbox/transactions/{signature:[1-9A-HJ-NP-Za-km-z]{64,88}}", show_transaction),
        web.get("/sandbox/rpc", list_endpoints),
        web.get("/sandbox/rpc/{number:[0-9]{1,3}}/faults", get_faults),
        web.post("/sandbox/rpc/{number:[0-9]{1,3}}/faults", post_faults),
    ]


def _chosen(request: web.Request, endpoints: Sequence[Endpoint]) -> Endpoint:
    number = int(request.match_info["number"])
    if not 1 <= number <= len(endpoints):
        raise web.HTTPNotFound(text=f"no endpoint {number}")
    return endpoints[number - 1]


def _as_json(number: int, endpoint: Endpoint) -> dict[str, object]:
    return {
        "number": number,
        "name": endpoint.name,
        "slot": endpoint.tip,
        "requests_served": endpoint.requests_served,
        "connections": endpoint.connections,
        "faults": endpoint.faults.as_json(),
    }


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
