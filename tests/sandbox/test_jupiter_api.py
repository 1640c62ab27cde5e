"""The stand-in for Jupiter gives out swaps that really happen on the sandbox's chain."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.sandbox.jupiter_api.application import make_swap_application
from bot.sandbox.jupiter_api.control import swap_control_routes
from bot.sandbox.jupiter_api.faults import ExecuteAnswer, Tampering, VenueFaults
from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.sandbox.jupiter_api.venue import SwapVenue, make_venue
from bot.sandbox.market.layouts.addresses import WSOL
from bot.sandbox.market.market import Market
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.landing import LandingFaults
from tests.sandbox.solana_fixtures import SOL, StillTime, running

PRO = {"x-api-key": "sandbox-pro"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A venue being served, a client of it, and a wallet."""

    url: str
    venue: SwapVenue
    http: aiohttp.ClientSession
    wallet: Keypair

    async def get(self, path: str, **query: object) -> Any:
        params = {name: str(value) for name, value in query.items()}
        async with self.http.get(self.url + path, params=params, headers=PRO) as response:
            return await response.json()

    async def order(self, mint: Pubkey, amount: int = SOL, **more: object) -> Any:
        query = {"inputMint": WSOL, "outputMint": mint, "amount": amount} | more
        return await self.get("/swap/v2/order", taker=self.wallet.pubkey(), **query)

    async def execute(self, order: Any, **changes: object) -> Any:
        body = {
            "signedTransaction": self.signed(order["transaction"]),
            "requestId": order["requestId"],
            "lastValidBlockHeight": order["lastValidBlockHeight"],
        } | changes
        async with self.http.post(
            f"{self.url}/swap/v2/execute", json=body, headers=PRO
        ) as response:
            return await response.json()

    def signed(self, transaction: str) -> str:
        given = VersionedTransaction.from_bytes(base64.b64decode(transaction))
        place = given.message.account_keys.index(self.wallet.pubkey())
        signatures = given.signatures
        signatures[place] = self.wallet.sign_message(to_bytes_versioned(given.message))
        whole = VersionedTransaction.populate(given.message, signatures)
        return base64.b64encode(bytes(whole)).decode()

    def mint(self, symbol: str) -> Pubkey:
        tokens = self.venue.market.tokens()
        return next(token.mint for token in tokens if token.symbol == symbol)

    def held(self, mint: Pubkey) -> int:
        asset = asset_of(self.venue.market, mint)
        assert asset is not None
        account = self.venue.chain.account(token_account_of(self.wallet.pubkey(), asset))
        return int.from_bytes(account.data[64:72], "little") if account else 0

    def lamports(self) -> int:
        account = self.venue.chain.account(self.wallet.pubkey())
        return account.lamports if account else 0


@pytest_asyncio.fixture(scope="module")
async def one_shop() -> AsyncIterator[Shop]:
    """A shop on a chain where time passes each time somebody looks at the clock."""
    time = StillTime()

    def ticking() -> int:
        time.now_ns += 1_000_000
        return time.now_ns

    chain = Chain(slot_ms=20, monotonic_ns=ticking)
    venue = make_venue(Market(chain, 1))
    application = web.Application()
    application.add_subapp("/swap", make_swap_application(venue))
    application.add_routes(swap_control_routes(venue))
    async with running(application) as url, aiohttp.ClientSession() as http:
        yield Shop(url=url, venue=venue, http=http, wallet=Keypair())


@pytest.fixture
def shop(one_shop: Shop) -> Shop:
    """The shop with nothing wrong in it, and a new wallet with 10 SOL."""
    one_shop.venue.faults = VenueFaults()
    one_shop.venue.chain.landing.faults = LandingFaults()
    wallet = Keypair()
    one_shop.venue.chain.airdrop(wallet.pubkey(), 10 * SOL)
    return replace(one_shop, wallet=wallet)


@pytest.mark.parametrize("symbol", ["WIF", "GLOOP", "GILT", "TOLL"])
async def test_an_order_gives_what_it_promised_and_selling_gives_sol_back(
    shop: Shop, symbol: str
) -> None:
    mint = shop.mint(symbol)
    order = await shop.order(mint)
    done = await shop.execute(order)
    assert (done["status"], done["code"]) == ("Success", 0)
    assert shop.held(mint) == int(order["outAmount"]) > int(order["otherAmountThreshold"])
    costs = ("signatureFeeLamports", "prioritizationFeeLamports", "rentFeeLamports")
    assert shop.lamports() == 9 * SOL - sum(order[name] for name in costs)

    before = shop.lamports()
    back = await shop.order(mint, shop.held(mint), inputMint=mint, outputMint=WSOL)
    assert (await shop.execute(back))["status"] == "Success"
    assert shop.held(mint) == 0
    assert shop.lamports() == before + int(back["outAmount"]) - sum(back[name] for name in costs)


async def test_the_same_order_executes_once_however_often_it_is_handed_in(shop: Shop) -> None:
    order = await shop.order(shop.mint("WIF"))
    first, second = [await shop.execute(order) for _ in range(2)]
    assert first == second
    assert shop.held(shop.mint("WIF")) == int(order["outAmount"])


async def test_without_a_taker_there_is_a_quote_and_no_transaction(shop: Shop) -> None:
    query = {"inputMint": WSOL, "outputMint": shop.mint("BONK"), "amount": SOL}
    quote = await shop.get("/swap/v2/order", **query)
    assert quote["transaction"] is None
    assert int(quote["outAmount"]) > 0
    assert quote["priceImpact"] < 0


