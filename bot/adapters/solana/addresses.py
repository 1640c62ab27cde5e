"""Addresses that follow from others: metadata, token accounts, pools, ticks, fee settings."""

from functools import lru_cache

from solders.pubkey import Pubkey

from bot.adapters.solana.pools import bin_arrays, catalogue, orca_whirlpool
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.programs import (
    METAPLEX_METADATA,
    METEORA_DAMM_V2,
    METEORA_DBC,
    METEORA_DLMM,
    ORCA_WHIRLPOOL,
    PUMP_FEES,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
)
from bot.adapters.solana.pools.raydium_tick_arrays import arrays_to_fetch, tick_array_seeds
from bot.adapters.solana.pools.tick_arrays import (
    FULL_RANGE_SPACING,
    TICKS_PER_ARRAY,
    tick_array_start,
)
from bot.adapters.solana.pools.whirlpool_oracle import has_adaptive_fee, oracle_address
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import SOL_MINT, TOKEN_PROGRAM
from bot.domain.pools.reading import PoolKind
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_TICK

ASSOCIATED_TOKEN_PROGRAM = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"  # noqa: S105 (a program)
WHIRLPOOLS_CONFIG = "2LecshUwdy9xi7meFgHtFJQNSKk4KdTrcpvaB56dP2NQ"

# Orca's fee tiers by tick spacing; 32896 is the splash pools' (SDK constants, 2026).
WHIRLPOOL_TICK_SPACINGS = (1, 2, 4, 8, 16, 64, 96, 128, 256, 32896)
_CPMM_CONFIG_COUNT = 5
_CLMM_CONFIG_COUNT = 10

# Meteora's launch pairs share one base key; its other pairs follow from a numbered preset, or
# from bin step and, in later years, base factor. Those here were seen often; others are found
# at sources. Source: dlmm-sdk `pda.rs`, `seeds.rs`.
_DLMM_LAUNCH_BASE = "MFGQxwAmB91SwuYX36okv2Qmdc9aMuHTwWGUrp4AtB1"
_DLMM_PRESET_COUNT = 2
_DLMM_STEPS = ((4,), (20,), (100,))
_DLMM_STEPS_AND_FACTORS = (
    (20, 10_000),
    (80, 12_500),
    (80, 62_500),
    (100, 10_000),
    (100, 20_000),
    (250, 4_000),
)
_TICK_ARRAYS_EACH_SIDE = 3

# Where DBC's launches go, by their fee option, the last one for fees of their own choice.
# Source: the README of dynamic-bonding-curve, release 0.1.10.
_DAMM_V2_MIGRATION_CONFIGS = (
    "7F6dnUcRuyM2TwR8myT1dYypFXpPSxqwKNSFNkxyNESd",
    "2nHK1kju6XjphBLbNxpM5XRGFj7p9U8vvNzyZiha1z6k",
    "Hv8Lmzmnju6m7kcokVKvwqz7QPmdX9XfKjJsXz8RXcjp",
    "2c4cYd4reUYVRAB9kUUkrq55VPyy2FNQ3FDL4o12JXmq",
    "AkmQWebAwFvWk55wBoCr5D62C6VVDTzi84NJuD9H7cFD",
    "DbCRBj8McvPYHJG1ukj8RE15h2dCNUdTAESG49XpQ44u",
    "A8gMrEPJkacWkcb3DGwtJwTe16HktSEfvwtuDh2MCtck",
)
# Anybody may make a configuration; these are in genuine launches quoted in SOL.
_DBC_CONFIGS = (
    "GUBN6ypLma5RPPFjLd9cEqsNUcUwSzrg61SGzroseSAp",
    "7UMR4yEaVYsQGbQGvxNUypFmPn15GkzVmwUEpUFJUPPX",
    "CbfpuGYivK1o8rCpKf536ebipFipRTyk71sGCCXaBeEc",
)


def metadata_address(mint: str) -> str:
    """Derive a mint's Metaplex metadata account."""
    return _derive(METAPLEX_METADATA, b"metadata", _raw(METAPLEX_METADATA), _raw(mint))


