"""Concentrated liquidity walked tick by tick: what Orca's and Raydium's pools have in common."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from solders.pubkey import Pubkey

from bot.sandbox.market.pools.liquidity import LiquidityMap
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.market.pools.ticks import (
    MAX_TICK,
    Q64,
    TickScale,
    amount_a,
    amount_b,
    next_sqrt_price,
)
from bot.sandbox.solana_rpc.chain import Placement

MILLION = 1_000_000
PRECISION = 60
POSITIONS = ((150, 10), (450, 15), (1_200, 25), (4_000, 25), (MAX_TICK, 25))
"""Half-widths in ticks and percent of the quote depth each position gets."""
U128 = 2**128
ENDLESS_INPUT = 2**63


@dataclass(slots=True, kw_only=True)
class Side:
    """What the pool keeps about one of its two tokens."""

    asset: Asset
    vault: Pubkey = field(default_factory=Pubkey.default)
    units: int = 0
    fee_growth: int = 0
    protocol_fee_units: int = 0
    fund_fee_units: int = 0


@dataclass(slots=True, kw_only=True)
class ConcentratedPool:
    """A pool with a ladder of positions around its opening price.

    `depth_units` is the base units of `quote` put into the positions. Mints are sorted by bytes.
    All fees stay in the vaults.
    """

    base: Asset
    quote: Asset
    opening_price: Decimal
    depth_units: int
    spacing: int
    known_vaults: tuple[Pubkey, Pubkey] | None = None
    sqrt_price: int = field(init=False)
    tick: int = field(init=False)
    liquidity: int = 0
    map: LiquidityMap = field(init=False)
    sides: tuple[Side, Side] = field(init=False)

    def __post_init__(self) -> None:
        """Open the pool at its price and put the positions in."""
        first, second = sorted((self.base, self.quote), key=lambda asset: bytes(asset.mint))
        self.sides = (Side(asset=first), Side(asset=second))
        vaults = self.known_vaults or self._made_vaults()
        for side, vault in zip(self.sides, vaults, strict=True):
            side.vault = vault
        self.map = self._empty_map()
        self.sqrt_price = self._sqrt_of(self.opening_price)
        self.tick = self.scale.tick_at(self.sqrt_price)
        for half_width, percent in POSITIONS:
            self._open(half_width, self.depth_units * percent // 100)
        self.map.open_arrays_around(self.tick)

    @property
    @abstractmethod
    def address(self) -> Pubkey:
        """Where the pool is."""

    @property
    @abstractmethod
    def fee_rate(self) -> int:
        """Fee in millionths of the input."""

    @property
    @abstractmethod
    def scale(self) -> TickScale:
        """The program's own prices of ticks."""

    @abstractmethod
    def _made_vaults(self) -> tuple[Pubkey, Pubkey]: ...

    @abstractmethod
    def _empty_map(self) -> LiquidityMap: ...

    @abstractmethod
    def _share_fee(self, side: Side, fee: int) -> None: ...

    @abstractmethod
    def _own_placement(self) -> Placement: ...

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The vaults of the first and the second token."""
        return [side.vault for side in self.sides]

    @property
    def mints(self) -> tuple[Pubkey, Pubkey]:
        """Both mints in their sorted order."""
        return self.sides[0].asset.mint, self.sides[1].asset.mint

    def price(self) -> Decimal:
        """Give quote per whole base token."""
        with localcontext() as context:
            context.prec = PRECISION
            first, second = (side.asset for side in self.sides)
            ratio = (Decimal(self.sqrt_price) / Q64) ** 2 * first.scale / second.scale
            return ratio if self._base_is_first else 1 / ratio

    def move_to(self, price: Decimal) -> None:
        """Swap up to a price limit, as the program allows."""
        limit = self._sqrt_of(price)
        self._walk(a_to_b=limit < self.sqrt_price, amount=ENDLESS_INPUT, limit=limit)
        self.map.open_arrays_around(self.tick)

    def swap(self, *, sells_base: bool, amount_in: int) -> int:
        """Swap an exact input and give the output, both in base units."""
        a_to_b = sells_base == self._base_is_first
        limit = self.scale.lowest if a_to_b else self.scale.highest
        out = self._walk(a_to_b=a_to_b, amount=amount_in, limit=limit)
        self.map.open_arrays_around(self.tick)
        return out

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pool, its vaults and its tick arrays."""
        address = self.address
        yield self._own_placement()
        for side in self.sides:
            yield vault_placement(side.vault, address, side.asset, side.units, rent_lamports)
        yield from self.map.placements(address)

    @property
    def _base_is_first(self) -> bool:
        return bytes(self.base.mint) < bytes(self.quote.mint)

    def _sqrt_of(self, price: Decimal) -> int:
        with localcontext() as context:
            context.prec = PRECISION
            first, second = (side.asset for side in self.sides)
            ratio = (price if self._base_is_first else 1 / price) * second.scale / first.scale
            return max(self.scale.lowest, min(self.scale.highest, int(ratio.sqrt() * Q64)))

    def _open(self, half_width: int, quote_units: int) -> None:
        spacing, sqrt_price_at = self.spacing, self.scale.sqrt_price_at
        bound = MAX_TICK // spacing * spacing
        width = max(spacing, half_width // spacing * spacing)
        middle = self.tick // spacing * spacing
        lower, upper = max(-bound, middle - width), min(bound, middle + width)
        low, high = sqrt_price_at(lower), sqrt_price_at(upper)
        unit = 10**18
        if self._base_is_first:
            per_unit = amount_b(low, self.sqrt_price, unit, up=True)
        else:
            per_unit = amount_a(self.sqrt_price, high, unit, up=True)
        liquidity = quote_units * unit // per_unit
        self.map.add_position(lower, upper, liquidity)
        self.liquidity += liquidity
        self.sides[0].units += amount_a(self.sqrt_price, high, liquidity, up=True)
        self.sides[1].units += amount_b(low, self.sqrt_price, liquidity, up=True)

    def _walk(self, *, a_to_b: bool, amount: int, limit: int) -> int:
        """Swap step by step; give the output in base units."""
        into, out_of = self.sides if a_to_b else self.sides[::-1]
        paid = 0
        while amount > 0 and self.sqrt_price != limit:
            tick = self.map.next_tick(self.tick, a_to_b=a_to_b)
            if tick is None or not self.liquidity:
                break
            edge = self.scale.sqrt_price_at(tick)
            target = max(limit, edge) if a_to_b else min(limit, edge)
            taken, given, fee = self._step(target, amount, a_to_b=a_to_b)
            into.units += taken + fee
            out_of.units -= given
            self._share_fee(into, fee)
            amount -= taken + fee
            paid += given
            if self.sqrt_price == edge:
                self._cross(tick, a_to_b=a_to_b)
            else:
                self.tick = self.scale.tick_at(self.sqrt_price)
        return paid

    def _step(self, target: int, amount: int, *, a_to_b: bool) -> tuple[int, int, int]:
        """Go towards a price within one range; give input, output and fee."""
        start, rate = self.sqrt_price, self.fee_rate
        net = amount * (MILLION - rate) // MILLION
        amount_in, amount_out = (amount_a, amount_b) if a_to_b else (amount_b, amount_a)
        if amount_in(start, target, self.liquidity, up=True) <= net:
            self.sqrt_price = target
        else:
            self.sqrt_price = next_sqrt_price(start, self.liquidity, net, a_to_b=a_to_b)
        taken = amount_in(start, self.sqrt_price, self.liquidity, up=True)
        given = amount_out(start, self.sqrt_price, self.liquidity, up=False)
        if self.sqrt_price == target:
            return taken, given, -(-taken * rate // (MILLION - rate))
        return taken, given, amount - taken

    def _grow_fees(self, side: Side, fee: int) -> None:
        side.fee_growth = (side.fee_growth + fee * Q64 // self.liquidity) % U128

    def _cross(self, tick: int, *, a_to_b: bool) -> None:
        kept = self.map.ticks[tick]
        kept.outside_a = (self.sides[0].fee_growth - kept.outside_a) % U128
        kept.outside_b = (self.sides[1].fee_growth - kept.outside_b) % U128
        self.liquidity += -kept.net if a_to_b else kept.net
        self.tick = tick - 1 if a_to_b else tick
