"""Meteora DLMM: bins of one price each, and a fee that grows with the bins crossed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    METEORA_DLMM,
    TOKEN_2022_PROGRAM,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.pools.bins import BPS, Bin, BinLadder, bin_price
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.market.pools.ticks import Q64
from bot.sandbox.solana_rpc.chain import Placement

PAIR_SIZE = 904
BILLION = 10**9
HIGHEST_FEE = 10**8
BASE_FACTOR = 10_000
FILTER_SECONDS, DECAY_SECONDS, REDUCTION_BPS = 30, 600, 5_000
FEE_CONTROL, HIGHEST_VOLATILITY = 40_000, 350_000
PROTOCOL_SHARE_BPS = 500
PERMISSIONLESS = 3
LADDER = ((20, 50), (80, 30), (330, 20))
"""Down to so many bins from the price, and the percent of each side's worth up to there."""
PRECISION = 60
ENDLESS_INPUT = 2**63


@dataclass(slots=True, kw_only=True)
class MeteoraDlmmPair:
    """A pair of base (X) and quote (Y) with a ladder of bins around its opening price.

    `depth_units` is the base units of `quote` in the bins below. Arithmetic: dlmm-sdk
    extensions/bin.rs and lb_pair.rs at fb02e51, in the form before limit orders. The market's
    own moves come long after one another, a swap right after the last move.
    """

    base: Asset
    quote: Asset
    opening_price: Decimal
    depth_units: int
    bin_step: int
    kind: str = "meteora_dlmm"
    active: int = field(init=False)
    ladder: BinLadder = field(init=False)
    volatility: int = 0
    reference_volatility: int = 0
    reference_bin: int = field(init=False)
    units: list[int] = field(default_factory=lambda: [0, 0])
    """What the reserves hold, fees included: X and Y."""
    protocol_fees: list[int] = field(default_factory=lambda: [0, 0])

    def __post_init__(self) -> None:
        """Open the pair at its price and fill its bins."""
        self.ladder = BinLadder(bin_step=self.bin_step)
        self.active = self.reference_bin = self._bin_of(self.opening_price)
        done = 0
        for reach, percent in LADDER:
            for distance in range(done + 1, reach + 1):
                self._fill(distance, self.depth_units * percent // 100 // (reach - done))
            done = reach
        self._fill(0, self.depth_units // 100)

    @property
    def address(self) -> Pubkey:
        """Where the pair is."""
        return derive(METEORA_DLMM, *self._seeds)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The reserves of X and Y."""
        return [derive(METEORA_DLMM, self.address, asset.mint) for asset in (self.base, self.quote)]

    def price(self) -> Decimal:
        """Give quote per whole base token: the price of the active bin."""
        with localcontext() as context:
            context.prec = PRECISION
            return self._step**self.active * self.base.scale / self.quote.scale

    def move_to(self, price: Decimal) -> None:
        """Swap bin by bin until the active one is the price's, or nothing is left."""
        goal = self._bin_of(price)
        if goal == self.active:
            return
        self.reference_bin, self.reference_volatility = self.active, 0
        self._walk(x_in=goal < self.active, amount=ENDLESS_INPUT, goal=goal)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units."""
        return self._walk(x_in=sells_base, amount=amount_in, goal=None)

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pair, its reserves and its bin arrays."""
        address = self.address
        yield Placement(address=address, owner=METEORA_DLMM, data=self._data())
        sides = zip(self.vaults, (self.base, self.quote), self.units, strict=True)
        for vault, asset, units in sides:
            yield vault_placement(vault, address, asset, units, rent_lamports)
        yield from self.ladder.placements(address)

    @property
    def _seeds(self) -> tuple[bytes | Pubkey, ...]:
        first, second = sorted((self.base.mint, self.quote.mint), key=bytes)
        numbers = (self.bin_step.to_bytes(2, "little"), BASE_FACTOR.to_bytes(2, "little"))
        return first, second, *numbers

    @property
    def _step(self) -> Decimal:
        return 1 + Decimal(self.bin_step) / BPS

    def _bin_of(self, price: Decimal) -> int:
        with localcontext() as context:
            context.prec = PRECISION
            ratio = price * self.quote.scale / self.base.scale
            return int((ratio.ln() / self._step.ln()).to_integral_value())

    def _fill(self, distance: int, worth: int) -> None:
        below, above = self.active - distance, self.active + distance
        self.ladder.touch(below).y_units += worth
        x_units = worth * Q64 // bin_price(above, self.bin_step)
        self.ladder.touch(above).x_units += x_units
        self.units[0] += x_units
        self.units[1] += worth

    def _walk(self, *, x_in: bool, amount: int, goal: int | None) -> int:
        """Swap until the input is spent, or some of the goal's bin is; give the output."""
        paid = 0
        ahead = [each for each in self.ladder.bins if (each < self.active) == x_in]
        for bin_id in (self.active, *sorted(set(ahead) - {self.active}, reverse=x_in)):
            if amount <= 0:
                break
            kept = self.ladder.bins[bin_id]
            if not (kept.y_units if x_in else kept.x_units):
                continue
            self.active = bin_id
            offered = self._sip(kept, x_in=x_in) if bin_id == goal else amount
            taken, given = self._swap_in_bin(bin_id, offered, x_in=x_in)
            paid += given
            amount = 0 if bin_id == goal else amount - taken
        return paid

    def _sip(self, kept: Bin, *, x_in: bool) -> int:
        """Give an input that takes about a tenth of a bin."""
        price = bin_price(self.active, self.bin_step)
        tenth = (kept.y_units if x_in else kept.x_units) // 10
        return 1 + (tenth * Q64 // price if x_in else tenth * price // Q64)

    def _swap_in_bin(self, bin_id: int, amount: int, *, x_in: bool) -> tuple[int, int]:
        """Swap within one bin; give what was taken with its fee, and what was paid."""
        kept, price = self.ladder.touch(bin_id), bin_price(bin_id, self.bin_step)
        rate = self._fee_rate(bin_id)
        held = kept.y_units if x_in else kept.x_units
        whole = -(-held * Q64 // price) if x_in else -(-held * price // Q64)
        whole_fee = -(-whole * rate // (BILLION - rate))
        if amount > whole + whole_fee:
            taken, fee, given = whole + whole_fee, whole_fee, held
        else:
            taken, fee = amount, -(-amount * rate // BILLION)
            net = taken - fee
            given = min(net * price // Q64 if x_in else net * Q64 // price, held)
        kept.x_units += taken - fee if x_in else -given
        kept.y_units += -given if x_in else taken - fee
        self.units[0] += taken if x_in else -given
        self.units[1] += -given if x_in else taken
        self.protocol_fees[0 if x_in else 1] += fee * PROTOCOL_SHARE_BPS // BPS
        return taken, given

    def _fee_rate(self, bin_id: int) -> int:
        """Give the fee in billionths; the volatility of this bin is kept."""
        moved = self.reference_volatility + abs(self.reference_bin - bin_id) * BPS
        self.volatility = min(moved, HIGHEST_VOLATILITY)
        moving = -(-FEE_CONTROL * (self.volatility * self.bin_step) ** 2 // 10**11)
        return min(BASE_FACTOR * self.bin_step * 10 + moving, HIGHEST_FEE)

    def _data(self) -> bytes:
        address = self.address
        data = AccountData(PAIR_SIZE, anchor_discriminator("LbPair"))
        fixed = (BASE_FACTOR, FILTER_SECONDS, DECAY_SECONDS, REDUCTION_BPS)
        for position, value in enumerate(fixed):
            data.unsigned(8 + 2 * position, value, 16)
        data.unsigned(16, FEE_CONTROL, 32)
        data.unsigned(20, HIGHEST_VOLATILITY, 32)
        furthest = 443_636 // self.bin_step
        data.signed(24, -furthest, 32)
        data.signed(28, furthest, 32)
        data.unsigned(32, PROTOCOL_SHARE_BPS, 16)
        data.unsigned(40, self.volatility, 32)
        data.unsigned(44, self.reference_volatility, 32)
        data.signed(48, self.reference_bin, 32)
        data.unsigned(72, bump(METEORA_DLMM, *self._seeds), 8)
        data.unsigned(73, self.bin_step, 16)
        data.unsigned(75, PERMISSIONLESS, 8)
        data.signed(76, self.active, 32)
        data.unsigned(80, self.bin_step, 16)
        data.unsigned(83, 1, 8)
        data.unsigned(84, BASE_FACTOR, 16)
        for position, key in enumerate((self.base.mint, self.quote.mint, *self.vaults)):
            data.key(88 + 32 * position, key)
        for position, owed in enumerate(self.protocol_fees):
            data.unsigned(216 + 8 * position, owed)
        data.key(552, derive(METEORA_DLMM, b"oracle", address))
        data.raw(584, self.ladder.bitmap.to_bytes(128, "little"))
        data.key(848, made_up_address("dlmm creator", self.base.mint))
        data.unsigned(880, self.base.program == TOKEN_2022_PROGRAM, 8)
        data.unsigned(882, 1, 8)
        return bytes(data)
