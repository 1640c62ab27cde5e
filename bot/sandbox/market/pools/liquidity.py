"""The liquidity of a Whirlpool over its ticks, and the accounts that hold them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import WHIRLPOOL, anchor_discriminator, derive
from bot.sandbox.market.pools.ticks import TICKS_IN_ARRAY, array_start
from bot.sandbox.solana_rpc.chain import Placement

TICK_ARRAY_SIZE = 9_988
TICK_SIZE = 113
FIRST_TICK_OFFSET = 12
NEIGHBOURS = 3
"""Arrays that exist on either side of the price: a swap may cross at most three."""


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

    def add_position(self, lower: int, upper: int, liquidity: int) -> None:
        """Open a position between two usable ticks."""
        for tick, net in ((lower, liquidity), (upper, -liquidity)):
            kept = self.ticks.setdefault(tick, Tick())
            kept.net += net
            kept.gross += liquidity
            self.arrays.add(array_start(tick, self.spacing))

    def open_arrays_around(self, tick: int) -> None:
        """Make sure the arrays next to the price exist."""
        size = TICKS_IN_ARRAY * self.spacing
        middle = array_start(tick, self.spacing)
        self.arrays.update(middle + size * offset for offset in range(-NEIGHBOURS, NEIGHBOURS + 1))

    def next_tick(self, tick: int, *, a_to_b: bool) -> int | None:
        """Give the next initialised tick in a direction; going down includes `tick` itself."""
        if a_to_b:
            return max((each for each in self.ticks if each <= tick), default=None)
        return min((each for each in self.ticks if each > tick), default=None)

    def placements(self, pool: Pubkey) -> Iterable[Placement]:
        """Give every tick array of the pool."""
        for start in sorted(self.arrays):
            yield Placement(
                address=tick_array_address(pool, start),
                owner=WHIRLPOOL,
                data=self._array(pool, start),
            )

    def _array(self, pool: Pubkey, start: int) -> bytes:
        data = AccountData(TICK_ARRAY_SIZE, anchor_discriminator("TickArray"))
        data.signed(8, start, 32)
        for index in range(TICKS_IN_ARRAY):
            tick = self.ticks.get(start + index * self.spacing)
            if tick is not None:
                _put_tick(data, FIRST_TICK_OFFSET + TICK_SIZE * index, tick)
        data.key(TICK_ARRAY_SIZE - 32, pool)
        return bytes(data)


def tick_array_address(pool: Pubkey, start: int) -> Pubkey:
    """Give the address of a tick array; its start is written as decimal text."""
    return derive(WHIRLPOOL, b"tick_array", pool, str(start).encode())


def _put_tick(data: AccountData, offset: int, tick: Tick) -> None:
    data.unsigned(offset, 1, 8)
    data.signed(offset + 1, tick.net, 128)
    data.unsigned(offset + 17, tick.gross, 128)
    data.unsigned(offset + 33, tick.outside_a, 128)
    data.unsigned(offset + 49, tick.outside_b, 128)
