"""Raydium CPMM pools, priced by their vaults less the fees that these keep for others."""

from bot.adapters.solana.pools.fields import address, u8, u64
from bot.adapters.solana.pools.programs import RAYDIUM_CPMM, account_mark
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import Surroundings, first_of, frozen_vault
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.constant_product import NO_FEE, ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.reading import PoolKind

MARK = account_mark("PoolState")
CONFIG_MARK = account_mark("AmmConfig")
_FEE_ONE = 1_000_000
_SWAPS_OFF = 4  # bit 2 of the status
_BOTH, _ONLY_FIRST, _ONLY_SECOND = 0, 1, 2
# Trade fees of the well-known configurations, for when their account is not at hand.
_KNOWN_TRADE_FEES = {
    "D4FPEruKEHrG5TenZ2mpDGEfu1iUvTiqBxvpU8HLBvC2": 2_500,
    "G95xxie3XbkCqtE39GgQ9Ggc7xBC8Uceve7HFDEFApkc": 10_000,
    "2fGXL8uhqxJ4tpgtosHZXT4zcQap6j62z3bMDxdkMvy5": 20_000,
    "C7Cx2pMLtjybS3mDKSfsBj4zQ3PRZGkKt7RCYTTbCSx2": 40_000,
}
_HIGHEST_TRADE_FEE = 40_000


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults and the fee configuration."""
    return address(data, 72), address(data, 104), address(data, 8)


def read(around: Surroundings) -> StoredPool:
    """Read a pool; raises `UnreadableAccount`.

    Source: raydium-cp-swap `states/pool.rs` (`vault_amount_without_fee`) and
    `states/config.rs`.
    """
    data = around.pool().data
    first_mint, second_mint = address(data, 168), address(data, 200)
    first = around.holding(address(data, 72), first_mint)
    second = around.holding(address(data, 104), second_mint)
    first_reserve = first.amount - _set_aside(data, 0)
    second_reserve = second.amount - _set_aside(data, 8)
    if min(first_reserve, second_reserve) < 0:
        raise UnreadableAccount("a vault holds less than the fees set aside")
    trade_fee, creator_fee, notes = _rates(around, data)
    return StoredPool(
        kind=PoolKind.RAYDIUM_CPMM,
        first_mint=first_mint,
        second_mint=second_mint,
        first_decimals=u8(data, 331),
        second_decimals=u8(data, 332),
        pool=ConstantProductPool(
            first_reserve=first_reserve,
            second_reserve=second_reserve,
            first_in_fees=_fees(trade_fee, creator_fee, u8(data, 389), _ONLY_FIRST),
            second_in_fees=_fees(trade_fee, creator_fee, u8(data, 389), _ONLY_SECOND),
        ),
        halt=first_of(
            "swaps off" if u8(data, 329) & _SWAPS_OFF else None,
            "not open yet" if around.is_before(u64(data, 373)) else None,
            frozen_vault(first, second),
            None if first_reserve and second_reserve else "no liquidity",
        ),
        notes=notes + around.transfer_fee_notes(first_mint, second_mint),
    )


def _set_aside(data: bytes, side_offset: int) -> int:
    return sum(u64(data, offset + side_offset) for offset in (341, 357, 397))


def _rates(around: Surroundings, data: bytes) -> tuple[int, int, tuple[str, ...]]:
    """Give trade fee and creator fee in millionths, and a note if they are assumed."""
    place = address(data, 8)
    config = around.owned(place, RAYDIUM_CPMM)
    if config is None or config.data[:8] != CONFIG_MARK:
        return _KNOWN_TRADE_FEES.get(place, _HIGHEST_TRADE_FEE), 0, ("fee assumed",)
    trade_fee = u64(config.data, 12)
    creator_fee = u64(config.data, 108) if u8(data, 390) else 0
    if trade_fee + creator_fee >= _FEE_ONE:
        raise UnreadableAccount("a trade fee of all or more")
    return trade_fee, creator_fee, ()


def _fees(trade_fee: int, creator_fee: int, creator_fee_on: int, own_side: int) -> SwapFees:
    if creator_fee_on > _ONLY_SECOND:
        raise UnreadableAccount(f"creator fee on side {creator_fee_on}")
    if creator_fee_on in (_BOTH, own_side):
        return SwapFees(on_input=_rate(trade_fee + creator_fee))
    on_output = _rate(creator_fee) if creator_fee else NO_FEE
    return SwapFees(on_input=_rate(trade_fee), on_output=on_output)


def _rate(millionths: int) -> FeeRate:
    return FeeRate(numerator=millionths, denominator=_FEE_ONE)
