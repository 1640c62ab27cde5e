"""The state of the stand-in: its market, its maker, its faults, and the orders it has given out."""

import uuid
from dataclasses import dataclass, field

from solders.message import MessageV0

from bot.sandbox.jupiter_api.faults import VenueFaults
from bot.sandbox.jupiter_api.limits import RateLimits
from bot.sandbox.jupiter_api.maker import Maker
from bot.sandbox.jupiter_api.queries import SwapQuery
from bot.sandbox.jupiter_api.routing import Route, asset_of, best_route
from bot.sandbox.jupiter_api.swap_plan import (
    BPS,
    PLATFORM_FEE_BPS,
    SwapPlan,
    is_fee_on_input,
    transfer_fee,
)
from bot.sandbox.market.market import Market
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.solana_rpc.chain import Chain
from bot.sandbox.solana_rpc.strangers import Stranger


class NoRoute(Exception):
    """No pool leads from one token to the other, or nothing would come out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOrder:
    """An order as it was given out; `is_rfq` says that the maker has not signed yet."""

    request_id: str
    plan: SwapPlan
    message: MessageV0
    last_valid_block_height: int
    is_rfq: bool


@dataclass(slots=True, kw_only=True)
class SwapVenue:
    """Everything that the paths share."""

    chain: Chain
    market: Market
    maker: Maker
    stranger: Stranger
    faults: VenueFaults = field(default_factory=VenueFaults)
    limits: RateLimits = field(default_factory=RateLimits)
    orders: dict[str, GivenOrder] = field(default_factory=dict)
    requests_served: int = 0

    def new_request_id(self) -> str:
        """Give an id as the API does."""
        return str(uuid.uuid4())

    def plan(self, query: SwapQuery, fee_bps: int = PLATFORM_FEE_BPS) -> SwapPlan:
        """Work out a swap at the pools' present state; raises `NoRoute`."""
        given, wanted = (asset_of(self.market, mint) for mint in (query.mint_in, query.mint_out))
        if given is None or wanted is None or self.faults.no_route:
            raise NoRoute
        fee_in = query.amount * fee_bps // BPS if is_fee_on_input(given) else 0
        swapped = query.amount - fee_in
        route = self._route(given, wanted, swapped - transfer_fee(self.chain, given, swapped))
        fee_out = 0 if is_fee_on_input(given) else route.amount_out * fee_bps // BPS
        gross = route.amount_out - fee_out
        amount_out = gross - transfer_fee(self.chain, wanted, gross)
        if amount_out <= 0:
            raise NoRoute
        return SwapPlan(
            taker=query.taker or self.maker.address,
            given=given,
            wanted=wanted,
            route=route,
            amount_in=query.amount,
            fee_in=fee_in,
            maker_gives=gross * (BPS - min(BPS, self.faults.short_fill_bps)) // BPS,
            fee_out=fee_out,
            amount_out=amount_out,
            slippage_bps=query.slippage_bps,
            fee_bps=fee_bps,
        )

    def _route(self, given: Asset, wanted: Asset, amount: int) -> Route:
        route = best_route(self.market, given.mint, wanted.mint, amount) if amount > 0 else None
        if route is None:
            raise NoRoute
        return route


def make_venue(market: Market) -> SwapVenue:
    """Make a venue on a market's chain."""
    chain = market.chain
    return SwapVenue(chain=chain, market=market, maker=Maker(chain), stranger=Stranger(chain))
