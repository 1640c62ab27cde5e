"""Who can take a pool's liquidity away, and when it opened, as its own account shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import address, u8, u64, u128
from bot.adapters.solana.pools.programs import (
    METEORA_DAMM_V2,
    METEORA_DBC,
    PUMPFUN,
    PUMPSWAP,
    RAYDIUM_AMM_V4,
    RAYDIUM_CLMM,
    RAYDIUM_CPMM,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.safety import LiquidityKind

# Where nobody can ever take anything out: the runtime destroys what lies there each epoch.
INCINERATOR = "1nc1nerator11111111111111111111111111111111"
# Raydium's own "burn and earn": LP tokens that its authority holds can never leave it.
_RAYDIUM_LOCK = "LockrWmn6K5twhz3y9w1dQERbmgSaRkfnTeTKbpofwE"
LOCKERS = frozenset({derived_address(_RAYDIUM_LOCK, b"lock_cp_authority_seed")})
# Authorities that own the vaults of all pools of a program.
VAULT_AUTHORITIES = frozenset(
    {
        derived_address(RAYDIUM_AMM_V4, b"amm authority"),
        derived_address(RAYDIUM_CPMM, b"vault_and_lp_mint_auth_seed"),
        derived_address(METEORA_DAMM_V2, b"pool_authority"),
        derived_address(METEORA_DBC, b"pool_authority"),
    }
)
_CURVES = frozenset({PUMPFUN, METEORA_DBC})
_FIRST_SECOND = 1_577_836_800  # 1 January 2020: Solana had no pool before
_BY_TIMESTAMP = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LpToken:
    """A pool's LP mint, and how much of it the pool counts as given out, burned or not."""

    mint: str
    counted: int


# LP mint and count, by program. Sources: raydium-amm `state.rs`, raydium-cp-swap
# `states/pool.rs`, the IDL of pump-swap-sdk 1.20.0.
_LP_PLACES = {RAYDIUM_AMM_V4: (464, 720), RAYDIUM_CPMM: (136, 333), PUMPSWAP: (107, 203)}
_OPENING: Mapping[str, Callable[[bytes], int]] = {
    RAYDIUM_AMM_V4: lambda data: u64(data, 224),
    RAYDIUM_CPMM: lambda data: u64(data, 373),
    RAYDIUM_CLMM: lambda data: u64(data, 1080),
    METEORA_DAMM_V2: lambda data: u64(data, 472) if u8(data, 480) == _BY_TIMESTAMP else 0,
}


def liquidity_kind(pool: AccountBytes) -> LiquidityKind:
    """Tell by what right liquidity leaves a pool."""
    if pool.owner in _LP_PLACES:
        return LiquidityKind.LP_TOKENS
    if pool.owner in _CURVES:
        return LiquidityKind.CURVE
    return LiquidityKind.LOCKS if pool.owner == METEORA_DAMM_V2 else LiquidityKind.POSITIONS


def lp_token(pool: AccountBytes) -> LpToken | None:
    """Give a pool's LP token, None for pools without one or shorter than they should be."""
    places = _LP_PLACES.get(pool.owner)
    if places is None:
        return None
    try:
        return LpToken(mint=address(pool.data, places[0]), counted=u64(pool.data, places[1]))
    except UnreadableAccount:
        return None


def locked_share(pool: AccountBytes) -> Fraction | None:
    """Give the part of a DAMM v2 pool's liquidity that the pool itself has locked for ever."""
    if pool.owner != METEORA_DAMM_V2:
        return None
    try:
        whole, locked = u128(pool.data, 360), u128(pool.data, 552)
    except UnreadableAccount:
        return None
    return min(Fraction(locked, whole), Fraction(1)) if whole else None


def opened_at_seconds(pool: AccountBytes, now_seconds: int) -> int | None:
    """Give when a pool opened for trading (Unix seconds), None where its account does not say."""
    read = _OPENING.get(pool.owner)
    try:
        opened = 0 if read is None else read(pool.data)
    except UnreadableAccount:
        return None
    return opened if _FIRST_SECOND <= opened <= now_seconds else None
