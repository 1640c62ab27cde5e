"""Accounts that are no pool of ours: what belongs to pools, and pools that were spoilt."""

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import pool_kind
from bot.adapters.solana.pools.holdings import is_holding_shaped
from bot.adapters.solana.pools.mints import is_mint_shaped
from bot.adapters.solana.pools.programs import (
    METAPLEX_METADATA,
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
    account_mark,
)
from bot.domain.pools.reading import PoolKind

_COMPANIONS = {
    RAYDIUM_CPMM: ("AmmConfig", "ObservationState", "Permission"),
    RAYDIUM_CLMM: (
        "AmmConfig",
        "DynamicFeeConfig",
        "LimitOrderNonce",
        "LimitOrderState",
        "ObservationState",
        "OperationState",
        "PersonalPositionState",
        "ProtocolPositionState",
        "SupportMintAssociated",
        "TickArrayBitmapExtension",
        "TickArrayState",
    ),
    ORCA_WHIRLPOOL: (
        "AdaptiveFeeTier",
        "DynamicTickArray",
        "FeeTier",
        "LockConfig",
        "Oracle",
        "Position",
        "PositionBundle",
        "TickArray",
        "TokenBadge",
        "WhirlpoolsConfig",
        "WhirlpoolsConfigExtension",
    ),
    METEORA_DLMM: (
        "BinArray",
        "BinArrayBitmapExtension",
        "ClaimFeeOperator",
        "LimitOrder",
        "Operator",
        "Oracle",
        "PositionV2",
        "PresetParameter",
        "PresetParameter2",
        "TokenBadge",
    ),
    PUMPFUN: ("Global", "GlobalVolumeAccumulator", "QuoteControl", "UserVolumeAccumulator"),
    PUMPSWAP: ("GlobalConfig", "GlobalVolumeAccumulator", "UserVolumeAccumulator"),
    METEORA_DAMM_V2: ("Config", "Operator", "Position", "TokenBadge", "Vesting"),
    METEORA_DBC: (
        "ClaimFeeOperator",
        "MeteoraDammMigrationMetadata",
        "MeteoraDammV2Metadata",
        "Operator",
        "PartnerMetadata",
        "PoolConfig",
        "VirtualPoolMetadata",
    ),
}
_COMPANION_NAMES = {
    (program, account_mark(name)): name for program, names in _COMPANIONS.items() for name in names
}
_AMM_V4_COMPANIONS = {224: "AmmConfig", 2208: "TargetOrders"}
_POOL_PROGRAMS = {
    RAYDIUM_AMM_V4: PoolKind.RAYDIUM_AMM_V4,
    RAYDIUM_CPMM: PoolKind.RAYDIUM_CPMM,
    RAYDIUM_CLMM: PoolKind.RAYDIUM_CLMM,
    ORCA_WHIRLPOOL: PoolKind.ORCA_WHIRLPOOL,
    METEORA_DLMM: PoolKind.METEORA_DLMM,
    PUMPFUN: PoolKind.PUMPFUN_CURVE,
    PUMPSWAP: PoolKind.PUMPSWAP,
    METEORA_DAMM_V2: PoolKind.METEORA_DAMM_V2,
    METEORA_DBC: PoolKind.METEORA_DBC,
}


def companion_kind(account: AccountBytes) -> str | None:
    """Name an account that belongs to pools or tokens without being a pool."""
    if is_mint_shaped(account):
        return "mint"
    if is_holding_shaped(account):
        return "token_account"
    if account.owner == METAPLEX_METADATA:
        return "metadata"
    if account.owner == RAYDIUM_AMM_V4:
        return _AMM_V4_COMPANIONS.get(len(account.data))
    return _COMPANION_NAMES.get((account.owner, account.data[:8]))


def spoilt_pool_kind(account: AccountBytes) -> PoolKind | None:
    """Name the pool that an account seems to have been: its owner keeps pools, it is none."""
    if pool_kind(account) is not None or companion_kind(account) is not None:
        return None
    return _POOL_PROGRAMS.get(account.owner)
