"""Accounts that stand before anybody trades: mints, their metadata, fee configs."""

from collections.abc import Iterable, Sequence

from solders.pubkey import Pubkey

from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts import fee_configs
from bot.sandbox.market.layouts.addresses import (
    METADATA_PROGRAM,
    PUMP,
    PUMP_FEES,
    PUMPSWAP,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    USDC,
    WSOL,
    derive,
    made_up_address,
)
from bot.sandbox.market.layouts.clmm_configs import CLMM_TIERS, clmm_config, clmm_config_address
from bot.sandbox.market.layouts.tokens import metaplex_metadata, spl_mint, token_2022_mint
from bot.sandbox.market.pools.pool import Asset
from bot.sandbox.market.pools.pump_curve import PumpCurve
from bot.sandbox.solana_rpc.chain import Placement

USDC_SUPPLY = 7_931_983_814_660_851
USDC_MINT_AUTHORITY = Pubkey.from_string("BJE5MMbqXjVwjAF7oxwPYXnTXDyspzZyt4vwenNw5ruG")
USDC_FREEZE_AUTHORITY = Pubkey.from_string("7dGbd2QZcCKcTndnHcTL8q7SMVXAkp688NTQYwrRCrar")


def genesis_placements(plans: Sequence[TokenPlan]) -> Iterable[Placement]:
    """Give every account that the market needs beside its pools."""
    yield from _fee_config_placements()
    usdc = spl_mint(USDC_SUPPLY, 6, USDC_MINT_AUTHORITY, USDC_FREEZE_AUTHORITY)
    yield Placement(address=USDC, owner=TOKEN_PROGRAM, data=usdc)
    yield _metadata(USDC, "USD Coin", "USDC")
    yield _metadata(WSOL, "Wrapped SOL", "SOL")
    for plan in plans:
        yield from _token_placements(plan)


def _token_placements(plan: TokenPlan) -> Iterable[Placement]:
    base = spl_mint(plan.supply_units, plan.decimals, plan.mint_authority, plan.freeze_authority)
    if plan.program == TOKEN_2022_PROGRAM:
        uri = _uri(plan.mint)
        data = token_2022_mint(
            plan.mint, base, plan.name, plan.symbol, uri, extensions=plan.extensions
        )
        yield Placement(address=plan.mint, owner=TOKEN_2022_PROGRAM, data=data)
    else:
        yield Placement(address=plan.mint, owner=TOKEN_PROGRAM, data=base)
        yield _metadata(plan.mint, plan.name, plan.symbol)
    if any(_is_graduated(pool) for pool in plan.pools):
        asset = Asset(mint=plan.mint, decimals=plan.decimals, program=plan.program)
        yield from PumpCurve(base=asset, complete=True).placements(0)


def _is_graduated(pool: PoolPlan) -> bool:
    return pool.venue is Venue.PUMPSWAP


def _metadata(mint: Pubkey, name: str, symbol: str) -> Placement:
    return Placement(
        address=derive(METADATA_PROGRAM, b"metadata", METADATA_PROGRAM, mint),
        owner=METADATA_PROGRAM,
        data=metaplex_metadata(mint, made_up_address("issuer", mint), name, symbol, _uri(mint)),
    )


def _uri(mint: Pubkey) -> str:
    return f"https://metadata.invalid/{mint}.json"


def _fee_config_placements() -> Iterable[Placement]:
    for index in range(len(fee_configs.AMM_CONFIG_TRADE_FEES)):
        yield Placement(
            address=fee_configs.amm_config_address(index),
            owner=RAYDIUM_CPMM,
            data=fee_configs.amm_config(index),
        )
    for tier in CLMM_TIERS:
        yield Placement(
            address=clmm_config_address(tier.index), owner=RAYDIUM_CLMM, data=clmm_config(tier)
        )
    curve, curve_flat = fee_configs.CURVE_TIERS, fee_configs.CURVE_TIERS[0]
    yield Placement(
        address=fee_configs.PUMP_FEE_CONFIG,
        owner=PUMP_FEES,
        data=fee_configs.fee_config(PUMP, curve_flat, curve, curve),
    )
    yield Placement(
        address=fee_configs.PUMPSWAP_FEE_CONFIG,
        owner=PUMP_FEES,
        data=fee_configs.fee_config(
            PUMPSWAP,
            fee_configs.PUMPSWAP_FLAT_FEES,
            fee_configs.PUMPSWAP_TIERS,
            fee_configs.PUMPSWAP_STABLE_TIERS,
        ),
    )
    yield Placement(address=fee_configs.PUMP_GLOBAL, owner=PUMP, data=fee_configs.pump_global())
    yield Placement(
        address=fee_configs.PUMPSWAP_GLOBAL_CONFIG,
        owner=PUMPSWAP,
        data=fee_configs.pumpswap_global_config(),
    )
