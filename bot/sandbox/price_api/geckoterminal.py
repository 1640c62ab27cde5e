"""GeckoTerminal over HTTP, with its limit and the faults of the price site: candles of a pool."""

import uuid
from collections.abc import Mapping

import orjson
from aiohttp import web

from bot.sandbox.price_api.application import PriceApi, gate
from bot.sandbox.price_api.geckoterminal_tokens import token_routes
from bot.sandbox.price_api.past_prices import PastPrices
from bot.sandbox.price_api.pool_facts import PairFacts, read_pairs
from bot.sandbox.price_api.token_facts import TokenFacts

REQUESTS_PER_MINUTE = 30
SECONDS = {"minute": 60, "hour": 3_600, "day": 86_400}
AGGREGATES = {"minute": (1, 5, 15), "hour": (1, 4, 12), "day": (1,)}
DEFAULT_LIMIT, MOST = 100, 1_000
MOST_DIGITS = 12
COIN_IDS = {"SOL": "solana", "USDC": "usd-coin"}


class _Wrong(ValueError):
    """A parameter that the site does not take."""


def make_geckoterminal_application(api: PriceApi) -> web.Application:
    """Make the application: candles of a pool, pools and prices of tokens."""
    application = web.Application(middlewares=[gate(api)])

    async def ohlcv(request: web.Request) -> web.Response:
        pool = request.match_info["pool"]
        pair = next((each for each in read_pairs(api.chain) if str(each.address) == pool), None)
        if pair is None or request.match_info["network"] != "solana":
            return _refused(404, "Not Found")
        try:
            body = _ohlcv(api, pair, request.match_info["timeframe"], request.query)
        except _Wrong as error:
            return _refused(400, str(error))
        return web.Response(body=orjson.dumps(body), content_type="application/json")

    application.router.add_get("/networks/{network}/pools/{pool}/ohlcv/{timeframe}", ohlcv)
    application.add_routes(token_routes(api))
    return application


def _ohlcv(
    api: PriceApi, pair: PairFacts, timeframe: str, query: Mapping[str, str]
) -> dict[str, object]:
    length_s = _length_s(timeframe, query.get("aggregate", "1"))
    now_s = api.chain.clock.unix_time_s(api.chain.clock.slot)
    limit = min(_whole(query, "limit", DEFAULT_LIMIT), MOST)
    before_s = min(_whole(query, "before_timestamp", now_s), now_s)
    if query.get("currency", "usd") != "token":
        raise _Wrong("this stand-in gives prices in the other token only: currency=token")
    price, worth = float(pair.price), float(pair.quote_amount)
    is_turned = query.get("token", "base") in {"quote", str(pair.quote.mint)}
    past = PastPrices(str(pair.address), now_s).candles(length_s, before_s, limit)
    rows = [
        [c.opened_s, *_priced((c.open, c.high, c.low, c.close), price, is_turned), c.volume * worth]
        for c in past
    ]
    return {
        "data": {
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(pair.address))),
            "type": "ohlcv_request_response",
            "attributes": {"ohlcv_list": rows},
        },
        "meta": {"base": _token(pair.base), "quote": _token(pair.quote)},
    }


def _priced(relative: tuple[float, ...], price: float, is_turned: bool) -> list[float]:
    first, high, low, last = (price * each for each in relative)
    if is_turned:
        first, high, low, last = 1 / first, 1 / low, 1 / high, 1 / last
    return [first, high, low, last]


def _length_s(timeframe: str, aggregate: str) -> int:
    if timeframe not in SECONDS or aggregate not in map(str, AGGREGATES[timeframe]):
        raise _Wrong("Invalid aggregate value")
    return SECONDS[timeframe] * int(aggregate)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= MOST_DIGITS):
        raise _Wrong(f"Invalid {name} value")
    return int(text)


def _token(token: TokenFacts) -> dict[str, object]:
    return {
        "address": str(token.mint),
        "name": token.name,
        "symbol": token.symbol,
        "coingecko_coin_id": COIN_IDS.get(token.symbol),
    }


def _refused(status: int, title: str) -> web.Response:
    body = {"errors": [{"status": str(status), "title": title}]}
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