def associated_token_address(owner: str, mint: str, program: str = TOKEN_PROGRAM) -> str:
    """Derive the token account of an owner for a mint of the given token program."""
    return _derive(ASSOCIATED_TOKEN_PROGRAM, _raw(owner), _raw(program), _raw(mint))


def pump_curve_address(mint: str) -> str:
    """Derive a token's bonding curve on pump.fun."""
    return _derive(PUMPFUN, b"bonding-curve", _raw(mint))


def pumpswap_pool_address(mint: str, quote: str = SOL_MINT) -> str:
    """Derive the PumpSwap pool that pump.fun itself makes when a curve completes."""
    creator = _derive(PUMPFUN, b"pool-authority", _raw(mint))
    first_index = bytes(2)
    return _derive(PUMPSWAP, b"pool", first_index, _raw(creator), _raw(mint), _raw(quote))


def cpmm_pool_addresses(mint: str, quote: str = SOL_MINT) -> tuple[str, ...]:
    """Derive a pair's Raydium CPMM pools, one for each of the well-known fee settings.

    Pools made with a plain key cannot be derived.
    """
    first, second = _sorted_pair(mint, quote)
    configs = (
        _derive(RAYDIUM_CPMM, b"amm_config", index.to_bytes(2, "big"))
        for index in range(_CPMM_CONFIG_COUNT)
    )
    return tuple(_derive(RAYDIUM_CPMM, b"pool", _raw(config), first, second) for config in configs)


def clmm_pool_addresses(mint: str, quote: str = SOL_MINT) -> tuple[str, ...]:
    """Derive a pair's Raydium CLMM pools, one for each of the first fee settings."""
    first, second = _sorted_pair(mint, quote)
    configs = (
        _derive(RAYDIUM_CLMM, b"amm_config", index.to_bytes(2, "big"))
        for index in range(_CLMM_CONFIG_COUNT)
    )
    return tuple(_derive(RAYDIUM_CLMM, b"pool", _raw(config), first, second) for config in configs)


def dlmm_pair_addresses(mint: str, quote: str = SOL_MINT) -> tuple[str, ...]:
    """Derive a pair's most usual Meteora DLMM pools."""
    first, second = _sorted_pair(mint, quote)
    presets = (
        _derive(METEORA_DLMM, b"preset_parameter2", index.to_bytes(2, "little"))
        for index in range(_DLMM_PRESET_COUNT)
    )
    bases = (_DLMM_LAUNCH_BASE, *presets)
    numbers = (*_DLMM_STEPS, *_DLMM_STEPS_AND_FACTORS)
    return (
        *(_derive(METEORA_DLMM, _raw(base), first, second) for base in bases),
        *(
            _derive(METEORA_DLMM, first, second, *(each.to_bytes(2, "little") for each in seeds))
            for seeds in numbers
        ),
    )


def damm_v2_pool_addresses(mint: str, quote: str = SOL_MINT) -> tuple[str, ...]:
    """Derive a pair's Meteora DAMM v2 pools: those that launches move to, and the custom one."""
    smaller, larger = _sorted_pair(mint, quote)
    migrated = (
        _derive(METEORA_DAMM_V2, b"pool", _raw(config), larger, smaller)
        for config in _DAMM_V2_MIGRATION_CONFIGS
    )
    return (*migrated, _derive(METEORA_DAMM_V2, b"cpool", larger, smaller))


def dbc_launch_addresses(mint: str) -> tuple[str, ...]:
    """Derive where a token's Meteora DBC launch is, under the configurations that we know."""
    smaller, larger = _sorted_pair(mint, SOL_MINT)
    return tuple(
        _derive(METEORA_DBC, b"pool", _raw(config), larger, smaller) for config in _DBC_CONFIGS
    )


