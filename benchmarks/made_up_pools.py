"""Makes many pools in genuine layouts, as JSON account entries by address."""

from base64 import b64encode
from dataclasses import dataclass
from decimal import Decimal

import orjson

from bot.domain.pools.reading import PoolKind
from bot.ports.chain import PoolPlace
from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts.addresses import TOKEN_PROGRAM, made_up_address
from bot.sandbox.market.layouts.tokens import spl_mint
from bot.sandbox.market.pool_maker import make_pool
from bot.sandbox.market.pools.pool import Pool

_KINDS = (
    (Venue.ORCA_WHIRLPOOL, PoolKind.ORCA_WHIRLPOOL, 64),
    (Venue.RAYDIUM_CLMM, PoolKind.RAYDIUM_CLMM, 60),
)
"""Kinds that need one account for a price: of 653 and of 1544 bytes."""
_RENT_LAMPORTS = 1_488_440
_MOVE = Decimal("1.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpPools:
    """Places to refresh, each of its own token, and the accounts of two moments.

    `prices` holds both true prices of each pool, in SOL, before and after it moved.
    """

    places: list[PoolPlace]
    prices: dict[str, tuple[Decimal, Decimal]]
    before: dict[str, bytes]
    after: dict[str, bytes]


def make_pools(count: int) -> MadeUpPools:
    """Make so many pools, the kinds in turn."""
    made = MadeUpPools(places=[], prices={}, before={}, after={})
    for number in range(count):
        venue, kind, tuning = _KINDS[number % len(_KINDS)]
        _add(made, number, kind, PoolPlan(venue=venue, depth_sol=Decimal(100), tuning=tuning))
    return made


def _add(made: MadeUpPools, number: int, kind: PoolKind, plan: PoolPlan) -> None:
    token = TokenPlan(
        mint=made_up_address("benchmark", number),
        symbol="B",
        name="B",
        decimals=6,
        supply_units=10**15,
        price_sol=Decimal(number + 1) / 10**6,
        swing=Decimal(0),
        pools=(plan,),
    )
    pool = make_pool(token, plan, Decimal(150))
    address = str(pool.address)
    made.places.append(
        PoolPlace(address=address, kind=kind, source="benchmark", mint=str(token.mint))
    )
    mint = _entry(TOKEN_PROGRAM, spl_mint(10**15, 6, None, None))
    made.before[str(token.mint)] = made.after[str(token.mint)] = mint
    made.before.update(_entries(pool))
    price = pool.price()
    pool.move_to(price * _MOVE)
    made.after.update(_entries(pool))
    made.prices[address] = (price, pool.price())


def _entries(pool: Pool) -> dict[str, bytes]:
    # Ticks matter to a fill, not to a price: thousands of arrays would only fill the memory.
    wanted = {pool.address, *pool.vaults}
    return {
        str(each.address): _entry(each.owner, each.data)
        for each in pool.placements(_RENT_LAMPORTS)
        if each.address in wanted
    }


def _entry(owner: object, data: bytes) -> bytes:
    account = {
        "data": [b64encode(data).decode(), "base64"],
        "executable": False,
        "lamports": _RENT_LAMPORTS,
        "owner": str(owner),
        "rentEpoch": 18446744073709551615,
        "space": len(data),
    }
    return orjson.dumps(account)
