"""The sandbox's pools, written by another hand, read and swapped by ours: both must agree.

The sandbox lays out genuine-form accounts and has arithmetic of its own; it imports nothing
of the product and the product nothing of it.
"""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Protocol, cast

import pytest

from bot.adapters.solana.addresses import extra_accounts
from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.catalogue import read_pool
from bot.domain.errors import PoolTooThin
from bot.domain.pools.reading import Direction, PoolReading
from bot.sandbox.market.catalogue import SOL_PRICE_USDC, plan_tokens
from bot.sandbox.market.genesis import genesis_placements
from bot.sandbox.market.pool_maker import make_pool, make_sol_pools
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.solana_rpc.chain import Placement


class SwappablePool(Pool, Protocol):
    """What every pool of the sandbox's market can do."""

    def swap(self, *, sells_base: bool, amount_in: int) -> int: ...


SEED = 7
PLANS = plan_tokens(SEED)


def all_pools() -> Iterator[Pool]:
    yield from make_sol_pools(SOL_PRICE_USDC)
    for token in PLANS:
        for plan in token.pools:
            yield make_pool(token, plan, SOL_PRICE_USDC)


def account_of(placement: Placement) -> AccountBytes:
    return AccountBytes(owner=str(placement.owner), data=placement.data)


GENESIS = {str(made.address): account_of(made) for made in genesis_placements(PLANS)}
POOLS = cast("list[SwappablePool]", list(all_pools()))


def read(pool: Pool) -> PoolReading:
    own = {str(made.address): account_of(made) for made in pool.placements(2_039_280)}
    accounts = GENESIS | own
    address = str(pool.address)
    asked = extra_accounts(address, accounts[address])
    absent = [place for place in asked if place not in accounts]
    return read_pool(address, accounts, 1, absent=absent, base_mint=str(pool.base.mint))


@pytest.mark.parametrize("pool", POOLS, ids=lambda pool: f"{pool.kind}-{pool.address}")
def test_both_sides_agree_on_price_and_swaps(pool: SwappablePool) -> None:
    agreed = 0
    moved = deepcopy(pool)
    for factor in ("1", "1.02", "0.95", "1.3", "0.8"):
        moved.move_to(moved.price() * Decimal(factor))
        reading = read(moved)
        assert reading.halt is None
        assert abs(reading.price / moved.price() - 1) < Decimal("1e-9")
        for direction in Direction:
            for share in (10**6, 10**4, 100, 7):
                agreed += agree(moved, reading, direction, share)
    assert agreed >= 20  # of forty; the rest is beyond what a pool can pay


def agree(pool: SwappablePool, reading: PoolReading, direction: Direction, share: int) -> bool:
    """Compare one swap of a share of the depth with the sandbox's own answer."""
    depth = reading.curve.depth_quote_units()
    amount = max(depth // share, 1_000)
    if direction is Direction.SELL_BASE:
        amount = int(amount / reading.curve.spot_units())
    try:
        ours = reading.curve.swap_exact_in(direction, amount)
    except PoolTooThin:
        return False
    theirs = deepcopy(pool).swap(sells_base=direction is Direction.SELL_BASE, amount_in=amount)
    assert ours.amount_out == theirs
    return True
