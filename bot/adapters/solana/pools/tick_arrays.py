"""Orca's tick array accounts, fixed and dynamic, and how far they let a swap be walked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import address, signed, u8, u128
from bot.adapters.solana.pools.programs import ORCA_WHIRLPOOL, account_mark
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address
from bot.domain.pools.concentrated import KnownTicks, TickCrossing
from bot.domain.pools.sqrt_price import MAX_TICK, MIN_TICK

TICKS_PER_ARRAY = 88
_ARRAYS_PER_SWAP = 3  # as many as one swap instruction takes
FULL_RANGE_SPACING = 32_768  # from here on a pool takes full-range positions only
_FIXED_MARK, _DYNAMIC_MARK = account_mark("TickArray"), account_mark("DynamicTickArray")
_FIXED_BYTES = 9988
_TICK_BYTES = 113


@dataclass(frozen=True, slots=True, kw_only=True)
class TickArray:
    """The initialised ticks of 88 neighbouring tick places, ascending, from `start_tick`."""

    whirlpool: str
    start_tick: int
    crossings: tuple[TickCrossing, ...]


def tick_array_start(tick: int, tick_spacing: int) -> int:
    """Give the start tick of the array that a tick belongs to, rounding down."""
    span = TICKS_PER_ARRAY * tick_spacing
    return tick // span * span


def tick_array_address(whirlpool: str, start_tick: int) -> str:
    """Derive a tick array's address; the seed is the start tick in decimal letters."""
    seeds = (b"tick_array", decode_address(whirlpool), str(start_tick).encode())
    return derived_address(ORCA_WHIRLPOOL, *seeds)


def is_tick_array(account: AccountBytes) -> bool:
    """Tell whether an account is a tick array of either layout."""
    is_marked = account.data[:8] in (_FIXED_MARK, _DYNAMIC_MARK)
    return account.owner == ORCA_WHIRLPOOL and is_marked


def read_tick_array(account: AccountBytes, tick_spacing: int) -> TickArray:
    """Read a tick array of either layout; raises `UnreadableAccount`.

    Source: whirlpool `state/fixed_tick_array.rs` and `state/dynamic_tick_array.rs`: a
    dynamic array spends one byte on an uninitialised tick and 113 on an initialised one.
    """
    data = account.data
    start_tick = signed(data, 8, 4)
    if data[:8] == _FIXED_MARK and len(data) == _FIXED_BYTES:
        whirlpool, places = address(data, 9956), _fixed_places(data)
    elif data[:8] == _DYNAMIC_MARK:
        whirlpool, places = address(data, 12), _dynamic_places(data)
    else:
        raise UnreadableAccount("not a tick array")
    crossings = (
        TickCrossing(tick=start_tick + index * tick_spacing, liquidity_net=net)
        for index, net in places
    )
    return TickArray(whirlpool=whirlpool, start_tick=start_tick, crossings=tuple(crossings))


def _fixed_places(data: bytes) -> Iterator[tuple[int, int]]:
    for index in range(TICKS_PER_ARRAY):
        offset = 12 + index * _TICK_BYTES
        if u8(data, offset):
            yield index, signed(data, offset + 1, 16)


def _dynamic_places(data: bytes) -> Iterator[tuple[int, int]]:
    offset, found = 60, 0
    for index in range(TICKS_PER_ARRAY):
        is_initialised = u8(data, offset)
        if is_initialised > 1:
            raise UnreadableAccount("a tick that is neither initialised nor not")
        if is_initialised:
            yield index, signed(data, offset + 1, 16)
            found |= 1 << index
        offset += _TICK_BYTES if is_initialised else 1
    if found != u128(data, 44):
        raise UnreadableAccount("a tick array whose bitmap contradicts its ticks")


def known_ticks(around: Surroundings, tick: int, tick_spacing: int) -> KnownTicks:
    """Give what the accounts show around a tick.

    Within its own tick spacing nothing can change (in a full-range-only pool: from end to
    end); beyond that only as far as tick arrays follow each other without a gap, three in
    each direction as in one swap. An array whose address is known to be absent holds no
    initialised tick (whirlpool `sparse_swap.rs`).
    """
    furthest = MAX_TICK // tick_spacing * tick_spacing
    if tick_spacing >= FULL_RANGE_SPACING and -furthest <= tick < furthest:
        return KnownTicks(lowest_tick=-furthest, highest_tick=furthest)
    arrays = _arrays_at_hand(around, tick, tick_spacing)
    span = TICKS_PER_ARRAY * tick_spacing
    home = tick_array_start(tick, tick_spacing)
    first_up = home + span if tick + tick_spacing >= home + span else home
    down = _run(arrays, home, -span)
    up = _run(arrays, first_up, span)
    interval = tick // tick_spacing * tick_spacing
    lowest = down[-1].start_tick if down else interval
    highest = up[-1].start_tick + span - 1 if up else interval + tick_spacing
    every = {seen.tick: seen for array in (*down, *up) for seen in array.crossings}
    return KnownTicks(
        lowest_tick=max(lowest, MIN_TICK),
        highest_tick=min(highest, MAX_TICK),
        crossings=tuple(every[place] for place in sorted(every) if MIN_TICK <= place <= MAX_TICK),
    )


def _run(arrays: Mapping[int, TickArray], start: int, stride: int) -> list[TickArray]:
    found = []
    for count in range(_ARRAYS_PER_SWAP):
        array = arrays.get(start + count * stride)
        if array is None:
            break
        found.append(array)
    return found


def _arrays_at_hand(around: Surroundings, tick: int, tick_spacing: int) -> dict[int, TickArray]:
    home = tick_array_start(tick, tick_spacing)
    span = TICKS_PER_ARRAY * tick_spacing
    reach = range(-_ARRAYS_PER_SWAP, _ARRAYS_PER_SWAP + 1)
    starts = {home + count * span for count in reach}
    found = {}
    for account in around.accounts.values():
        if is_tick_array(account):
            array = read_tick_array(account, tick_spacing)
            if array.whirlpool == around.address and array.start_tick in starts:
                found[array.start_tick] = array
    if around.absent:
        for start in starts - found.keys():
            if tick_array_address(around.address, start) in around.absent:
                empty = TickArray(whirlpool=around.address, start_tick=start, crossings=())
                found[start] = empty
    return found
