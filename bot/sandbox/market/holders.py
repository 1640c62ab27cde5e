"""Who holds the market's tokens beside its pools, and who holds the pools' LP tokens."""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from solders.pubkey import Pubkey

from bot.sandbox.market.catalogue import TokenPlan
from bot.sandbox.market.layouts.addresses import (
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    associated_token_account,
    made_up_address,
)
from bot.sandbox.market.layouts.extensions import TRANSFER_FEE_CONFIG
from bot.sandbox.market.layouts.tokens import spl_mint, token_account
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.solana_rpc.chain import Placement

LP_DECIMALS = 9
SHARES_PER_MILLE = (31, 28, 25, 22, 20, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 8, 7, 7, 6, 6, 5)
"""What the largest holders have of all that lies in no pool."""


@runtime_checkable
class LpPool(Protocol):
    """A pool that gave out LP tokens when it opened."""

    @property
    def lp_mint(self) -> Pubkey:
        """The mint of its LP tokens."""

    @property
    def lp_counted(self) -> int:
        """How many it gave out; it does not learn of burnt ones."""


def holder_placements(plan: TokenPlan, pools: Sequence[Pool]) -> Iterable[Placement]:
    """Give the accounts of a token's large holders, and the LP mints of its pools."""
    left = max(plan.supply_units - _pooled(plan.mint, pools), 0)
    for number, share in enumerate(_shares(plan)):
        holder = made_up_address("holder", plan.mint, number)
        if units := left * share // 1_000:
            yield _holding(plan, holder, units)
    for pool, pool_plan in zip(pools, plan.pools, strict=True):
        if isinstance(pool, LpPool):
            yield from _lp_placements(pool, pool_plan.lp_burned_percent)


def _shares(plan: TokenPlan) -> Sequence[int]:
    if not plan.insider_percent:
        return SHARES_PER_MILLE
    return (plan.insider_percent * 10, *(share // 3 for share in SHARES_PER_MILLE))


def _holding(plan: TokenPlan, holder: Pubkey, units: int) -> Placement:
    data = token_account(
        plan.mint,
        holder,
        units,
        immutable_owner=plan.program == TOKEN_2022_PROGRAM,
        withholds_fee=any(number == TRANSFER_FEE_CONFIG for number, _ in plan.extensions),
    )
    address = associated_token_account(holder, plan.mint, plan.program)
    return Placement(address=address, owner=plan.program, data=data)


def _lp_placements(pool: LpPool, burned_percent: int) -> Iterable[Placement]:
    supply = pool.lp_counted * (100 - burned_percent) // 100
    yield Placement(
        address=pool.lp_mint,
        owner=TOKEN_PROGRAM,
        data=spl_mint(supply, LP_DECIMALS, made_up_address("lp authority", pool.lp_mint)),
    )
    if supply:
        holder = made_up_address("liquidity provider", pool.lp_mint)
        yield Placement(
            address=associated_token_account(holder, pool.lp_mint, TOKEN_PROGRAM),
            owner=TOKEN_PROGRAM,
            data=token_account(pool.lp_mint, holder, supply),
        )


def _pooled(mint: Pubkey, pools: Sequence[Pool]) -> int:
    return sum(
        int.from_bytes(placement.data[64:72], "little")
        for pool in pools
        for placement in pool.placements(0)
        if placement.address in pool.vaults and placement.data[:32] == bytes(mint)
    )
