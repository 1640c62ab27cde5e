"""The switches of venue and chain over HTTP, and money for wallets of one's own."""

from collections.abc import Callable

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler
from solders.pubkey import Pubkey

from bot.sandbox.jupiter_api.faults import read_venue_faults
from bot.sandbox.jupiter_api.funding import give_tokens
from bot.sandbox.jupiter_api.restoring import restore
from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.solana_rpc.landing import read_landing_faults

MOST_UNITS = 2**60


def swap_control_routes(venue: SwapVenue) -> list[web.RouteDef]:
    """Give the switches as routes, to be added to an application of the caller's.

    `GET` and `POST /sandbox/swaps/faults` read and replace the venue's faults,
    `/sandbox/chain/landing` those of the chain's landing. `POST /sandbox/chain/fund` takes
    `{address, lamports}` and `{address, mint, units}`; `POST /sandbox/chain/restore` puts a wallet
    back as it was in an earlier world: `{address, lamports, tokens: {mint: units}}`.
    """
    landing = venue.chain.landing

    def venue_faults() -> object:
        return venue.faults.as_json()

    def landing_faults() -> object:
        return landing.faults.as_json()

    def set_venue(body: object) -> None:
        venue.faults = read_venue_faults(body)

    def set_landing(body: object) -> None:
        landing.faults = read_landing_faults(body)

    return [
        *_switch("/sandbox/swaps/faults", venue_faults, set_venue),
        *_switch("/sandbox/chain/landing", landing_faults, set_landing),
        web.post("/sandbox/chain/fund", _taking(venue, _fund)),
        web.post("/sandbox/chain/restore", _taking(venue, _restore)),
    ]


def _switch(
    path: str, read: Callable[[], object], write: Callable[[object], None]
) -> list[web.RouteDef]:
    async def get(_: web.Request) -> web.Response:
        return _json(read())

    async def post(request: web.Request) -> web.Response:
        try:
            write(orjson.loads(await request.read()))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(read())

    return [web.get(path, get), web.post(path, post)]


def _taking(venue: SwapVenue, work: Callable[[SwapVenue, object], object]) -> Handler:
    async def post(request: web.Request) -> web.Response:
        try:
            given = work(venue, orjson.loads(await request.read()))
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return _json(given)

    return post


def _fund(venue: SwapVenue, body: object) -> dict[str, object]:
    if not isinstance(body, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004 - a wrong input, not our type
    address = Pubkey.from_string(str(body.get("address")))
    if "mint" not in body:
        paid = venue.stranger.pay(address, _amount(body.get("lamports")))
        return {"address": str(address), "lamports": body["lamports"], "signature": paid.signature}
    mint = Pubkey.from_string(str(body["mint"]))
    account = give_tokens(venue, address, mint, _amount(body.get("units")))
    return {"address": str(address), "account": str(account), "units": body["units"]}


def _restore(venue: SwapVenue, body: object) -> dict[str, object]:
    tokens = body.get("tokens") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(tokens, dict):
        raise ValueError("a JSON object with tokens is wanted")  # noqa: TRY004 - a wrong input, not our type
    lamports = _amount(body.get("lamports"), least=0)
    held = {Pubkey.from_string(mint): _amount(units, least=0) for mint, units in tokens.items()}
    restore(venue, Pubkey.from_string(str(body.get("address"))), lamports, held)
    return {"address": body.get("address")}


def _amount(value: object, least: int = 1) -> int:
    if type(value) is not int or not least <= value <= MOST_UNITS:
        raise ValueError(f"lamports or units: a whole number from {least}")
    return value


def _json(value: object) -> web.Response:
    return web.Response(body=orjson.dumps(value), content_type="application/json")
