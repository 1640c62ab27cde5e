"""Makes the pools of a plan, with reserves that give the wanted price and depth."""

from decimal import Decimal
from math import isqrt

from solders.pubkey import Pubkey

from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts.addresses import USDC, WSOL
from bot.sandbox.market.layouts.extensions import TRANSFER_FEE_CONFIG
from bot.sandbox.market.pools.meteora_damm_v2 import DammV2Pool
from bot.sandbox.market.pools.meteora_dbc import DbcLaunch
from bot.sandbox.market.pools.meteora_dlmm import MeteoraDlmmPair
from bot.sandbox.market.pools.orca_whirlpool import OrcaWhirlpool
from bot.sandbox.market.pools.pool import Asset, Pool
from bot.sandbox.market.pools.pump_curve import OPENING_LAMPORTS, OPENING_TOKENS, PumpCurve
from bot.sandbox.market.pools.pumpswap import PumpSwapPool
from bot.sandbox.market.pools.raydium_amm_v4 import RaydiumAmmV4Pool
from bot.sandbox.market.pools.raydium_clmm import RaydiumClmmPool
from bot.sandbox.market.pools.raydium_cpmm import RaydiumCpmmPool

SOL_ASSET = Asset(mint=WSOL, decimals=9)
USDC_ASSET = Asset(mint=USDC, decimals=6)
SOL_USDC_RAYDIUM = (
    Pubkey.from_string("58oQChx4yWmvKdwLLZzBi4ChoCc2fqCUWBkwMihLYQo2"),
    Pubkey.from_string("DQyrAcCrDXQ7NeoqGgDCZwBvWDcYmFCjSb9JtteuvPpz"),
    Pubkey.from_string("HLmqeL62xR1QoZ1HKKbXRrdN1p3phKpxRMb2VVopvBBz"),
)
SOL_USDC_ORCA_VAULTS = (
    Pubkey.from_string("EUuUbDcafPrmVTD5M6qoJAoyyNbihBhugADAxRMn5he9"),
    Pubkey.from_string("2WLWEuKDgkDUccTpbwYp1GToYktiSB1cXvreHUwiSUVP"),
)
SOL_USDC_ORCA_SPACING = 4
SOL_USDC_DEPTH_USDC = {Venue.RAYDIUM_AMM_V4: 6_000_000, Venue.ORCA_WHIRLPOOL: 14_000_000}


def make_sol_pools(price_usdc: Decimal) -> list[Pool]:
    """Make the two SOL/USDC pools at their mainnet addresses, deepest first."""
    depth = Decimal(SOL_USDC_DEPTH_USDC[Venue.RAYDIUM_AMM_V4])
    return [
        OrcaWhirlpool(
            base=SOL_ASSET,
            quote=USDC_ASSET,
            opening_price=price_usdc,
            depth_units=int(SOL_USDC_DEPTH_USDC[Venue.ORCA_WHIRLPOOL] * USDC_ASSET.scale),
            spacing=SOL_USDC_ORCA_SPACING,
            known_vaults=SOL_USDC_ORCA_VAULTS,
        ),
        RaydiumAmmV4Pool(
            base=SOL_ASSET,
            quote=USDC_ASSET,
            base_vault_units=int(depth / price_usdc * SOL_ASSET.scale),
            quote_vault_units=int(depth * USDC_ASSET.scale),
            known=SOL_USDC_RAYDIUM,
        ),
    ]


def make_pool(token: TokenPlan, plan: PoolPlan, sol_usdc: Decimal) -> Pool:
    """Make a token's pool at its opening price."""
    base = Asset(
        mint=token.mint,
        decimals=token.decimals,
        program=token.program,
        has_transfer_fee=any(number == TRANSFER_FEE_CONFIG for number, _ in token.extensions),
    )
    quote = USDC_ASSET if plan.in_usdc else SOL_ASSET
    worth = sol_usdc if plan.in_usdc else Decimal(1)
    price = token.price_sol * worth
    quote_units = int(plan.depth_sol * worth * quote.scale)
    base_units = int(plan.depth_sol / token.price_sol * base.scale)
    match plan.venue:
        case Venue.RAYDIUM_AMM_V4:
            return RaydiumAmmV4Pool(
                base=base, quote=quote, base_vault_units=base_units, quote_vault_units=quote_units
            )
        case Venue.RAYDIUM_CPMM:
            return RaydiumCpmmPool(
                base=base,
                quote=quote,
                base_vault_units=base_units,
                quote_vault_units=quote_units,
                config_index=plan.tuning,
            )
        case Venue.PUMP_CURVE:
            return _curve_at(base, price)
        case Venue.METEORA_DBC:
            return DbcLaunch(base=base, opening_price=price)
        case Venue.PUMPSWAP:
            return _pumpswap(base, token, plan)
        case _:
            return _ranged(plan, base, quote, price, quote_units)


def _ranged(plan: PoolPlan, base: Asset, quote: Asset, price: Decimal, units: int) -> Pool:
    """Make a pool whose depth, so many units of the quote, lies in ranges around its price."""
    match plan.venue:
        case Venue.METEORA_DLMM:
            return MeteoraDlmmPair(
                base=base,
                quote=quote,
                opening_price=price,
                depth_units=units,
                bin_step=plan.tuning,
            )
        case Venue.METEORA_DAMM_V2:
            return DammV2Pool(
                base=base,
                quote=quote,
                opening_price=price,
                depth_units=units,
                fee_mode=plan.tuning,
            )
        case Venue.RAYDIUM_CLMM:
            make: type[RaydiumClmmPool | OrcaWhirlpool] = RaydiumClmmPool
        case _:
            make = OrcaWhirlpool
    return make(base=base, quote=quote, opening_price=price, depth_units=units, spacing=plan.tuning)


def _curve_at(base: Asset, price: Decimal) -> PumpCurve:
    """Make a curve that was bought up to a price along its invariant."""
    ratio = price * SOL_ASSET.scale / base.scale
    lamports = isqrt(int(OPENING_TOKENS * OPENING_LAMPORTS * ratio))
    tokens = -(-OPENING_TOKENS * OPENING_LAMPORTS // lamports)
    return PumpCurve(base=base, virtual_tokens=tokens, virtual_lamports=lamports)


def _pumpswap(base: Asset, token: TokenPlan, plan: PoolPlan) -> PumpSwapPool:
    effective = plan.depth_sol + plan.virtual_sol
    return PumpSwapPool(
        base=base,
        base_vault_units=int(effective / token.price_sol * base.scale),
        quote_vault_units=int(plan.depth_sol * SOL_ASSET.scale),
        virtual_quote_units=int(plan.virtual_sol * SOL_ASSET.scale),
        supply_units=token.supply_units,
    )
