"""GeckoTerminal's paths about tokens: their pools, their prices, and a search."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import orjson
from aiohttp import web
from solders.pubkey import Pubkey

from bot.sandbox.price_api.application import PriceApi
from bot.sandbox.price_api.pairs import depth_usd, sol_in_dollars, spoilt
from bot.sandbox.price_api.pool_facts import PairFacts, read_pairs
from bot.sandbox.price_api.token_worth import TokenWorth, pairs_of, read_worths, side_in_dollars

NETWORK = "solana"
POOLS_A_PAGE, MOST_TOKENS = 20, 30
DEX_IDS = {
    ("raydium", ()): "raydium",
    ("raydium", ("CPMM",)): "raydium",
    ("raydium", ("CLMM",)): "raydium-clmm",
    ("orca", ("wp",)): "orca",
    ("pumpfun", ()): "pump-fun",
}
"""What the site calls a venue, by the names that DexScreener has for it, where they differ."""


def token_routes(api: PriceApi) -> list[web.RouteDef]:
    """Give the routes, to be added to the application of the site."""

    async def pools(request: web.Request) -> web.Response:
        return _pools(api, request, request.match_info["mint"])

    async def search(request: web.Request) -> web.Response:
        return _pools(api, request, request.query.get("query", ""))

    async def tokens(request: web.Request) -> web.Response:
        mints = request.match_info["addresses"].split(",")
        if len(mints) > MOST_TOKENS or _network(request) != NETWORK:
            return _refused(400 if len(mints) > MOST_TOKENS else 404)
        return _json({"data": [_token(api, each) for each in read_worths(api.chain, mints)]})

    return [
        web.get("/networks/{network}/tokens/multi/{addresses}", tokens),
        web.get("/networks/{network}/tokens/{mint}/pools", pools),
        web.get("/search/pools", search),
    ]


def _pools(api: PriceApi, request: web.Request, mint: str) -> web.Response:
    pairs = read_pairs(api.chain)
    sol_usd = sol_in_dollars(pairs)
    own = pairs_of(pairs, mint, sol_usd)
    if _network(request) != NETWORK or (not own and "mint" in request.match_info):
        return _refused(404)
    return _json({"data": [_pool(api, pair, sol_usd) for pair in own[:POOLS_A_PAGE]]})


def _network(request: web.Request) -> str:
    return request.match_info.get("network") or request.query.get("network", NETWORK)


def _pool(api: PriceApi, pair: PairFacts, sol_usd: Decimal | None) -> dict[str, object]:
    base_usd = side_in_dollars(pair, str(pair.base.mint), sol_usd)
    quote_usd = side_in_dollars(pair, str(pair.quote.mint), sol_usd)
    began = datetime.fromtimestamp(api.chain.clock.started_unix_s, UTC)
    dex = DEX_IDS.get((pair.dex, pair.labels), pair.dex)
    return {
        "id": f"{NETWORK}_{pair.address}",
        "type": "pool",
        "attributes": {
            "base_token_price_usd": _told(api, pair.base.mint, base_usd),
            "quote_token_price_usd": _told(api, pair.quote.mint, quote_usd),
            "base_token_price_quote_token": _told(api, pair.base.mint, pair.price),
            "address": str(pair.address),
            "name": f"{pair.base.symbol} / {pair.quote.symbol}",
            "pool_created_at": began.isoformat().replace("+00:00", "Z"),
            "fdv_usd": None,
            "market_cap_usd": None,
            "reserve_in_usd": str(depth_usd(pair, sol_usd)),
            "volume_usd": {"h24": "0.0"},
        },
        "relationships": {
            "base_token": _related("token", f"{NETWORK}_{pair.base.mint}"),
            "quote_token": _related("token", f"{NETWORK}_{pair.quote.mint}"),
            "dex": _related("dex", dex),
        },
    }


def _token(api: PriceApi, worth: TokenWorth) -> dict[str, object]:
    token = worth.token
    return {
        "id": f"{NETWORK}_{token.mint}",
        "type": "token",
        "attributes": {
            "address": str(token.mint),
            "name": token.name,
            "symbol": token.symbol,
            "decimals": token.decimals,
            "image_url": "missing.png",
            "coingecko_coin_id": None,
            "total_supply": f"{token.supply_units}.0",
            "price_usd": _told(api, token.mint, worth.usd),
            "fdv_usd": None,
            "total_reserve_in_usd": str(worth.liquidity_usd),
            "volume_usd": {"h24": "0.0"},
            "market_cap_usd": None,
        },
        "relationships": {"top_pools": {"data": _top(worth.pairs)}},
    }


def _top(pairs: Sequence[PairFacts]) -> list[dict[str, str]]:
    return [{"id": f"{NETWORK}_{pair.address}", "type": "pool"} for pair in pairs[:3]]


def _told(api: PriceApi, mint: Pubkey, price: Decimal | None) -> str | None:
    if price is None:
        return None
    return f"{spoilt(price, mint, api.price_percent):.30f}".rstrip("0")


def _related(kind: str, name: str) -> dict[str, object]:
    return {"data": {"id": name, "type": kind}}


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")


def _refused(status: int) -> web.Response:
    body = {"errors": [{"status": str(status), "title": "Not Found"}]}
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
