"""Swaps through concentrated liquidity (Orca, Raydium), walked tick by tick as far as known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from bot.domain.errors import PoolTooThin
from bot.domain.pools.adaptive_fee import AdaptiveFee
from bot.domain.pools.amounts import MAX_UNITS
from bot.domain.pools.concentrated_step import Step, Stretch
from bot.domain.pools.resting_orders import RestingOrders
from bot.domain.pools.sides import Trade
from bot.domain.pools.smallest_input import smallest_input
from bot.domain.pools.sqrt_price import sqrt_price_at

# Far more than one transaction's compute budget allows; a hostile pool may not keep us busy.
_MOST_STRETCHES = 500


class FeeSide(Enum):
    """What a pool takes its fee of: whatever comes in, or always the same token."""

    INPUT = "input"
    FIRST = "first"
    SECOND = "second"

    def is_on_input(self, *, first_in: bool) -> bool:
        """Tell whether the fee is taken before the swap rather than from what comes out."""
        return self is FeeSide.INPUT or (self is FeeSide.FIRST) == first_in


@dataclass(frozen=True, slots=True, kw_only=True)
class TickCrossing:
    """An initialised tick: crossing it upwards adds `liquidity_net`, downwards takes it.

    `resting_units` of limit orders must be taken before it is crossed.
    """

    tick: int
    liquidity_net: int
    resting_units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTicks:
    """What the accounts show around the price: every initialised tick between two bounds.

    `crossings` ascend. Beyond `lowest_tick` and `highest_tick` nothing is known.
    """

    lowest_tick: int
    highest_tick: int
    crossings: tuple[TickCrossing, ...] = ()

    def below(self, tick: int) -> Iterator[TickCrossing]:
        """Give the ticks that a falling price meets, the tick itself included."""
        yield from (seen for seen in reversed(self.crossings) if seen.tick <= tick)
        yield TickCrossing(tick=self.lowest_tick, liquidity_net=0)

    def above(self, tick: int) -> Iterator[TickCrossing]:
        """Give the ticks that a rising price meets."""
        yield from (seen for seen in self.crossings if seen.tick > tick)
        yield TickCrossing(tick=self.highest_tick, liquidity_net=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcentratedPool:
    """A pool whose liquidity changes at ticks; fees are millionths of the input.

    `adaptive_fee`, where the pool has one that is known, replaces `fee_rate`.
    `first_payable` and `second_payable` are what could come out at most. `sqrt_price_of`
    is the program's own price of a tick. Source of the walk: whirlpool
    `manager/swap_manager.rs`, raydium-clmm `instructions/swap.rs`.
    """

    sqrt_price: int
    tick: int
    liquidity: int
    fee_rate: int
    ticks: KnownTicks
    first_payable: int
    second_payable: int
    adaptive_fee: AdaptiveFee | None = None
    fee_side: FeeSide = FeeSide.INPUT
    sqrt_price_of: Callable[[int], int] = sqrt_price_at

    def price(self) -> Fraction:
        """Give the second token's units per unit of the first."""
        return Fraction(self.sqrt_price**2, 2**128)

    def exact_in(self, *, first_in: bool, amount: int) -> Trade:
        """Swap all of `amount`; raises `PoolTooThin` beyond the known ticks."""
        walk = _Walk(pool=self, a_to_b=first_in).spend(amount)
        if walk.amount_out < 1:
            raise PoolTooThin("so little that nothing would come out")
        is_fee_on_input = self.fee_side.is_on_input(first_in=first_in)
        return Trade(
            amount_in=amount,
            amount_out=walk.amount_out,
            net_in=amount - walk.fee if is_fee_on_input else amount,
            gross_out=walk.amount_out if is_fee_on_input else walk.amount_out + walk.fee,
            fee_units=walk.fee,
            is_fee_on_input=is_fee_on_input,
        )

    def exact_out(self, *, first_in: bool, amount: int) -> Trade:
        """Find the smallest input that yields at least `amount`; raises `PoolTooThin`."""

        def is_enough(amount_in: int) -> bool:
            walk = _Walk(pool=self, a_to_b=first_in).spend(amount_in)
            return walk.amount_out >= amount

        estimate = _Walk(pool=self, a_to_b=first_in).draw(amount).amount_in
        smallest = smallest_input(is_enough, min(estimate, MAX_UNITS))
        return self.exact_in(first_in=first_in, amount=smallest)

    def payable(self, *, first: bool) -> int:
        """Give the bound of what could come out of a side."""
        return self.first_payable if first else self.second_payable


