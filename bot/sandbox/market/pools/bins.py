"""The bins of a Meteora DLMM pair: what lies in each, its price, and the arrays that hold them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import METEORA_DLMM, anchor_discriminator, derive
from bot.sandbox.market.pools.ticks import Q64
from bot.sandbox.solana_rpc.chain import Placement

BINS_IN_ARRAY = 70
ARRAY_SIZE, BIN_SIZE, FIRST_BIN = 10_136, 144, 56
ARRAY_VERSION = 2
MAP_HALF = 512
"""Arrays on each side of bin zero that a pair's own bitmap covers."""
BPS = 10_000


@cache
def bin_price(bin_id: int, bin_step: int) -> int:
    """Give a bin's price in Q64.64 (dlmm-sdk math/u64x64_math.rs at fb02e51).

    The program powers the inverse of the step, which is below one, and turns the result round.
    """
    inverse = (2**128 - 1) // (Q64 + bin_step * Q64 // BPS)
    squares = [inverse]
    while len(squares) < abs(bin_id).bit_length():
        squares.append(squares[-1] ** 2 >> 64)
    power = Q64
    for place, square in enumerate(squares):
        if abs(bin_id) >> place & 1:
            power = power * square >> 64
    return (2**128 - 1) // power if bin_id > 0 else power


@dataclass(slots=True, kw_only=True)
class Bin:
    """What lies in one bin, in base units of both tokens."""

    x_units: int = 0
    y_units: int = 0


@dataclass(slots=True, kw_only=True)
class BinLadder:
    """All bins of a pair by number; arrays exist where there is a bin."""

    bin_step: int
    bins: dict[int, Bin] = field(default_factory=dict)
    _written: dict[int, bytes] = field(default_factory=dict)

    @property
    def bitmap(self) -> int:
        """The pair's own map: a bit for each array."""
        places = {number // BINS_IN_ARRAY + MAP_HALF for number in self.bins}
        return sum(1 << place for place in places)

    def touch(self, bin_id: int) -> Bin:
        """Give a bin that is about to change."""
        self._written.pop(bin_id // BINS_IN_ARRAY, None)
        return self.bins.setdefault(bin_id, Bin())

    def placements(self, pair: Pubkey) -> Iterable[Placement]:
        """Give every bin array of the pair; its address has the number little end first."""
        for number in sorted({bin_id // BINS_IN_ARRAY for bin_id in self.bins}):
            if number not in self._written:
                self._written[number] = self._array(pair, number)
            seed = number.to_bytes(8, "little", signed=True)
            address = derive(METEORA_DLMM, b"bin_array", pair, seed)
            yield Placement(address=address, owner=METEORA_DLMM, data=self._written[number])

    def _array(self, pair: Pubkey, number: int) -> bytes:
        data = AccountData(ARRAY_SIZE, anchor_discriminator("BinArray"))
        data.signed(8, number, 64)
        data.unsigned(16, ARRAY_VERSION, 8)
        data.key(24, pair)
        for index in range(BINS_IN_ARRAY):
            bin_id = number * BINS_IN_ARRAY + index
            kept = self.bins.get(bin_id)
            if kept is not None:
                price, offset = bin_price(bin_id, self.bin_step), FIRST_BIN + BIN_SIZE * index
                data.unsigned(offset, kept.x_units)
                data.unsigned(offset + 8, kept.y_units)
                data.unsigned(offset + 16, price, 128)
                data.unsigned(offset + 32, kept.x_units * price + kept.y_units * Q64, 128)
        return bytes(data)
