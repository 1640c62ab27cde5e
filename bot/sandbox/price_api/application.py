"""DexScreener's paths over HTTP, with its limit; and the faults that every price site has."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic_ns

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.sandbox.price_api.pairs import find_pairs, has_address, holds_mint, matches
from bot.sandbox.price_api.pool_facts import PairFacts
from bot.sandbox.solana_rpc.chain import Chain

REQUESTS_PER_MINUTE = 300
MINUTE_NS = 60 * 10**9
MS_PER_SECOND = 1_000
MOST_ADDRESSES = 30
CHAIN_NAME = "solana"
SCHEMA = "1.0.0"
NUMBERS_OFF = {"latency_ms": 0, "http_status": 0, "price_percent": 100}
"""Faults that are numbers, as they are when off; prices told are so many percent of the true."""


@dataclass(slots=True, kw_only=True)
class PriceApi:
    """The state of the stand-in: its faults, and the requests of the last minute."""

    chain: Chain
    requests_per_minute: int = REQUESTS_PER_MINUTE
    dead: bool = False
    latency_ms: int = 0
    http_status: int = 0
    garbage: bool = False
    price_percent: int = 100
    requests_served: int = 0
    clock_ns: Callable[[], int] = monotonic_ns
    _recent_ns: deque[int] = field(default_factory=deque)

    def admit(self) -> bool:
        """Count a request; tell whether the limit of the last minute lets it in."""
        self.requests_served += 1
        now = self.clock_ns()
        while self._recent_ns and now - self._recent_ns[0] >= MINUTE_NS:
            self._recent_ns.popleft()
        if len(self._recent_ns) >= self.requests_per_minute:
            return False
        self._recent_ns.append(now)
        return True

    def faults(self) -> dict[str, object]:
        """Give the faults as the control API writes them."""
        return {
            "dead": self.dead,
            "latency_ms": self.latency_ms,
            "http_status": self.http_status,
            "garbage": self.garbage,
            "price_percent": self.price_percent,
        }

    def set_faults(self, body: object) -> None:
        """Replace the faults; what is not named is off.

        Raises:
            ValueError: not an object, an unknown field, or a value of another type.
        """
        if not isinstance(body, dict) or not body.keys() <= self.faults().keys():
            raise ValueError(f"known faults: {', '.join(self.faults())}")
        flags = [body.get(name, False) for name in ("dead", "garbage")]
        numbers = [body.get(name, off) for name, off in NUMBERS_OFF.items()]
        if any(type(flag) is not bool for flag in flags):
            raise ValueError("dead and garbage are true or false")
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError(f"{', '.join(NUMBERS_OFF)} are whole numbers")
        self.dead, self.garbage = flags
        self.latency_ms, self.http_status, self.price_percent = numbers


def make_price_api_application(api: PriceApi) -> web.Application:
    """Make the application: DexScreener's paths and `/sandbox/price-api/faults`."""
    application = web.Application(middlewares=[gate(api)])
    application.add_routes([*_price_routes(api), *price_api_control_routes(api)])
    return application


def price_api_control_routes(
    api: PriceApi, path: str = "/sandbox/price-api/faults"
) -> list[web.RouteDef]:
    """Give the switches as routes, to be added to an application of the caller's."""

    async def get_faults(_: web.Request) -> web.Response:
        return _json(api.faults())

    async def post_faults(request: web.Request) -> web.Response:
        try:
            api.set_faults(orjson.loads(await request.read()))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(api.faults())

    return [web.get(path, get_faults), web.post(path, post_faults)]


def _price_routes(api: PriceApi) -> list[web.RouteDef]:
    def pairs(request: web.Request, wanted: Callable[[PairFacts], bool]) -> list[object]:
        known = request.match_info.get("chain", CHAIN_NAME) == CHAIN_NAME
        return list(find_pairs(api.chain, wanted, api.price_percent)) if known else []

    async def token_pairs(request: web.Request) -> web.Response:
        return _json(pairs(request, holds_mint([request.match_info["mint"]])))

    async def tokens(request: web.Request) -> web.Response:
        return _json(pairs(request, holds_mint(_addresses(request))))

    async def latest_pairs(request: web.Request) -> web.Response:
        found = pairs(request, has_address(_addresses(request)))
        pair = found[0] if found else None
        return _json({"schemaVersion": SCHEMA, "pairs": found or None, "pair": pair})

    async def search(request: web.Request) -> web.Response:
        text = request.query.get("q", "").strip()
        if not text:
            raise web.HTTPBadRequest(text="q is wanted")
        return _json({"schemaVersion": SCHEMA, "pairs": pairs(request, matches(text))})

    return [
        web.get("/token-pairs/v1/{chain}/{mint}", token_pairs),
        web.get("/tokens/v1/{chain}/{addresses}", tokens),
        web.get("/latest/dex/pairs/{chain}/{addresses}", latest_pairs),
        web.get("/latest/dex/search", search),
    ]


def gate(api: PriceApi) -> Middleware:
    """Put the limit and the faults before every path but the switches themselves."""

    @web.middleware
    async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/sandbox/"):
            return await handler(request)
        if not api.admit():
            return web.Response(status=429, headers={"Retry-After": "60"}, text="Too Many Requests")
        if api.latency_ms:
            await asyncio.sleep(api.latency_ms / MS_PER_SECOND)
        if api.dead and request.transport is not None:
            request.transport.abort()
            return web.Response()
        if api.http_status:
            return web.Response(status=api.http_status, text="out of order")
        if api.garbage:
            return web.Response(body=b'[{"pairs": ', content_type="application/json")
        return await handler(request)

    return gate


def _addresses(request: web.Request) -> list[str]:
    addresses = request.match_info["addresses"].split(",")
    if len(addresses) > MOST_ADDRESSES:
        raise web.HTTPBadRequest(text=f"at most {MOST_ADDRESSES} addresses")
    return addresses


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
