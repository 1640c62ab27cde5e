"""A chain whose pools move all the time, three endpoints over it, and the truth of each price."""

import asyncio
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from bot.domain.pools.reading import PoolKind, PoolReading
from bot.ports.chain import PoolPlace
from bot.sandbox.market.catalogue import PoolPlan, TokenPlan, Venue
from bot.sandbox.market.layouts.addresses import TOKEN_PROGRAM, made_up_address
from bot.sandbox.market.layouts.tokens import spl_mint
from bot.sandbox.market.pool_maker import make_pool
from bot.sandbox.market.pools.pool import Pool
from bot.sandbox.solana_rpc.application import serve_rpc
from bot.sandbox.solana_rpc.chain import Chain, Placement
from bot.sandbox.solana_rpc.endpoint import Endpoint

SLOT_MS = 200
_KINDS = (
    (Venue.RAYDIUM_CPMM, PoolKind.RAYDIUM_CPMM, 0),
    (Venue.ORCA_WHIRLPOOL, PoolKind.ORCA_WHIRLPOOL, 64),
    (Venue.RAYDIUM_AMM_V4, PoolKind.RAYDIUM_AMM_V4, 0),
)
_MOVED_A_STEP = 12
_STEP_SECONDS = 0.05
_PRECISION = Decimal("1e-6")


@dataclass(slots=True)
class Moments:
    """The chain's time; it can be held, so that no slot passes within what belongs to one."""

    held_ns: int | None = None

    def __call__(self) -> int:
        """Give nanoseconds, as the chain asks for them."""
        return time.monotonic_ns() if self.held_ns is None else self.held_ns


@dataclass(slots=True, kw_only=True)
class FailoverWorld:
    """The chain, its endpoints, and what each pool's price was from which slot on."""

    chain: Chain
    moments: Moments
    urls: Sequence[str]
    endpoints: Sequence[Endpoint]
    pools: Sequence[tuple[PoolPlace, Pool]]
    chance: Random
    _slots: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _prices: defaultdict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))

    def is_true(self, reading: PoolReading) -> bool:
        """Tell whether a pool had this price at the slot that the reading names."""
        slots = self._slots[reading.address]
        truth = self._prices[reading.address][max(bisect_right(slots, reading.slot) - 1, 0)]
        return abs(reading.price / truth - 1) < _PRECISION

    def age_seconds(self, slot: int) -> float:
        """Give how long ago a slot was the newest that an endpoint in order would answer with."""
        newest = self.chain.slot - self.chain.depth_slots["confirmed"]
        return max(newest - slot, 0) * SLOT_MS / 1000

    def note(self, pool: Pool) -> None:
        """Put a pool on the chain as it stands, and remember its price from the same slot on."""
        self.moments.held_ns = time.monotonic_ns()
        self._note(pool)
        self.moments.held_ns = None

    def _note(self, pool: Pool) -> None:
        address, slot = str(pool.address), self.chain.slot
        self.chain.place_all(_placements(pool))
        slots, prices = self._slots[address], self._prices[address]
        if slots and slots[-1] == slot:
            prices[-1] = pool.price()
            return
        slots.append(slot)
        prices.append(pool.price())

    async def move(self) -> None:
        """Move some pools at a time, for ever."""
        while True:
            for _, pool in self.chance.sample(list(self.pools), _MOVED_A_STEP):
                step = Decimal(self.chance.choice((990, 995, 1005, 1010))) / 1000
                pool.move_to(pool.price() * step)
                self.note(pool)
            await asyncio.sleep(_STEP_SECONDS)


@asynccontextmanager
async def failover_world(count: int, seed: int) -> AsyncIterator[FailoverWorld]:
    """Run a world of so many pools, each of its own token."""
    moments = Moments()
    chain = Chain(slot_ms=SLOT_MS, monotonic_ns=moments)
    made = list(_make(chain, count))
    async with AsyncExitStack() as stack:
        served = [await stack.enter_async_context(serve_rpc(chain)) for _ in range(3)]
        chance = Random(seed)  # noqa: S311 (a market's steps)
        world = FailoverWorld(
            chain=chain,
            moments=moments,
            urls=[url for url, _ in served],
            endpoints=[endpoint for _, endpoint in served],
            pools=made,
            chance=chance,
        )
        for _, pool in made:
            world.note(pool)
        async with asyncio.TaskGroup() as group:
            moving = group.create_task(world.move())
            yield world
            moving.cancel()


def _make(chain: Chain, count: int) -> Iterator[tuple[PoolPlace, Pool]]:
    for number in range(count):
        venue, kind, tuning = _KINDS[number % len(_KINDS)]
        plan = PoolPlan(venue=venue, depth_sol=Decimal(100), tuning=tuning)
        token = TokenPlan(
            mint=made_up_address("failover", number),
            symbol="F",
            name="F",
            decimals=6,
            supply_units=10**15,
            price_sol=Decimal(number + 1) / 10**5,
            swing=Decimal(0),
            pools=(plan,),
        )
        chain.place(token.mint, TOKEN_PROGRAM, spl_mint(10**15, 6, None, None))
        pool = make_pool(token, plan, Decimal(150))
        place = PoolPlace(
            address=str(pool.address), kind=kind, source="benchmark", mint=str(token.mint)
        )
        yield place, pool


def _placements(pool: Pool) -> list[Placement]:
    # Ticks do not matter to a price, and are most of the bytes.
    wanted = {pool.address, *pool.vaults}
    return [each for each in pool.placements(0) if each.address in wanted]