async def test_what_cannot_be_is_told_by_the_apis_own_codes(shop: Shop) -> None:
    mint = shop.mint("WIF")
    assert (await shop.order(mint, 11 * SOL))["errorCode"] == 1
    assert (await shop.order(mint, 10 * SOL - 1))["errorCode"] == 2
    assert (await shop.order(Pubkey.new_unique()))["error"] == "Failed to get quotes"
    assert "amount" in (await shop.order(mint, -1))["error"]
    order = await shop.order(mint)
    assert (await shop.execute(order, requestId="another"))["code"] == -1
    assert (await shop.execute(order, signedTransaction="AAAA"))["code"] == -2
    assert (await shop.execute(order, signedTransaction=order["transaction"]))["code"] == -1003
    other = await shop.order(mint, SOL + 1)
    assert (await shop.execute(order, signedTransaction=shop.signed(other["transaction"])))[
        "code"
    ] == -3
    assert (await shop.execute(order, lastValidBlockHeight="7"))["code"] == -1004
    assert shop.lamports() == 10 * SOL


async def test_a_maker_may_sign_only_when_the_order_is_executed(shop: Shop) -> None:
    shop.venue.faults = VenueFaults(rfq=True, lookup_table=True)
    order = await shop.order(shop.mint("WIF"))
    assert order["router"] == "jupiterz"
    transaction = VersionedTransaction.from_bytes(base64.b64decode(order["transaction"]))
    assert len(transaction.message.address_table_lookups) == 1
    assert (await shop.execute(order))["status"] == "Success"
    excluded = await shop.order(shop.mint("WIF"), excludeRouters="jupiterz")
    assert excluded["router"] == "metis"


@pytest.mark.parametrize(
    ("landing", "code", "fee_is_paid"),
    [
        (LandingFaults(drop=True), -1006, False),
        (LandingFaults(fork=True), -1006, False),
        (LandingFaults(fail=True), 6001, True),
    ],
)
async def test_what_the_network_does_to_a_swap_is_told_as_jupiter_would(
    shop: Shop, landing: LandingFaults, code: int, *, fee_is_paid: bool
) -> None:
    shop.venue.faults = VenueFaults(wait_ms=30)
    shop.venue.chain.landing.faults = landing
    order = await shop.order(shop.mint("WIF"))
    assert (await shop.execute(order))["code"] == code
    assert shop.held(shop.mint("WIF")) == 0
    assert shop.lamports() == 10 * SOL - 30_000 * fee_is_paid


async def test_an_answer_may_lie_about_a_swap_that_landed(shop: Shop) -> None:
    shop.venue.faults = VenueFaults(execute_answer=ExecuteAnswer.NOT_LANDED)
    order = await shop.order(shop.mint("WIF"))
    assert (await shop.execute(order))["code"] == -1000
    assert shop.held(shop.mint("WIF")) == int(order["outAmount"])


@pytest.mark.parametrize("tampering", [each for each in Tampering if each])
async def test_a_tampered_order_hurts_whoever_signs_it(shop: Shop, tampering: Tampering) -> None:
    """A signer that lets one pass would lose by it: the tampering is real."""
    mint = shop.mint("WIF")
    honest = await shop.order(mint)
    shop.venue.faults = VenueFaults(tamper=tampering)
    order = await shop.order(mint)
    assert order["outAmount"] == honest["outAmount"]
    assert (await shop.execute(order))["status"] == "Success"
    assert (shop.lamports(), shop.held(mint)) != (0, 0)
    is_short = shop.held(mint) < int(order["outAmount"])
    told = ("signatureFeeLamports", "prioritizationFeeLamports", "rentFeeLamports")
    is_dear = shop.lamports() != 9 * SOL - sum(order[name] for name in told)
    account = shop.venue.chain.account(token_account_of(shop.wallet.pubkey(), _asset(shop, mint)))
    may_be_taken = account is not None and account.data[72] == 1
    assert is_short or is_dear or may_be_taken


def _asset(shop: Shop, mint: Pubkey) -> Any:
    return asset_of(shop.venue.market, mint)


async def test_each_plan_has_its_limit_and_a_wrong_key_none(shop: Shop) -> None:
    query = {"inputMint": str(WSOL), "outputMint": str(shop.mint("WIF")), "amount": "1000000"}
    url = f"{shop.url}/swap/v2/order"
    statuses = []
    for _ in range(31):
        async with shop.http.get(url, params=query) as response:
            statuses.append(response.status)
            headers, text = response.headers, await response.text()
    assert statuses == [200] * 30 + [429]
    assert text == "[API Gateway] Too many requests"
    assert headers["x-ratelimit-remaining"] == "0"
    assert int(headers["x-ratelimit-reset"]) > 0
    async with shop.http.get(url, params=query, headers={"x-api-key": "wrong"}) as response:
        assert response.status == 401


async def test_switches_and_money_are_had_over_http(shop: Shop) -> None:
    faults = {"tamper": "bigger_fee", "storm_429": 1}
    async with shop.http.post(f"{shop.url}/sandbox/swaps/faults", json=faults) as response:
        assert (await response.json())["tamper"] == "bigger_fee"
    query = {"inputMint": str(WSOL), "outputMint": str(shop.mint("WIF")), "amount": "1000000"}
    statuses = []
    for _ in range(2):
        async with shop.http.get(
            f"{shop.url}/swap/v2/order", params=query, headers=PRO
        ) as response:
            statuses.append(response.status)
    assert statuses == [429, 200]
    async with shop.http.post(f"{shop.url}/sandbox/chain/landing", json={"drop": 3}) as response:
        assert response.status == 400
    mint = shop.mint("BONK")
    body = {"address": str(shop.wallet.pubkey()), "mint": str(mint), "units": 77}
    async with shop.http.post(f"{shop.url}/sandbox/chain/fund", json=body) as response:
        assert response.status == 200
    assert shop.held(mint) == 77
