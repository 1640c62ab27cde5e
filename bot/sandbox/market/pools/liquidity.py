"""The liquidity of a concentrated pool over its ticks, and the accounts that hold it."""

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    RAYDIUM_CLMM,
    WHIRLPOOL,
    anchor_discriminator,
    derive,
)
from bot.sandbox.solana_rpc.chain import Placement

ORCA_ARRAY_SIZE, ORCA_TICK_SIZE, ORCA_FIRST_TICK = 9_988, 113, 12
RAYDIUM_ARRAY_SIZE, RAYDIUM_TICK_SIZE, RAYDIUM_FIRST_TICK = 10_240, 168, 44
RAYDIUM_COUNT_OFFSET = RAYDIUM_FIRST_TICK + 60 * RAYDIUM_TICK_SIZE
RAYDIUM_MAP_HALF = 512
"""Arrays on each side of tick zero that a pool's own bitmap covers."""
NEIGHBOURS = 3
"""Arrays that exist on either side of a Whirlpool's price: a swap may cross at most three."""


@dataclass(slots=True, kw_only=True)
class Tick:
    """An initialised tick: what crossing it adds, and the fee growth on its far side (Q64.64)."""

    net: int = 0
    gross: int = 0
    outside_a: int = 0
    outside_b: int = 0


@dataclass(slots=True, kw_only=True)
class LiquidityMap:
    """Positions of a pool, by tick, and which tick arrays exist on the chain."""

    spacing: int
    ticks: dict[int, Tick] = field(default_factory=dict)
    arrays: set[int] = field(default_factory=set)

    @property
    @abstractmethod
    def span(self) -> int:
        """Ticks from one array's start to the next."""

    @abstractmethod
    def open_arrays_around(self, tick: int) -> None:
        """Make sure that those arrays exist which somebody would have made."""

    @abstractmethod
    def placements(self, pool: Pubkey) -> Iterable[Placement]:
        """Give every tick array of the pool."""

    def start_of(self, tick: int) -> int:
        """Give the first tick of the array that holds a tick."""
        return tick // self.span * self.span

    def add_position(self, lower: int, upper: int, liquidity: int) -> None:
        """Open a position between two usable ticks."""
        for tick, net in ((lower, liquidity), (upper, -liquidity)):
            kept = self.ticks.setdefault(tick, Tick())
            kept.net += net
            kept.gross += liquidity
            self.arrays.add(self.start_of(tick))

    def next_tick(self, tick: int, *, a_to_b: bool) -> int | None:
        """Give the next initialised tick in a direction; going down includes `tick` itself."""
        if a_to_b:
            return max((each for each in self.ticks if each <= tick), default=None)
        return min((each for each in self.ticks if each > tick), default=None)

    def ticks_in(self, start: int) -> Iterable[tuple[int, int, Tick]]:
        """Give place, number and content of an array's initialised ticks."""
        for index in range(self.span // self.spacing):
            number = start + index * self.spacing
            if number in self.ticks:
                yield index, number, self.ticks[number]


@dataclass(slots=True, kw_only=True)
class OrcaLiquidity(LiquidityMap):
    """Tick arrays of 88 ticks, those next to the price always there."""

    @property
    def span(self) -> int:
        """Ticks from one array's start to the next."""
        return 88 * self.spacing

    def open_arrays_around(self, tick: int) -> None:
        """Make sure the arrays next to the price exist."""
        middle = self.start_of(tick)
        reach = range(-NEIGHBOURS, NEIGHBOURS + 1)
        self.arrays.update(middle + self.span * offset for offset in reach)

    def placements(self, pool: Pubkey) -> Iterable[Placement]:
        """Give every tick array of the pool; its address has the start as decimal text."""
        for start in sorted(self.arrays):
            data = AccountData(ORCA_ARRAY_SIZE, anchor_discriminator("TickArray"))
            data.signed(8, start, 32)
            for index, _, tick in self.ticks_in(start):
                offset = ORCA_FIRST_TICK + ORCA_TICK_SIZE * index
                data.unsigned(offset, 1, 8)
                _put_tick(data, offset + 1, tick)
            data.key(ORCA_ARRAY_SIZE - 32, pool)
            address = derive(WHIRLPOOL, b"tick_array", pool, str(start).encode())
            yield Placement(address=address, owner=WHIRLPOOL, data=bytes(data))


@dataclass(slots=True, kw_only=True)
class RaydiumLiquidity(LiquidityMap):
    """Tick arrays of 60 ticks, there only where a position has needed one."""

    @property
    def span(self) -> int:
        """Ticks from one array's start to the next."""
        return 60 * self.spacing

    @property
    def bitmap(self) -> int:
        """The pool's own map: a bit for each array that has an initialised tick."""
        places = {start // self.span + RAYDIUM_MAP_HALF for start in self.arrays}
        return sum(1 << place for place in places if 0 <= place < 2 * RAYDIUM_MAP_HALF)

    def open_arrays_around(self, tick: int) -> None:
        """Open none: a swap makes no arrays and needs no empty ones."""

    def placements(self, pool: Pubkey) -> Iterable[Placement]:
        """Give every tick array of the pool; its address has the start big end first."""
        for start in sorted(self.arrays):
            ticks = list(self.ticks_in(start))
            data = AccountData(RAYDIUM_ARRAY_SIZE, anchor_discriminator("TickArrayState"))
            data.key(8, pool)
            data.signed(40, start, 32)
            for index, number, tick in ticks:
                offset = RAYDIUM_FIRST_TICK + RAYDIUM_TICK_SIZE * index
                data.signed(offset, number, 32)
                _put_tick(data, offset + 4, tick)
            data.unsigned(RAYDIUM_COUNT_OFFSET, len(ticks), 8)
            seed = start.to_bytes(4, "big", signed=True)
            address = derive(RAYDIUM_CLMM, b"tick_array", pool, seed)
            yield Placement(address=address, owner=RAYDIUM_CLMM, data=bytes(data))


def _put_tick(data: AccountData, offset: int, tick: Tick) -> None:
    data.signed(offset, tick.net, 128)
    for place, value in enumerate((tick.gross, tick.outside_a, tick.outside_b), 1):
        data.unsigned(offset + 16 * place, value, 128)
