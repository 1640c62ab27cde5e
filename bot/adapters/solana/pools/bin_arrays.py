"""Meteora's bin arrays: which of them a swap would meet, and what those at hand show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from bot.adapters.solana.pools.account import AccountBytes
from bot.adapters.solana.pools.derivation import derived_address
from bot.adapters.solana.pools.fields import address, signed, slice_at, u8, u16, u64, u128
from bot.adapters.solana.pools.programs import METEORA_DLMM, account_mark
from bot.adapters.solana.pools.surroundings import Surroundings
from bot.domain.errors import UnreadableAccount
from bot.domain.identifiers import decode_address, is_address
from bot.domain.pools.bin_prices import MAX_BIN, MIN_BIN, bin_price_at
from bot.domain.pools.bins import Bin

BINS_PER_ARRAY = 70
ARRAYS_EACH_WAY = 4  # the array of the active bin and three more
_MARK = account_mark("BinArray")
_BIN_BYTES = 144
_ARRAY_BYTES = 56 + BINS_PER_ARRAY * _BIN_BYTES
_BITMAP_HALF = 512  # arrays on each side of bin zero that the pair's own bitmap covers


@dataclass(frozen=True, slots=True, kw_only=True)
class BinMap:
    """A pair's own map of the arrays that hold anything, by number from bin zero."""

    active_bin: int
    bin_step: int
    bitmap: int

    def met(self, step: int) -> Iterator[int]:
        """Give the arrays that a walk meets, the active bin's first, downwards for a step of -1.

        Those that the map shows empty are left out; where it ends each may hold something.
        Source: dlmm-sdk `quote.rs` (`get_bin_array_pubkeys_for_swap`).
        """
        number = self.active_bin // BINS_PER_ARRAY
        while (number + 1) * BINS_PER_ARRAY > MIN_BIN and number * BINS_PER_ARRAY <= MAX_BIN:
            if not is_mapped(number) or self.bitmap >> (number + _BITMAP_HALF) & 1:
                yield number
            number += step


def is_mapped(number: int) -> bool:
    """Tell whether a pair's map says anything of an array."""
    return -_BITMAP_HALF <= number < _BITMAP_HALF


def read_bin_map(data: bytes) -> BinMap:
    """Read the map in a pair's bytes; raises `UnreadableAccount`."""
    return BinMap(
        active_bin=signed(data, 76, 4),
        bin_step=u16(data, 80),
        bitmap=int.from_bytes(slice_at(data, 584, 128), "little"),
    )


def bin_array_seeds(pair: str, number: int) -> tuple[bytes, ...]:
    """Give what a bin array's address derives from: its number in eight bytes, little end first."""
    return b"bin_array", decode_address(pair), number.to_bytes(8, "little", signed=True)


def arrays_to_fetch(data: bytes) -> tuple[int, ...]:
    """Give the numbers of the arrays around the price that a fill may need."""
    bins = read_bin_map(data)
    both = (*islice(bins.met(-1), ARRAYS_EACH_WAY), *islice(bins.met(1), ARRAYS_EACH_WAY))
    return tuple(dict.fromkeys(both))


def known_bins(around: Surroundings, *, has_orders: bool) -> tuple[Bin, ...] | None:
    """Give the bins around the price that hold anything, ascending, four arrays each way at most.

    None if not even the first array on either side is at hand. An array that the map names and
    that is not at hand ends what is known. `has_orders` tells whether the pair takes limit
    orders. Raises `UnreadableAccount`.
    """
    bins = read_bin_map(around.pool().data)
    arrays = _arrays_at_hand(around, bins)
    ways = [_reach(bins, arrays, step) for step in (-1, 1)]
    if all(way is None for way in ways):
        return None
    numbers = sorted({number for way in ways for number in way or ()})
    return tuple(
        found
        for number in numbers
        for found in _bins_of(arrays[number], bins.bin_step, has_orders=has_orders)
    )


def _reach(bins: BinMap, arrays: Mapping[int, bytes], step: int) -> list[int] | None:
    """Give the arrays at hand one way; None if the first is missing that the map names."""
    found: list[int] = []
    for number in islice(bins.met(step), ARRAYS_EACH_WAY):
        if number not in arrays:
            return found or None
        found.append(number)
    return found


def _arrays_at_hand(around: Surroundings, bins: BinMap) -> dict[int, bytes]:
    found = {}
    for account in around.accounts.values():
        if is_bin_array(account) and address(account.data, 24) == around.address:
            found[signed(account.data, 8, 8)] = account.data
    if around.absent and is_address(around.address):
        for step in (-1, 1):
            for number in islice(bins.met(step), ARRAYS_EACH_WAY):
                if not is_mapped(number) and number not in found:
                    seeds = bin_array_seeds(around.address, number)
                    if derived_address(METEORA_DLMM, *seeds) in around.absent:
                        found[number] = b""
    return found


def is_bin_array(account: AccountBytes) -> bool:
    """Tell whether an account is a bin array of Meteora's."""
    is_shaped = account.data[:8] == _MARK and len(account.data) == _ARRAY_BYTES
    return account.owner == METEORA_DLMM and is_shaped


def _bins_of(data: bytes, bin_step: int, *, has_orders: bool) -> Iterator[Bin]:
    """Read an array's bins that hold anything; raises `UnreadableAccount`.

    Source: dlmm-sdk IDL `Bin`, 144 bytes each from 56: amounts at 0 and 8, price 16, open
    orders 112, rest of those begun 128, their side 140.
    """
    if not data:
        return
    first_bin = signed(data, 8, 8) * BINS_PER_ARRAY
    for index in range(BINS_PER_ARRAY):
        offset = 56 + index * _BIN_BYTES
        first, second = u64(data, offset), u64(data, offset + 8)
        # The program looks at the pair alone, not at the array's version (run against it).
        orders = (u64(data, offset + 128), u64(data, offset + 112)) if has_orders else ()
        if not (first or second or any(orders)):
            continue
        bin_id = first_bin + index
        price = u128(data, offset + 16) or bin_price_at(bin_id, bin_step)
        if not price:
            raise UnreadableAccount("a bin without a price")
        is_ask = bool(u8(data, offset + 140))
        yield Bin(
            bin_id=bin_id,
            price=price,
            first_units=first,
            second_units=second,
            resting_first=orders if is_ask else (),
            resting_second=() if is_ask else orders,
        )
