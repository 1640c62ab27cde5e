"""How a launch ends: its curve is bought out, and its token moves to a pool of its own."""

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.dbc_configs import MIGRATION_QUOTE_LAMPORTS
from bot.sandbox.market.pools.meteora_damm_v2 import ONLY_QUOTE, DammV2Pool
from bot.sandbox.market.pools.meteora_dbc import DbcLaunch
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.market.pools.pump_curve import (
    NEVER_SOLD_TOKENS,
    OPENING_LAMPORTS,
    RESERVED_TOKENS,
    TOTAL_SUPPLY,
    PumpCurve,
)
from bot.sandbox.market.pools.pumpswap import PumpSwapPool

Launch = PumpCurve | DbcLaunch
DAMM_V2_CONFIG = Pubkey.from_string("Hv8Lmzmnju6m7kcokVKvwqz7QPmdX9XfKjJsXz8RXcjp")
"""Where launches of the sandbox's fee option go (README of dynamic-bonding-curve)."""


def is_complete(pool: Pool) -> bool:
    """Tell whether a pool is a launch that takes no more swaps."""
    if isinstance(pool, DbcLaunch):
        return bool(pool.progress)
    return isinstance(pool, PumpCurve) and pool.complete


def complete(launch: Launch) -> None:
    """Buy out what is left of a curve; a complete one stays as it is."""
    if isinstance(launch, DbcLaunch):
        launch.complete()
    elif not launch.complete:
        product = launch.virtual_tokens * launch.virtual_lamports
        launch.virtual_tokens = NEVER_SOLD_TOKENS
        launch.virtual_lamports = -(-product // NEVER_SOLD_TOKENS)
        launch.complete = launch.is_waiting = True


def move(launch: Launch) -> Pool:
    """Make the pool that a complete launch moves to, holding what the curve raised."""
    if isinstance(launch, DbcLaunch):
        launch.move_out()
        return DammV2Pool(
            base=launch.base,
            quote=launch.quote,
            opening_price=launch.price(),
            depth_units=MIGRATION_QUOTE_LAMPORTS,
            fee_mode=ONLY_QUOTE,
            config=DAMM_V2_CONFIG,
        )
    launch.is_waiting = False
    return PumpSwapPool(
        base=launch.base,
        base_vault_units=RESERVED_TOKENS,
        quote_vault_units=launch.virtual_lamports - OPENING_LAMPORTS,
        virtual_quote_units=0,
        supply_units=TOTAL_SUPPLY,
    )
