"""Meteora DLMM pairs: the price is that of the active bin, decimals stand only in the mints."""

from fractions import Fraction
from functools import lru_cache

from bot.adapters.solana.pools.bin_arrays import known_bins, read_bin_map
from bot.adapters.solana.pools.fields import (
    NO_ADDRESS,
    address,
    signed,
    u8,
    u16,
    u32,
    u64,
)
from bot.adapters.solana.pools.programs import account_mark
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.bin_fee import FEE_ONE, BinFee
from bot.domain.pools.bin_prices import MAX_BIN, MIN_BIN, STEP_ONE, bin_price_at
from bot.domain.pools.binned import BinnedPool
from bot.domain.pools.bins import Bin
from bot.domain.pools.reading import PoolKind
from bot.domain.tokens import HoldingReading

MARK = account_mark("LbPair")
PAIR_BYTES = 904
_ENABLED = 0
_GATED_TYPES = (1, 2)  # permissioned pairs and launch pairs open at a point of their own
_BY_SLOT, _BY_TIME = 0, 1
_ORDERS_UNDECIDED, _ORDERS_TAKEN = 0, 2
_FEE_IN_SECOND = 1
_REDUCTION_ONE = 10_000
_LARGEST_POWER = 9  # of ten, in the base fee
_SPOT_BITS = 192


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both reserves, and mints of unknown decimals."""
    reserves = (address(data, 152), address(data, 184))
    return reserves + unknown_decimals(address(data, 88), address(data, 120))


def read(around: Surroundings) -> StoredPool:
    """Read a pair, with as many bins as the accounts show; raises `UnreadableAccount`.

    Source: dlmm-sdk 0.12 IDL (`LbPair`) and `extensions/lb_pair.rs`. The reserves are
    optional: they only bound the depth.
    """
    data = around.pool().data
    first_mint, second_mint = address(data, 88), address(data, 120)
    first = around.holding_if_given(address(data, 152), first_mint)
    second = around.holding_if_given(address(data, 184), second_mint)
    return StoredPool(
        kind=PoolKind.METEORA_DLMM,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=around.decimals(first_mint),
        second_decimals=around.decimals(second_mint),
        pool=_pool(around, (first, second)),
        halt=first_of(
            "pair disabled" if u8(data, 82) != _ENABLED else None,
            "not open yet" if _is_before_opening(around, data) else None,
            frozen_vault(first, second),
            "no liquidity" if _is_empty(first) and _is_empty(second) else None,
        ),
        notes=around.transfer_fee_notes(first_mint, second_mint),
    )


def _pool(
    around: Surroundings, reserves: tuple[HoldingReading | None, HoldingReading | None]
) -> BinnedPool:
    data = around.pool().data
    bin_map = read_bin_map(data)
    if not bin_map.bin_step or not MIN_BIN <= bin_map.active_bin <= MAX_BIN:
        raise UnreadableAccount("an active bin out of range")
    if not bin_price_at(bin_map.active_bin, bin_map.bin_step):
        raise UnreadableAccount("a price out of range")
    bins = known_bins(around, has_orders=_takes_orders(data))
    spot = _spot(bin_map.active_bin, bin_map.bin_step)
    first, second = _held(reserves[0], u64(data, 216)), _held(reserves[1], u64(data, 224))
    payable = _evenly(first, second, spot) if bins is None else _in_bins(first, second, bins)
    return BinnedPool(
        active_bin=bin_map.active_bin,
        bins=bins or (),
        fee=_fee(data, around.now_seconds),
        spot=spot,
        first_payable=payable[0],
        second_payable=payable[1],
        is_fee_in_second=u8(data, 36) == _FEE_IN_SECOND,
    )


@lru_cache(maxsize=8192)
def _spot(active_bin: int, bin_step: int) -> Fraction:
    """Give (1 + bin step) to the power of the bin, to some fifty digits."""
    one = 1 << _SPOT_BITS
    step, power, count = (STEP_ONE + bin_step) * one // STEP_ONE, one, abs(active_bin)
    while count:
        if count & 1:
            power = power * step >> _SPOT_BITS
        step = step * step >> _SPOT_BITS
        count >>= 1
    return Fraction(power, one) if active_bin >= 0 else Fraction(one, power)


def _held(reserve: HoldingReading | None, owed: int) -> int | None:
    return None if reserve is None else max(reserve.amount - owed, 0)


def _in_bins(first: int | None, second: int | None, bins: tuple[Bin, ...]) -> tuple[int, int]:
    """Bound what could come out by the known bins: a reserve also holds what is far away."""
    in_first = sum(found.payable(first_in=False) for found in bins)
    in_second = sum(found.payable(first_in=True) for found in bins)
    return (
        in_first if first is None else min(first, in_first),
        in_second if second is None else min(second, in_second),
    )


def _evenly(first: int | None, second: int | None, spot: Fraction) -> tuple[int, int]:
    """Bound what could come out where no bin is known: no more on one side than on the other.

    What lies on one side alone was left behind by the price, and may be anywhere.
    """
    if first is None or second is None:
        return first or 0, second or 0
    return min(first, int(second / spot)), min(second, int(first * spot))


def _is_empty(reserve: HoldingReading | None) -> bool:
    return reserve is not None and reserve.amount == 0


def _is_before_opening(around: Surroundings, data: bytes) -> bool:
    if u8(data, 75) not in _GATED_TYPES:
        return False
    opening, activation = u64(data, 816), u8(data, 86)
    if activation == _BY_TIME:
        return around.is_before(opening)
    return activation == _BY_SLOT and around.slot is not None and around.slot < opening


def _takes_orders(data: bytes) -> bool:
    """Tell whether limit orders count: as the pair says, or where it rewards nobody."""
    function = u8(data, 35)
    has_rewards = any(address(data, offset) != NO_ADDRESS for offset in (264, 408))
    return function == _ORDERS_TAKEN or (function == _ORDERS_UNDECIDED and not has_rewards)


def _fee(data: bytes, now_seconds: int | None) -> BinFee:
    """Read the fee; its moving part fades with time (`update_references`), without a time not."""
    power, bin_step = u8(data, 34), u16(data, 80)
    if power > _LARGEST_POWER:
        raise UnreadableAccount("a base fee beyond counting")
    base_rate = u16(data, 8) * bin_step * 10 * 10**power
    reference_bin, volatility = signed(data, 48, 4), u32(data, 44)
    elapsed = 0 if now_seconds is None else now_seconds - signed(data, 56, 8)
    if elapsed >= u16(data, 10):
        is_fading = elapsed < u16(data, 12)
        faded = u32(data, 40) * u16(data, 14) // _REDUCTION_ONE
        reference_bin, volatility = signed(data, 76, 4), faded if is_fading else 0
    return BinFee(
        base_rate=min(base_rate, FEE_ONE),
        bin_step=bin_step,
        control_factor=u32(data, 16),
        highest_volatility=u32(data, 20),
        reference_bin=reference_bin,
        volatility_reference=volatility,
    )
