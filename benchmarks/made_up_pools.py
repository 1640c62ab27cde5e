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
    (Venue.RAYDIUM_AMM_V4, PoolKind.RAYDIUM_AMM_V4, 0),
    (Venue.RAYDIUM_CPMM, PoolKind.RAYDIUM_CPMM, 0),
    (Venue.ORCA_WHIRLPOOL, PoolKind.ORCA_WHIRLPOOL, 64),
    (Venue.PUMPSWAP, PoolKind.PUMPSWAP, 0),
)
_RENT_LAMPORTS = 1_488_440
_MOVE = Decimal("1.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpPools:
    """Places to refresh, their groups (pool and both vaults), accounts and prices of two moments.

    `prices` holds both true prices of each pool, before and after it moved.
    """

    places: list[PoolPlace]
    groups: list[tuple[str, ...]]
    prices: dict[str, tuple[float, float]]
    before: dict[str, bytes]
    after: dict[str, bytes]


def make_pools(count: int) -> MadeUpPools:
    """Make so many pools, the four kinds with vaults in turn, each of its own token."""
    made = MadeUpPools(places=[], groups=[], prices={}, before={}, after={})
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
    made.groups.append((address, *(str(vault) for vault in pool.vaults)))
    mint = _entry(TOKEN_PROGRAM, spl_mint(10**15, 6, None, None))
    made.before[str(token.mint)] = made.after[str(token.mint)] = mint
    made.before.update(_entries(pool))
    price = pool.price()
    pool.move_to(price * _MOVE)
    made.after.update(_entries(pool))
    made.prices[address] = (float(price), float(pool.price()))


def _entries(pool: Pool) -> dict[str, bytes]:
    placements = pool.placements(_RENT_LAMPORTS)
    return {str(each.address): _entry(each.owner, each.data) for each in placements}


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
