"""Raydium CLMM pools: price and decimals stand in the account, the fee in its configuration."""

from bot.adapters.solana.pools.fields import address, signed, u8, u16, u32, u64, u128
from bot.adapters.solana.pools.programs import RAYDIUM_CLMM, account_mark
from bot.adapters.solana.pools.raydium_tick_arrays import known_ticks, read_tick_map
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.concentrated import ConcentratedPool, FeeSide
from bot.domain.pools.concentrated_step import FEE_ONE
from bot.domain.pools.raydium_ticks import MAX_RAYDIUM_SQRT_PRICE, raydium_sqrt_price_at
from bot.domain.pools.reading import PoolKind
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_SQRT_PRICE, MIN_TICK
from bot.domain.tokens import HoldingReading

MARK = account_mark("PoolState")
POOL_BYTES = 1544
CONFIG_MARK = account_mark("AmmConfig")
_SWAPS_OFF = 16  # bit 4 of the status
_FEE_SIDES = {1: FeeSide.FIRST, 2: FeeSide.SECOND}
_REDUCTION_ONE = 10_000
_DYNAMIC_FEE = slice(1096, 1176)
# Trade fees of the well-known configurations, for when their account is not at hand.
_KNOWN_TRADE_FEES = {
    "E64NGkDLLCdQ2yFNPcavaKptrEgmiQaNykUuLC1Qgwyp": 2_500,
    "HfERMT5DRA6C1TAqecrJQFpmkf3wsWTMncqnj3RDg5aw": 500,
    "A1BBtTYJd4i3xU8D6Tc2FzU6ZN4oXZWXKZnCxwbHXr8x": 10_000,
    "9iFER3bpjf1PTTCQCfTRu17EJgvsxo9pVyA9QWwEuX4x": 100,
}
_HIGHEST_TRADE_FEE = 40_000


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults, the fees, and little known mints.

    Decimals stand in the pool; a mint is asked for what it takes of every transfer.
    """
    vaults = (address(data, 137), address(data, 169))
    mints = unknown_decimals(address(data, 73), address(data, 105))
    return (*vaults, address(data, 9), *mints)


def read(around: Surroundings) -> StoredPool:
    """Read a pool, with as many ticks as the accounts show; raises `UnreadableAccount`.

    The vaults are optional: they only bound the depth. Source: raydium-clmm
    `states/pool.rs`, `states/config.rs` and `states/pool_fee.rs`.
    """
    data = around.pool().data
    first_mint, second_mint = address(data, 73), address(data, 105)
    first = around.holding_if_given(address(data, 137), first_mint)
    second = around.holding_if_given(address(data, 169), second_mint)
    trade_fee, notes = _trade_fee(around, data)
    return StoredPool(
        kind=PoolKind.RAYDIUM_CLMM,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=u8(data, 233),
        second_decimals=u8(data, 234),
        pool=_pool(around, (first, second), trade_fee),
        halt=first_of(
            "swaps off" if u8(data, 389) & _SWAPS_OFF else None,
            # The program wants the time to be later than the opening, not just as late.
            "not open yet" if around.is_before(u64(data, 1080) + 1) else None,
            frozen_vault(first, second),
            None if u128(data, 237) else "no liquidity at this price",
        ),
        notes=notes + around.transfer_fee_notes(first_mint, second_mint),
    )


def _pool(
    around: Surroundings,
    vaults: tuple[HoldingReading | None, HoldingReading | None],
    trade_fee: int,
) -> ConcentratedPool:
    data = around.pool().data
    sqrt_price, tick = _price_and_tick(data)
    liquidity = u128(data, 237)
    first_owed = u64(data, 309) + u64(data, 1064)
    second_owed = u64(data, 317) + u64(data, 1072)
    return ConcentratedPool(
        sqrt_price=sqrt_price,
        tick=tick,
        liquidity=liquidity,
        fee_rate=trade_fee,
        ticks=known_ticks(around),
        first_payable=_payable(vaults[0], first_owed, (liquidity << 64) // sqrt_price),
        second_payable=_payable(vaults[1], second_owed, liquidity * sqrt_price >> 64),
        adaptive_fee=_dynamic_fee(data, trade_fee, around.now_seconds),
        fee_side=_FEE_SIDES.get(u8(data, 390), FeeSide.INPUT),
        sqrt_price_of=raydium_sqrt_price_at,
    )


def _price_and_tick(data: bytes) -> tuple[int, int]:
    """Give square-root price and tick; raises `UnreadableAccount` if they are absurd.

    The price may stand at the upper end of its tick: after a falling swap that ends on a tick,
    and after a rising one that leaves limit orders there.
    """
    sqrt_price, tick = u128(data, 253), read_tick_map(data).tick
    if not MIN_SQRT_PRICE <= sqrt_price <= MAX_RAYDIUM_SQRT_PRICE:
        raise UnreadableAccount("a price out of range")
    if not MIN_TICK - 1 <= tick <= MAX_TICK:
        raise UnreadableAccount("a tick out of range")
    lowest, highest = max(tick, MIN_TICK), min(tick + 1, MAX_TICK)
    if not raydium_sqrt_price_at(lowest) <= sqrt_price <= raydium_sqrt_price_at(highest):
        raise UnreadableAccount("a tick that contradicts the price")
    return sqrt_price, tick


def _payable(vault: HoldingReading | None, owed: int, in_range: int) -> int:
    """Bound what could come out: the vault's content, and what the liquidity here implies."""
    return in_range if vault is None else max(min(vault.amount - owed, in_range), 0)


def _trade_fee(around: Surroundings, data: bytes) -> tuple[int, tuple[str, ...]]:
    """Give the trade fee in millionths, and a note if it is assumed."""
    place = address(data, 9)
    config = around.owned(place, RAYDIUM_CLMM)
    if config is None or config.data[:8] != CONFIG_MARK:
        return _KNOWN_TRADE_FEES.get(place, _HIGHEST_TRADE_FEE), ("fee assumed",)
    trade_fee = u32(config.data, 47)
    if trade_fee >= FEE_ONE:
        raise UnreadableAccount("a trade fee of all or more")
    return trade_fee, ()


def _dynamic_fee(data: bytes, trade_fee: int, now_seconds: int | None) -> AdaptiveFee | None:
    """Read the fee that adapts to volatility, None where the pool has none.

    It fades with time (`DynamicFeeInfo::update_reference`); without a time it stays.
    """
    if not any(data[_DYNAMIC_FEE]):
        return None
    spacing, tick = u16(data, 235), signed(data, 269, 4)
    reference_group, volatility = signed(data, 1110, 4), u32(data, 1114)
    elapsed = 0 if now_seconds is None else max(now_seconds - u64(data, 1122), 0)
    if elapsed >= u16(data, 1096):
        is_fading = elapsed < u16(data, 1098)
        faded = u32(data, 1118) * u16(data, 1100) // _REDUCTION_ONE
        reference_group, volatility = tick // spacing, faded if is_fading else 0
    return AdaptiveFee(
        fixed_rate=trade_fee,
        control_factor=u32(data, 1102),
        highest_volatility=u32(data, 1106),
        group_size=spacing,
        reference_group=reference_group,
        volatility_reference=volatility,
        keeps_height=True,
    )
