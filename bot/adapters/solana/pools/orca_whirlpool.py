"""Orca Whirlpool pools: the price stands in the account, decimals only in the mints."""

from bot.adapters.solana.pools.fields import address, signed, u16, u64, u128
from bot.adapters.solana.pools.programs import account_mark
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.adapters.solana.pools.tick_arrays import known_ticks
from bot.adapters.solana.pools.whirlpool_oracle import (
    WhirlpoolOracle,
    has_adaptive_fee,
    read_oracle,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.concentrated import ConcentratedPool
from bot.domain.pools.reading import PoolKind
from bot.domain.pools.sqrt_price import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    MIN_TICK,
    sqrt_price_at,
)
from bot.domain.tokens import HoldingReading

MARK = account_mark("Whirlpool")
POOL_BYTES = 653


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults, and mints of unknown decimals."""
    vaults = (address(data, 133), address(data, 213))
    return vaults + unknown_decimals(address(data, 101), address(data, 181))


def read(around: Surroundings) -> StoredPool:
    """Read a pool, with as many ticks as the accounts show; raises `UnreadableAccount`.

    The vaults are optional: they only bound the depth. Source: whirlpool
    `state/whirlpool.rs`.
    """
    data = around.pool().data
    first_mint, second_mint = address(data, 101), address(data, 181)
    first = around.holding_if_given(address(data, 133), first_mint)
    second = around.holding_if_given(address(data, 213), second_mint)
    oracle = read_oracle(around, signed(data, 81, 4))
    return StoredPool(
        kind=PoolKind.ORCA_WHIRLPOOL,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=around.decimals(first_mint),
        second_decimals=around.decimals(second_mint),
        pool=_pool(around, data, (first, second), oracle),
        halt=first_of(
            "not open yet" if oracle and around.is_before(oracle.opens_at_seconds) else None,
            frozen_vault(first, second),
            None if u128(data, 49) else "no liquidity at this price",
        ),
        notes=_fee_notes(data, oracle) + around.transfer_fee_notes(first_mint, second_mint),
    )


def price_and_tick(data: bytes) -> tuple[int, int, int]:
    """Give square-root price, tick and tick spacing; raises `UnreadableAccount` if absurd.

    After a falling swap that ends on a tick the program stores the tick below it, so the
    price may stand at the upper end of its tick.
    """
    sqrt_price, tick, tick_spacing = u128(data, 65), signed(data, 81, 4), u16(data, 41)
    if not (MIN_SQRT_PRICE <= sqrt_price <= MAX_SQRT_PRICE and tick_spacing):
        raise UnreadableAccount("a price out of range")
    if not MIN_TICK - 1 <= tick <= MAX_TICK:
        raise UnreadableAccount("a tick out of range")
    lowest, highest = max(tick, MIN_TICK), min(tick + 1, MAX_TICK)
    if not sqrt_price_at(lowest) <= sqrt_price <= sqrt_price_at(highest):
        raise UnreadableAccount("a tick that contradicts the price")
    return sqrt_price, tick, tick_spacing


def _pool(
    around: Surroundings,
    data: bytes,
    vaults: tuple[HoldingReading | None, HoldingReading | None],
    oracle: WhirlpoolOracle | None,
) -> ConcentratedPool:
    sqrt_price, tick, tick_spacing = price_and_tick(data)
    liquidity = u128(data, 49)
    return ConcentratedPool(
        sqrt_price=sqrt_price,
        tick=tick,
        liquidity=liquidity,
        fee_rate=u16(data, 45),
        ticks=known_ticks(around, tick, tick_spacing),
        first_payable=_payable(vaults[0], u64(data, 85), (liquidity << 64) // sqrt_price),
        second_payable=_payable(vaults[1], u64(data, 93), liquidity * sqrt_price >> 64),
        adaptive_fee=None if oracle is None else oracle.fee,
    )


def _payable(vault: HoldingReading | None, owed: int, in_range: int) -> int:
    """Bound what could come out: the vault's content, and what the liquidity here implies.

    The vault also holds liquidity of other prices and fees of others; the liquidity here
    may end at the next tick: each alone would promise too much.
    """
    return in_range if vault is None else max(min(vault.amount - owed, in_range), 0)


def _fee_notes(data: bytes, oracle: WhirlpoolOracle | None) -> tuple[str, ...]:
    if oracle is None and has_adaptive_fee(data):
        return ("fee assumed: it adapts to volatility, only its fixed part is known",)
    return ()
