"""Runs a market, two RPC endpoints and a Jupiter over one chain, with our adapters before them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from bot.adapters.clock import SystemClock
from bot.adapters.solana.block_engine import BlockEngine
from bot.adapters.solana.chain_sending import SolanaSending
from bot.adapters.solana.rpc_pool import RpcPool
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings
from bot.adapters.venues.jupiter.client import JupiterClient
from bot.adapters.venues.jupiter.settings import JupiterPlan, JupiterSettings
from bot.adapters.venues.jupiter.venue import JupiterVenue
from bot.domain.identifiers import SOL_MINT
from bot.domain.landing import Judgement, judge
from bot.ports.swap_venue import SwapOffer, SwapRequest
from bot.sandbox.jupiter_api.application import make_swap_application
from bot.sandbox.jupiter_api.block_engine import make_block_engine_application
from bot.sandbox.jupiter_api.routing import asset_of
from bot.sandbox.jupiter_api.token_instructions import token_account_of
from bot.sandbox.jupiter_api.venue import SwapVenue, make_venue
from bot.sandbox.market.market import Market
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.endpoint import Endpoint
from tests.builders.rpc_pools import seeded_chance

SOL = 10**9
KEY = "sandbox-pro"
QUICK = JupiterSettings(
    base_url="",
    api_key=KEY,
    plan=JupiterPlan.PRO,
    execute_seconds=0.3,
    post_again_seconds=0.05,
    longest_wait_seconds=2.0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapWorld:
    """The world's parts, our adapters, and a wallet with 100 SOL that the test signs for."""

    chain: Chain
    endpoints: tuple[Endpoint, ...]
    shop: SwapVenue
    rpc: RpcPool
    sending: SolanaSending
    client: JupiterClient
    venue: JupiterVenue
    url: str
    rpc_urls: tuple[str, ...]
    wallet: Keypair = field(repr=False)

    @property
    def address(self) -> str:
        return str(self.wallet.pubkey())

    def mint(self, symbol: str) -> str:
        tokens = self.shop.market.tokens()
        return next(str(token.mint) for token in tokens if token.symbol == symbol)

    def buying(self, symbol: str = "WIF", amount: int = SOL) -> SwapRequest:
        return SwapRequest(
            mint_in=SOL_MINT,
            mint_out=self.mint(symbol),
            amount_in=amount,
            taker=self.address,
            slippage_bps=100,
        )

    def selling(self, symbol: str = "WIF") -> SwapRequest:
        return SwapRequest(
            mint_in=self.mint(symbol),
            mint_out=SOL_MINT,
            amount_in=self.held(self.mint(symbol)),
            taker=self.address,
            slippage_bps=100,
        )

    def signed(self, offer: SwapOffer, wallet: Keypair | None = None) -> bytes:
        wallet = wallet or self.wallet
        transaction = VersionedTransaction.from_bytes(offer.transaction)
        message, signatures = transaction.message, transaction.signatures
        place = message.account_keys.index(wallet.pubkey())
        signatures[place] = wallet.sign_message(to_bytes_versioned(message))
        return bytes(VersionedTransaction.populate(message, signatures))

    def lamports(self, wallet: Keypair | None = None) -> int:
        account = self.chain.account((wallet or self.wallet).pubkey())
        return account.lamports if account else 0

    def held(self, mint: str, wallet: Keypair | None = None) -> int:
        """What the wallet's account of a token holds in LiteSVM."""
        asset = asset_of(self.shop.market, Pubkey.from_string(mint))
        assert asset is not None
        account = self.chain.account(token_account_of((wallet or self.wallet).pubkey(), asset))
        return int.from_bytes(account.data[64:72], "little") if account else 0

    async def judged(self, signature: str, offer: SwapOffer) -> Judgement:
        words = await self.sending.statuses(signature)
        return judge(words, last_valid_block_height=offer.last_valid_block_height)


def signature_of(signed: bytes) -> str:
    return str(VersionedTransaction.from_bytes(signed).signatures[0])


@asynccontextmanager
async def swap_world(
    *, slot_ms: int = 50, jupiter: JupiterSettings = QUICK, nodes: int = 2
) -> AsyncIterator[SwapWorld]:
    """Run a world for the length of a block."""
    chain, clock = Chain(slot_ms=slot_ms), SystemClock()
    shop, wallet = make_venue(Market(chain, seed=7)), Keypair()
    chain.airdrop(wallet.pubkey(), 100 * SOL)
    async with _nodes(chain, nodes) as served, _serve(shop) as url:
        configs = [EndpointConfig.from_url(node_url) for node_url, _ in served]
        settings = RpcSettings(request_timeout_seconds=1.0)
        async with (
            RpcPool(configs, clock=clock, chance=seeded_chance(), settings=settings) as rpc,
            JupiterClient(replace(jupiter, base_url=url), clock) as client,
            AsyncExitStack() as stack,
        ):
            tips = (str(shop.maker.tips),)
            engine = BlockEngine(f"{url}/jito", clock=clock, chance=seeded_chance())
            stack.push_async_callback(engine.close)
            yield SwapWorld(
                chain=chain,
                endpoints=tuple(endpoint for _, endpoint in served),
                shop=shop,
                rpc=rpc,
                sending=SolanaSending(rpc, engine=engine, tip_accounts=tips, timeout_seconds=1.0),
                client=client,
                venue=JupiterVenue(client, clock),
                url=url,
                rpc_urls=tuple(node_url for node_url, _ in served),
                wallet=wallet,
            )


@asynccontextmanager
async def _nodes(chain: Chain, count: int) -> AsyncIterator[list[tuple[str, Endpoint]]]:
    if not count:
        yield []
        return
    async with serve_rpc(chain, name=f"node {count}") as first, _nodes(chain, count - 1) as rest:
        yield [first, *rest]


@asynccontextmanager
async def _serve(shop: SwapVenue) -> AsyncIterator[str]:
    application = web.Application()
    application.add_subapp("/swap", make_swap_application(shop))
    application.add_subapp("/jito", make_block_engine_application(shop))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
