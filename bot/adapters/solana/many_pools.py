"""Reads the pools of a whole round: prices in columns, readings only where more has changed."""

import asyncio
from collections.abc import Sequence
from math import inf

from bot.adapters.solana.account_texts import AccountTexts
from bot.adapters.solana.columns.column_book import ColumnBook
from bot.adapters.solana.columns.round_plan import ColumnBatch, Member, RoundPlan, batches_of
from bot.adapters.solana.columns.round_prices import RoundPrices
from bot.adapters.solana.pool_prices import PoolPrices
from bot.adapters.solana.rpc_pool import RpcPool
from bot.domain.errors import Unavailable
from bot.domain.pools.reading import PoolReading
from bot.ports.chain import PoolPlace
from bot.ports.clock import Clock
from bot.ports.price_columns import PoolsRead

_PLANS_KEPT = 3  # of all tokens, of the hot ones, and of those that changed
_PLANNED_AT_ONCE = 500
_PACKED_AT_ONCE = 5
_READ_AT_ONCE = 25
# What hardly ever changes is asked for in parts: else all pools would be read whole at once.
_MOST_RENEWED = 500


class ManyPools:
    """One round at a time costs no Python object for a pool of which only the price moved."""

    def __init__(self, rpc: RpcPool, clock: Clock, prices: PoolPrices, book: ColumnBook) -> None:
        self._rpc = rpc
        self._clock = clock
        self._prices = prices
        self._book = book
        self._plans: list[RoundPlan] = []

    async def read(self, places: Sequence[PoolPlace], *, deadline_seconds: float) -> PoolsRead:
        """Read many pools; those that cannot be read in time, or at all, are left out.

        Raises `Unavailable` if nothing could be fetched at all.
        """
        ends_at = self._clock.monotonic() + deadline_seconds
        plan = await self._plan(places)
        prices = RoundPrices()
        await self._rpc.read_texts(
            plan.batches, _keys, prices.take, deadline_seconds=deadline_seconds
        )
        columns = prices.finish()
        readings = await self._read_off(plan, prices.off)
        left = ends_at - self._clock.monotonic()
        try:
            readings.update(await self._prices.read_pools(plan.others, deadline_seconds=left))
        except Unavailable:
            if not plan.batches:
                raise
        return PoolsRead(columns=columns, readings=readings, reading_of=self._prices.last_reading)

    async def _read_off(
        self, plan: RoundPlan, off: Sequence[tuple[int, AccountTexts]]
    ) -> dict[str, PoolReading]:
        """Read those whole of which more changed than the price, from the answers at hand."""
        readings: dict[str, PoolReading] = {}
        for start in range(0, len(off), _READ_AT_ONCE):
            for position, answer in off[start : start + _READ_AT_ONCE]:
                pool = plan.places[position].address
                reading = self._prices.read_from(pool, answer)
                if reading is not None:
                    readings[pool] = reading
            await asyncio.sleep(0)
        await self._prices.take_up_proposed()
        return readings

    async def _plan(self, places: Sequence[PoolPlace]) -> RoundPlan:
        now = self._clock.monotonic()
        for plan in self._plans:
            is_current = plan.generation == self._book.generation and now < plan.good_until
            if is_current and plan.places == places:
                return plan
        plan = await self._make_plan(places, now)
        kept = [each for each in self._plans if each.places != places]
        self._plans = [plan, *kept][:_PLANS_KEPT]
        return plan

    async def _make_plan(self, places: Sequence[PoolPlace], now: float) -> RoundPlan:
        generation, good_until = self._book.generation, inf
        members: list[Member] = []
        others: list[PoolPlace] = []
        renewed = 0
        for position, place in enumerate(places):
            if position % _PLANNED_AT_ONCE == _PLANNED_AT_ONCE - 1:
                await asyncio.sleep(0)
            known = self._book.place(place.address)
            if known is None or not self._book.is_alive(place.address):
                others.append(place)
                continue
            until = self._prices.stands_until(place.address)
            if until <= now and renewed < _MOST_RENEWED:
                renewed += 1
                others.append(place)
                good_until = now  # they are back in columns in the next round
                continue
            good_until = min(good_until, until)
            members.append((position, known))
        batches: list[ColumnBatch] = []
        for batch in batches_of(members):
            batches.append(batch)
            if len(batches) % _PACKED_AT_ONCE == 0:
                await asyncio.sleep(0)
        return RoundPlan(
            places=places,
            batches=tuple(batches),
            others=tuple(others),
            generation=generation,
            good_until=good_until,
        )


def _keys(batch: ColumnBatch) -> tuple[str, ...]:
    return batch.keys
