"""Meteora DAMM v2 pools: one range of liquidity, or two reserves that compound their fees."""

from bot.adapters.solana.pools.fields import address, u8, u64, u128
from bot.adapters.solana.pools.meteora_activation import read_activation
from bot.adapters.solana.pools.meteora_damm_v2_fees import read_fees
from bot.adapters.solana.pools.programs import account_mark
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import (
    Surroundings,
    first_of,
    frozen_vault,
    unknown_decimals,
)
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.meteora_curves import RangeCurve, ReservesCurve
from bot.domain.pools.meteora_fees import MeteoraFees
from bot.domain.pools.meteora_pool import MeteoraCurve, MeteoraPool
from bot.domain.pools.meteora_prices import first_between, second_between
from bot.domain.pools.reading import PoolKind
from bot.domain.tokens import HoldingReading

MARK = account_mark("Pool")
POOL_BYTES = 1112
_BOTH_TOKENS, _ONLY_SECOND, _COMPOUNDING = 0, 1, 2
_TOKEN_2022 = 1


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults, and mints of unknown decimals."""
    vaults = (address(data, 232), address(data, 264))
    return vaults + unknown_decimals(address(data, 168), address(data, 200))


def read(around: Surroundings) -> StoredPool:
    """Read a pool; raises `UnreadableAccount`.

    The vaults are optional: they only bound the depth. Source: cp-amm `state/pool.rs`,
    `state/fee.rs` and `base_fee/`, release 0.2.1.
    """
    data = around.pool().data
    first_mint, second_mint = address(data, 168), address(data, 200)
    first = around.holding_if_given(address(data, 232), first_mint)
    second = around.holding_if_given(address(data, 264), second_mint)
    activation = read_activation(around, kind=u8(data, 480), opens_at=u64(data, 472))
    pool = _pool(data, (first, second), read_fees(data, activation))
    return StoredPool(
        kind=PoolKind.METEORA_DAMM_V2,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=around.decimals(first_mint),
        second_decimals=around.decimals(second_mint),
        pool=pool,
        halt=first_of(
            "swaps off" if u8(data, 481) else None,
            "not open yet" if activation.is_ahead else None,
            frozen_vault(first, second),
            None if pool.price() and u128(data, 360) else "no liquidity",
        ),
        notes=_token_2022_notes(around, data) + around.transfer_fee_notes(first_mint, second_mint),
    )


def _pool(
    data: bytes,
    vaults: tuple[HoldingReading | None, HoldingReading | None],
    fees: MeteoraFees,
) -> MeteoraPool:
    curve, reserves = _curve_and_reserves(data)
    owed = (u64(data, 392), u64(data, 400))
    payable = tuple(
        reserve if vault is None else max(min(vault.amount - kept, reserve), 0)
        for reserve, vault, kept in zip(reserves, vaults, owed, strict=True)
    )
    return MeteoraPool(
        curve=curve,
        fees=fees,
        is_fee_in_second=u8(data, 484) != _BOTH_TOKENS,
        first_payable=payable[0],
        second_payable=payable[1],
    )


def _curve_and_reserves(data: bytes) -> tuple[MeteoraCurve, tuple[int, int]]:
    mode, is_counted = u8(data, 484), u8(data, 696) == 1
    counted = (u64(data, 680), u64(data, 688))
    if mode == _COMPOUNDING:
        if not is_counted:
            raise UnreadableAccount("a compounding pool without its amounts")
        return ReservesCurve(first_reserve=counted[0], second_reserve=counted[1]), counted
    if mode not in (_BOTH_TOKENS, _ONLY_SECOND):
        raise UnreadableAccount(f"fees collected in mode {mode}")
    lowest, highest, sqrt_price = u128(data, 424), u128(data, 440), u128(data, 456)
    if not 0 < lowest <= sqrt_price <= highest:
        raise UnreadableAccount("a price out of range")
    liquidity = u128(data, 360)
    curve = RangeCurve(lowest=lowest, highest=highest, sqrt_price=sqrt_price, liquidity=liquidity)
    if is_counted:
        return curve, counted
    # The next swap counts them so (`update_layout_version_if_needed`).
    first = first_between(sqrt_price, highest, liquidity, round_up=True)
    return curve, (first, second_between(lowest, sqrt_price, liquidity, round_up=True))


def _token_2022_notes(around: Surroundings, data: bytes) -> tuple[str, ...]:
    """Say which tokens' program may withhold something, where their mints are not at hand."""
    sides = ((u8(data, 482), address(data, 168)), (u8(data, 483), address(data, 200)))
    return tuple(
        f"Token-2022 mint {mint}: its rules are not at hand"
        for flag, mint in sides
        if flag == _TOKEN_2022 and around.mint(mint) is None
    )
