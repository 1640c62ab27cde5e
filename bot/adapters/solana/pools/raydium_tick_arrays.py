"""Raydium's tick arrays: which of them a swap would meet, and what those at hand show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import address, signed, slice_at, u16, u64, u128
from bot.adapters.solana.pools.programs import RAYDIUM_CLMM, account_mark
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address, is_address
from bot.domain.pools.concentrated import KnownTicks, TickCrossing
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_TICK

TICKS_PER_ARRAY = 60
ARRAYS_EACH_WAY = 4  # the array of the price and three more
_MARK = account_mark("TickArrayState")
_ARRAY_BYTES = 10_240
_TICK_BYTES = 168
_BITMAP_HALF = 512  # arrays on each side of tick zero that the pool's own bitmap covers


@dataclass(frozen=True, slots=True, kw_only=True)
class TickMap:
    """A pool's own map of the arrays that hold initialised ticks, by number from tick zero."""

    tick: int
    spacing: int
    bitmap: int

    @property
    def span(self) -> int:
        """Ticks from one array's start to the next."""
        return TICKS_PER_ARRAY * self.spacing

    def met(self, step: int) -> Iterator[int]:
        """Give the arrays that a walk meets, the price's own first, downwards for a step of -1.

        Those that the map shows empty are left out; where it ends each may hold something.
        Source: raydium-clmm `libraries/tick_array_bit_map.rs`.
        """
        number = self.tick // self.span
        while (number + 1) * self.span > MIN_TICK and number * self.span <= MAX_TICK:
            is_mapped = -_BITMAP_HALF <= number < _BITMAP_HALF
            if not is_mapped or self.bitmap >> (number + _BITMAP_HALF) & 1:
                yield number
            number += step

    def is_mapped(self, number: int) -> bool:
        """Tell whether the map says anything of an array."""
        return -_BITMAP_HALF <= number < _BITMAP_HALF


def read_tick_map(data: bytes) -> TickMap:
    """Read the map in a pool's bytes; raises `UnreadableAccount`."""
    spacing = u16(data, 235)
    if not spacing:
        raise UnreadableAccount("a tick spacing of zero")
    bitmap = int.from_bytes(slice_at(data, 904, 128), "little")
    return TickMap(tick=signed(data, 269, 4), spacing=spacing, bitmap=bitmap)


def tick_array_seeds(pool: str, start_tick: int) -> tuple[bytes, ...]:
    """Give what a tick array's address derives from: its start tick is written big end first."""
    return b"tick_array", decode_address(pool), start_tick.to_bytes(4, "big", signed=True)


def arrays_to_fetch(data: bytes) -> tuple[int, ...]:
    """Give the start ticks of the arrays around the price that a fill may need."""
    ticks = read_tick_map(data)
    both = (*islice(ticks.met(-1), ARRAYS_EACH_WAY), *islice(ticks.met(1), ARRAYS_EACH_WAY))
    return tuple(number * ticks.span for number in dict.fromkeys(both))


def known_ticks(around: Surroundings) -> KnownTicks:
    """Give what the accounts show around the price, four arrays each way at most.

    Without an array that the map names, nothing is known beyond its edge, and within its own
    tick spacing nothing can change.
    """
    ticks = read_tick_map(around.pool().data)
    arrays = _arrays_at_hand(around, ticks)
    below, lowest = _reach(ticks, arrays, -1)
    above, highest = _reach(ticks, arrays, 1)
    every = {seen.tick: seen for seen in (*below, *above)}
    return KnownTicks(
        lowest_tick=max(lowest, MIN_TICK),
        highest_tick=min(highest, MAX_TICK),
        crossings=tuple(every[place] for place in sorted(every) if MIN_TICK <= place <= MAX_TICK),
    )


def _reach(
    ticks: TickMap, arrays: Mapping[int, tuple[TickCrossing, ...]], step: int
) -> tuple[list[TickCrossing], int]:
    """Collect the crossings one way, and the tick up to which they are all there are."""
    found: list[TickCrossing] = []
    home = ticks.tick // ticks.span
    edge = MIN_TICK if step < 0 else MAX_TICK
    for count, number in enumerate(ticks.met(step)):
        is_missing = number not in arrays
        if is_missing or count == ARRAYS_EACH_WAY:
            near = ticks.tick // ticks.spacing * ticks.spacing
            if is_missing and number == home:
                return found, near if step < 0 else near + ticks.spacing
            return found, (number + 1 if step < 0 else number) * ticks.span
        found += arrays[number]
    return found, edge


def _arrays_at_hand(around: Surroundings, ticks: TickMap) -> dict[int, tuple[TickCrossing, ...]]:
    found = {}
    for account in around.accounts.values():
        if is_tick_array(account) and address(account.data, 8) == around.address:
            start = signed(account.data, 40, 4)
            found[start // ticks.span] = tuple(_crossings(account.data, start, ticks))
    if around.absent and is_address(around.address):
        for step in (-1, 1):
            for number in islice(ticks.met(step), ARRAYS_EACH_WAY):
                if not ticks.is_mapped(number) and number not in found:
                    seeds = tick_array_seeds(around.address, number * ticks.span)
                    if derived_address(RAYDIUM_CLMM, *seeds) in around.absent:
                        found[number] = ()
    return found


def is_tick_array(account: AccountBytes) -> bool:
    """Tell whether an account is a tick array of Raydium's."""
    is_shaped = account.data[:8] == _MARK and len(account.data) == _ARRAY_BYTES
    return account.owner == RAYDIUM_CLMM and is_shaped


def _crossings(data: bytes, start: int, ticks: TickMap) -> Iterator[TickCrossing]:
    """Read a tick array's initialised ticks; raises `UnreadableAccount`.

    Source: raydium-clmm `states/tick_array.rs`: ticks of 168 bytes from 44, each with its
    number at 0, net liquidity 4, gross 20, limit orders not yet and partly filled 124, 132.
    """
    if start % ticks.span:
        raise UnreadableAccount("a tick array that does not fit the tick spacing")
    for index in range(TICKS_PER_ARRAY):
        offset = 44 + index * _TICK_BYTES
        gross, resting = u128(data, offset + 20), u64(data, offset + 124) + u64(data, offset + 132)
        if not gross and not resting:
            continue
        tick = signed(data, offset, 4)
        if tick != start + index * ticks.spacing:
            raise UnreadableAccount("a tick in another tick's place")
        net = signed(data, offset + 4, 16) if gross else 0
        yield TickCrossing(tick=tick, liquidity_net=net, resting_units=resting)