class _Walk:
    """One walk through a pool's stretches, adding up what each step took and gave."""

    def __init__(self, *, pool: ConcentratedPool, a_to_b: bool) -> None:
        self._pool = pool
        self._a_to_b = a_to_b
        self._sqrt_price = pool.sqrt_price
        self._liquidity = pool.liquidity
        self._fee_rate = pool.fee_rate
        self._is_fee_on_input = pool.fee_side.is_on_input(first_in=a_to_b)
        self._group = 0 if pool.adaptive_fee is None else pool.adaptive_fee.group_of(pool.tick)
        self.amount_in = 0  # with fees
        self.amount_out = 0
        self.fee = 0
        self._stretches_left = _MOST_STRETCHES

    def spend(self, amount: int) -> "_Walk":
        """Walk until all of `amount` is spent."""
        for part in self._parts():
            self._add(part.exact_in(amount - self.amount_in))
            if self.amount_in >= amount:
                return self
        raise PoolTooThin("the swap goes beyond the liquidity that is known", self.amount_in)

    def draw(self, amount: int) -> "_Walk":
        """Walk until `amount` has come out."""
        for part in self._parts():
            self._add(part.exact_out(amount - self.amount_out))
            if self.amount_out >= amount:
                return self
        raise PoolTooThin("the swap goes beyond the liquidity that is known", self.amount_in)

    def _parts(self) -> Iterator[Stretch | RestingOrders]:
        for crossing in self._crossings():
            yield from self._stretches(crossing)
            if crossing.resting_units:
                yield self._resting(crossing)
            self._cross(crossing)

    def _crossings(self) -> Iterator[TickCrossing]:
        ticks, tick = self._pool.ticks, self._pool.tick
        return ticks.below(tick) if self._a_to_b else ticks.above(tick)

    def _stretches(self, crossing: TickCrossing) -> Iterator[Stretch]:
        """Give the way to a tick: one stretch, or one for each group of an adaptive fee."""
        fee = self._pool.adaptive_fee
        target = self._pool.sqrt_price_of(crossing.tick)
        if fee is None:
            yield self._stretch(target, self._pool.fee_rate)
            return
        while True:
            edge = self._group_edge(fee, crossing.tick)
            yield self._stretch(self._pool.sqrt_price_of(edge), fee.rate_in(self._group))
            self._group = fee.group_of(edge) - (1 if self._a_to_b else 0)
            if self._sqrt_price == target:
                return

    def _group_edge(self, fee: AdaptiveFee, tick: int) -> int:
        if self._liquidity == 0 or fee.is_settled(self._group, downwards=self._a_to_b):
            return tick
        edge = fee.boundary_tick(self._group, downwards=self._a_to_b)
        return max(edge, tick) if self._a_to_b else min(edge, tick)

    def _stretch(self, target: int, fee_rate: int) -> Stretch:
        self._fee_rate = fee_rate
        return Stretch(
            sqrt_price=self._sqrt_price,
            target=target,
            liquidity=self._liquidity,
            fee_rate=fee_rate,
            a_to_b=self._a_to_b,
            is_fee_on_input=self._is_fee_on_input,
        )

    def _resting(self, crossing: TickCrossing) -> RestingOrders:
        # They are charged the rate of the stretch that led to them.
        return RestingOrders(
            units=crossing.resting_units,
            sqrt_price=self._sqrt_price,
            fee_rate=self._fee_rate,
            a_to_b=self._a_to_b,
            is_fee_on_input=self._is_fee_on_input,
        )

    def _add(self, step: Step) -> None:
        self._stretches_left -= 1
        if self._stretches_left < 0:
            raise PoolTooThin("more steps than one swap can take", self.amount_in)
        self._sqrt_price = step.sqrt_price
        self.amount_in += step.amount_in
        self.amount_out += step.amount_out
        self.fee += step.fee

    def _cross(self, crossing: TickCrossing) -> None:
        change = crossing.liquidity_net
        self._liquidity += -change if self._a_to_b else change
        if self._liquidity < 0:
            raise PoolTooThin("the tick accounts contradict the pool", self.amount_in)