def whirlpool_addresses(mint: str, quote: str = SOL_MINT) -> tuple[str, ...]:
    """Derive a pair's Whirlpools under Orca's own configuration, one for each fee tier."""
    first, second = _sorted_pair(mint, quote)
    config = _raw(WHIRLPOOLS_CONFIG)
    return tuple(
        _derive(ORCA_WHIRLPOOL, b"whirlpool", config, first, second, spacing.to_bytes(2, "little"))
        for spacing in WHIRLPOOL_TICK_SPACINGS
    )


def tick_array_addresses(
    whirlpool_address: str, tick: int, tick_spacing: int, count_each_side: int
) -> tuple[str, ...]:
    """Derive the tick arrays around a tick: its own and so many on each side, ascending.

    Arrays beyond the last tick are left out.
    """
    span = TICKS_PER_ARRAY * tick_spacing
    home = tick_array_start(tick, tick_spacing)
    reach = range(-count_each_side, count_each_side + 1)
    starts = (home + count * span for count in reach)
    return tuple(
        _derive(ORCA_WHIRLPOOL, b"tick_array", _raw(whirlpool_address), str(start).encode())
        for start in starts
        if start + span > MIN_TICK and start <= MAX_TICK
    )


def extra_accounts(address: str, account: AccountBytes) -> tuple[str, ...]:
    """Give all that a fill needs besides the pool: `accounts_needed` and derived addresses.

    Those are the tick arrays of a Whirlpool (a full-range pool needs none) or of a CLMM pool,
    the bin arrays of a DLMM pair, the oracle of a Whirlpool whose fee adapts, and the fee
    settings of pump.fun's programs. Raises `UnreadableAccount`.
    """
    needed = catalogue.accounts_needed(address, account)
    match catalogue.pool_kind(account):
        case PoolKind.ORCA_WHIRLPOOL:
            return needed + _oracle(address, account) + _tick_arrays(address, account)
        case PoolKind.RAYDIUM_CLMM:
            return needed + _clmm_tick_arrays(address, account)
        case PoolKind.METEORA_DLMM:
            return needed + _bin_arrays(address, account)
        case PoolKind.PUMPFUN_CURVE:
            return needed + _pump_settings(PUMPFUN, b"global")
        case PoolKind.PUMPSWAP:
            return needed + _pump_settings(PUMPSWAP, b"global_config")
        case _:
            return needed


def _oracle(address: str, account: AccountBytes) -> tuple[str, ...]:
    return (oracle_address(address),) if has_adaptive_fee(account.data) else ()


def _tick_arrays(address: str, account: AccountBytes) -> tuple[str, ...]:
    _, tick, tick_spacing = orca_whirlpool.price_and_tick(account.data)
    if tick_spacing >= FULL_RANGE_SPACING:
        return ()
    return tick_array_addresses(address, tick, tick_spacing, _TICK_ARRAYS_EACH_SIDE)


def _clmm_tick_arrays(address: str, account: AccountBytes) -> tuple[str, ...]:
    return tuple(
        _derive(RAYDIUM_CLMM, *tick_array_seeds(address, start))
        for start in arrays_to_fetch(account.data)
    )


def _bin_arrays(address: str, account: AccountBytes) -> tuple[str, ...]:
    return tuple(
        _derive(METEORA_DLMM, *bin_arrays.bin_array_seeds(address, number))
        for number in bin_arrays.arrays_to_fetch(account.data)
    )


def _pump_settings(program: str, global_seed: bytes) -> tuple[str, ...]:
    fee_config = _derive(PUMP_FEES, b"fee_config", _raw(program))
    return fee_config, _derive(program, global_seed)


def _sorted_pair(mint: str, quote: str) -> tuple[bytes, bytes]:
    first, second = sorted((_raw(mint), _raw(quote)))
    return first, second


def _raw(address: str) -> bytes:
    return bytes(_key(address))


def _key(address: str) -> Pubkey:
    try:
        return Pubkey.from_string(address)
    except ValueError as error:
        raise UnreadableAccount(f"not an address: {address[:44]}") from error


@lru_cache(maxsize=8192)
def _derive(program: str, *seeds: bytes) -> str:
    return str(Pubkey.find_program_address(seeds, _key(program))[0])
