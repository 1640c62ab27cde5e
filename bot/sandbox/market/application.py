"""The market's switches over HTTP: look at it, shock a price, hold it still."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from solders.pubkey import Pubkey

from bot.sandbox.market.market import Market, MarketToken

MAX_NUMBER_LETTERS = 12


def make_market_application(market: Market) -> web.Application:
    """Make the application of the market's switches; paths start with `/sandbox/market`."""
    application = web.Application()
    application.add_routes(market_routes(market))
    return application


def market_routes(market: Market) -> list[web.RouteDef]:
    """Give the switches as routes, to be added to an application of the caller's.

    `GET /sandbox/market` tells tokens and prices (as decimal strings), `POST
    /sandbox/market/shock` takes `{mint, percent}`, `POST /sandbox/market/pause` `{paused}`.
    `POST /sandbox/market/complete` buys out the curve of `{mint}`, and `POST
    /sandbox/market/migrate` moves its token to its own pool besides.
    """

    async def get_market(_: web.Request) -> web.Response:
        return _json(_as_json(market))

    async def post_shock(request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            market.shock(Pubkey.from_string(str(body.get("mint"))), _percent(body.get("percent")))
        except KeyError as error:
            raise web.HTTPNotFound(text="the market has no such token") from error
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(_as_json(market))

    async def post_pause(request: web.Request) -> web.Response:
        paused = (await _body(request)).get("paused")
        if not isinstance(paused, bool):
            raise web.HTTPBadRequest(text="paused is true or false")
        market.paused = paused
        return _json({"paused": paused})

    return [
        web.get("/sandbox/market", get_market),
        web.post("/sandbox/market/shock", post_shock),
        web.post("/sandbox/market/pause", post_pause),
        web.post("/sandbox/market/complete", _ending(market, market.complete)),
        web.post("/sandbox/market/migrate", _ending(market, market.migrate)),
    ]


def _ending(market: Market, end: Callable[[Pubkey], None]) -> Handler:
    """Handle a request to end the launch of a token."""

    async def post(request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            end(Pubkey.from_string(str(body.get("mint"))))
        except KeyError as error:
            raise web.HTTPNotFound(text="the market has no such token") from error
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(_as_json(market))

    return post


async def _body(request: web.Request) -> dict[str, object]:
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="JSON is wanted") from error
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return body


def _percent(value: object) -> Decimal:
    text = str(value)
    if isinstance(value, bool) or len(text) > MAX_NUMBER_LETTERS:
        raise ValueError("percent is a number")
    try:
        percent = Decimal(text)
    except InvalidOperation as error:
        raise ValueError("percent is a number") from error
    if not percent.is_finite():
        raise ValueError("percent is a number")
    return percent


def _as_json(market: Market) -> dict[str, object]:
    return {
        "seed": market.seed,
        "steps": market.steps,
        "paused": market.paused,
        "slot": market.chain.slot,
        "sol_usdc": f"{market.sol_price:.6f}",
        "tokens": [_token(token) for token in market.tokens()],
    }


def _token(token: MarketToken) -> dict[str, object]:
    return {
        "mint": str(token.mint),
        "symbol": token.symbol,
        "name": token.name,
        "price": f"{token.price:.18f}",
        "pools": [
            {
                "kind": pool.kind,
                "address": str(pool.address),
                "quote_mint": str(pool.quote.mint),
                "price": f"{pool.price():.18f}",
            }
            for pool in token.pools
        ],
    }


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
