"""A small stand-in for Jupiter's tokens API (v2), with its limit and the faults of a price site."""

from datetime import UTC, datetime

import orjson
from aiohttp import web
from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.addresses import PUMPSWAP, TOKEN_2022_PROGRAM
from bot.sandbox.price_api.application import PriceApi, gate
from bot.sandbox.price_api.pairs import spoilt
from bot.sandbox.price_api.pool_facts import PairFacts
from bot.sandbox.price_api.token_worth import TokenWorth, read_worths
from bot.sandbox.solana_rpc.chain import Chain

REQUESTS_PER_MINUTE = 60
MOST_MINTS = 100
MINT_AUTHORITY, FREEZE_AUTHORITY = 0, 46
"""Where a mint says whether it has each authority."""


def make_jupiter_application(api: PriceApi) -> web.Application:
    """Make the application: `/tokens/v2/search` by mints, comma-separated."""
    application = web.Application(middlewares=[gate(api)])

    async def search(request: web.Request) -> web.Response:
        mints = [mint for mint in request.query.get("query", "").split(",") if mint]
        if not mints or len(mints) > MOST_MINTS:
            raise web.HTTPBadRequest(text=f"query is wanted: at most {MOST_MINTS} mints")
        found = [_written(api, worth) for worth in read_worths(api.chain, mints)]
        return web.Response(body=orjson.dumps(found), content_type="application/json")

    application.router.add_get("/tokens/v2/search", search)
    return application


def _written(api: PriceApi, worth: TokenWorth) -> dict[str, object]:
    token, chain = worth.token, api.chain
    usd = float(spoilt(worth.usd, token.mint, api.price_percent))
    supply = token.supply_units / 10**token.decimals
    now = datetime.fromtimestamp(chain.clock.unix_time_s(chain.clock.slot), UTC)
    began = datetime.fromtimestamp(chain.clock.started_unix_s, UTC)
    written: dict[str, object] = {
        "id": str(token.mint),
        "name": token.name,
        "symbol": token.symbol,
        "icon": None,
        "decimals": token.decimals,
        "circSupply": supply,
        "totalSupply": supply,
        "tokenProgram": _program(chain, token.mint),
        "firstPool": {"id": str(worth.pairs[-1].address), "createdAt": _iso(began)},
        "holderCount": 1_000 + int(worth.liquidity_usd) // 100,
        "audit": _audit(chain, token.mint),
        "organicScore": 50.0,
        "organicScoreLabel": "medium",
        "isVerified": worth.liquidity_usd > 100_000,  # noqa: PLR2004 (any line will do)
        "tags": ["community"],
        "fdv": usd * supply,
        "mcap": usd * supply,
        "usdPrice": usd,
        "priceBlockId": chain.clock.slot,
        "liquidity": float(worth.liquidity_usd),
        "updatedAt": _iso(now),
    }
    graduated = next((pair for pair in worth.pairs if _is_graduated(chain, pair)), None)
    if graduated is not None:
        written |= {"launchpad": "pump.fun", "graduatedPool": str(graduated.address)}
    return written


def _audit(chain: Chain, mint: Pubkey) -> dict[str, object]:
    # What is not disabled is left out rather than false, as the site does.
    account = chain.account(mint)
    data = account.data if account else b""
    named = {"mintAuthorityDisabled": MINT_AUTHORITY, "freezeAuthorityDisabled": FREEZE_AUTHORITY}
    gone = {name: True for name, place in named.items() if not data[place]}
    return {**gone, "topHoldersPercentage": 18.5}


def _program(chain: Chain, mint: Pubkey) -> str:
    account = chain.account(mint)
    return str(account.owner if account else TOKEN_2022_PROGRAM)


def _is_graduated(chain: Chain, pair: PairFacts) -> bool:
    account = chain.account(pair.address)
    return account is not None and account.owner == PUMPSWAP


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
