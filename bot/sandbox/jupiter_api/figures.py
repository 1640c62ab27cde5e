"""The figures of a swap as `/order` and `/build` both write them."""

from decimal import Decimal

from solders.pubkey import Pubkey

from bot.sandbox.jupiter_api.swap_plan import SwapPlan
from bot.sandbox.jupiter_api.venue import SwapVenue
from bot.sandbox.market.layouts.addresses import USDC
from bot.sandbox.market.pools.pool import Asset

WHOLE_PERCENT = 100
LABELS = {
    "raydium_amm_v4": "Raydium",
    "raydium_cpmm": "Raydium CP",
    "raydium_clmm": "Raydium CLMM",
    "meteora_dlmm": "Meteora DLMM",
    "meteora_damm_v2": "Meteora DAMM v2",
    "meteora_dbc": "Meteora DBC",
    "orca_whirlpool": "Whirlpool",
    "pump_curve": "Pump.fun",
    "pumpswap": "Pump.fun Amm",
}


def quote_figures(venue: SwapVenue, plan: SwapPlan) -> dict[str, object]:
    """Give what a quote says of a swap."""
    impact = plan.route.price_impact
    worth_in = _usd(venue, plan.given, plan.amount_in)
    return {
        "inputMint": str(plan.given.mint),
        "outputMint": str(plan.wanted.mint),
        "inAmount": str(plan.amount_in),
        "outAmount": str(plan.amount_out),
        "otherAmountThreshold": str(plan.min_out),
        "swapMode": "ExactIn",
        "slippageBps": plan.slippage_bps,
        "priceImpactPct": f"{impact:f}",
        "priceImpact": float(impact * WHOLE_PERCENT),
        "inUsdValue": worth_in,
        "outUsdValue": _usd(venue, plan.wanted, plan.amount_out),
        "swapUsdValue": worth_in,
        "routePlan": _route_plan(plan),
        "feeMint": str(plan.fee_mint),
        "feeBps": plan.fee_bps,
        "platformFee": {
            "amount": str(plan.fee_in or plan.fee_out),
            "feeBps": plan.fee_bps,
            "feeMint": str(plan.fee_mint),
        },
    }


def _route_plan(plan: SwapPlan) -> list[dict[str, object]]:
    return [
        {
            "swapInfo": {
                "ammKey": str(leg.pool.address),
                "label": LABELS.get(leg.pool.kind, leg.pool.kind),
                "inputMint": str(leg.mint_in),
                "outputMint": str(leg.mint_out),
                "inAmount": str(leg.amount_in),
                "outAmount": str(leg.amount_out),
            },
            "percent": WHOLE_PERCENT,
            "bps": WHOLE_PERCENT * WHOLE_PERCENT,
        }
        for leg in plan.route.legs
    ]


def _usd(venue: SwapVenue, asset: Asset, units: int) -> float:
    return float(Decimal(units) / asset.scale * _dollars(venue, asset.mint))


def _dollars(venue: SwapVenue, mint: Pubkey) -> Decimal:
    if mint == USDC:
        return Decimal(1)
    sol_usd = venue.market.sol_price
    prices = {token.mint: token.price * sol_usd for token in venue.market.tokens()[1:]}
    return prices.get(mint, sol_usd)
