"""Raydium AMM v4 pools: 752 bytes without a mark, priced by their two vaults."""

from bot.adapters.solana.pools.fields import address, u64
from bot.adapters.solana.pools.stored import StoredPool
from bot.adapters.solana.pools.surroundings import Surroundings, first_of, frozen_vault
from bot.domain.errors import UnreadableAccount
from bot.domain.pools.constant_product import ConstantProductPool, FeeRate, SwapFees
from bot.domain.pools.reading import PoolKind

POOL_BYTES = 752
_INITIALIZED, _SWAP_ONLY, _WAITING = 1, 6, 7
_MOST_DECIMALS = 255


def vaults_and_mints(data: bytes) -> tuple[str, str, str, str]:
    """Give base vault, quote vault, base mint and quote mint."""
    return address(data, 336), address(data, 368), address(data, 400), address(data, 432)


def accounts_needed(data: bytes) -> tuple[str, ...]:
    """Give the addresses that a reading needs: both vaults."""
    return vaults_and_mints(data)[:2]


def read(around: Surroundings) -> StoredPool:
    """Read a pool; raises `UnreadableAccount`.

    Reserves are the vaults less the profit set aside (`need_take_pnl`). Source:
    raydium-amm `state.rs` and `processor.rs`, program version without order books.
    """
    data = around.pool().data
    base_vault, quote_vault, base_mint, quote_mint = vaults_and_mints(data)
    base = around.holding(base_vault, base_mint)
    quote = around.holding(quote_vault, quote_mint)
    base_reserve, quote_reserve = base.amount - u64(data, 192), quote.amount - u64(data, 200)
    if min(base_reserve, quote_reserve) < 0:
        raise UnreadableAccount("a vault holds less than the profit set aside")
    fees = SwapFees(on_input=_swap_fee(data))
    return StoredPool(
        kind=PoolKind.RAYDIUM_AMM_V4,
        first_mint=base_mint,
        second_mint=quote_mint,
        first_decimals=_decimals(data, 32),
        second_decimals=_decimals(data, 40),
        pool=ConstantProductPool(
            first_reserve=base_reserve,
            second_reserve=quote_reserve,
            first_in_fees=fees,
            second_in_fees=fees,
        ),
        halt=first_of(
            _closed(around, data),
            frozen_vault(base, quote),
            None if base_reserve and quote_reserve else "no liquidity",
        ),
    )


def _swap_fee(data: bytes) -> FeeRate:
    rate = FeeRate(numerator=u64(data, 176), denominator=u64(data, 184))
    if rate.numerator >= rate.denominator:
        raise UnreadableAccount("a swap fee of all or more")
    return rate


def _decimals(data: bytes, offset: int) -> int:
    decimals = u64(data, offset)
    if decimals > _MOST_DECIMALS:
        raise UnreadableAccount(f"{decimals} decimals")
    return decimals


def _closed(around: Surroundings, data: bytes) -> str | None:
    status = u64(data, 0)
    if status == _WAITING:
        return "not open yet" if around.is_before(u64(data, 224)) else None
    return None if status in (_INITIALIZED, _SWAP_ONLY) else f"swaps off (status {status})"
