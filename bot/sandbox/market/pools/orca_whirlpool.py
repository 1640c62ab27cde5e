"""Orca Whirlpool: concentrated liquidity walked tick by tick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from solders.pubkey import Pubkey

from bot.sandbox.market.layouts.account_data import AccountData
from bot.sandbox.market.layouts.addresses import (
    WHIRLPOOL,
    WHIRLPOOLS_CONFIG,
    anchor_discriminator,
    bump,
    derive,
    made_up_address,
)
from bot.sandbox.market.pools.liquidity import LiquidityMap
from bot.sandbox.market.pools.pool import Asset, vault_placement
from bot.sandbox.market.pools.ticks import (
    MAX_SQRT_PRICE,
    MAX_TICK,
    MIN_SQRT_PRICE,
    Q64,
    amount_a,
    amount_b,
    next_sqrt_price,
    sqrt_price_at,
    tick_at,
)
from bot.sandbox.solana_rpc.chain import Placement

POOL_SIZE = 653
MILLION = 1_000_000
BPS = 10_000
PRECISION = 60
FEE_RATES = {1: 100, 2: 200, 4: 400, 8: 500, 16: 1_600, 64: 3_000, 96: 6_500, 128: 10_000}
"""Fee in millionths by tick spacing, as the fee tiers of the mainnet config have it."""
PROTOCOL_FEE_BPS = 1_300
POSITIONS = ((150, 10), (450, 15), (1_200, 25), (4_000, 25), (MAX_TICK, 25))
"""Half-widths in ticks and percent of the quote depth each position gets."""
U128 = 2**128
ENDLESS_INPUT = 2**63


@dataclass(slots=True, kw_only=True)
class Side:
    """What the pool keeps about one of its two tokens."""

    asset: Asset
    vault: Pubkey
    units: int = 0
    fee_growth: int = 0
    protocol_fee_units: int = 0


@dataclass(slots=True, kw_only=True)
class OrcaWhirlpool:
    """A pool with a ladder of positions around its opening price.

    `depth_units` is the base units of `quote` put into the positions. Mints are sorted by bytes.
    Arithmetic: whirlpool math/swap_math.rs at 630c0e0. All fees stay in the vaults.
    """

    base: Asset
    quote: Asset
    opening_price: Decimal
    depth_units: int
    spacing: int
    known_vaults: tuple[Pubkey, Pubkey] | None = None
    kind: str = "orca_whirlpool"
    sqrt_price: int = field(init=False)
    tick: int = field(init=False)
    liquidity: int = 0
    map: LiquidityMap = field(init=False)
    sides: tuple[Side, Side] = field(init=False)

    def __post_init__(self) -> None:
        """Open the pool at its price and put the positions in."""
        first, second = sorted((self.base, self.quote), key=lambda asset: bytes(asset.mint))
        vaults = self.known_vaults or (
            made_up_address("whirlpool vault", self.spacing, first.mint, second.mint, "a"),
            made_up_address("whirlpool vault", self.spacing, first.mint, second.mint, "b"),
        )
        self.sides = (Side(asset=first, vault=vaults[0]), Side(asset=second, vault=vaults[1]))
        self.map = LiquidityMap(spacing=self.spacing)
        self.sqrt_price = self._sqrt_of(self.opening_price)
        self.tick = tick_at(self.sqrt_price)
        for half_width, percent in POSITIONS:
            self._open(half_width, self.depth_units * percent // 100)
        self.map.open_arrays_around(self.tick)

    @property
    def address(self) -> Pubkey:
        """Where the pool is."""
        return derive(WHIRLPOOL, *self._seeds)

    @property
    def vaults(self) -> Sequence[Pubkey]:
        """The vaults of token A and token B."""
        return [side.vault for side in self.sides]

    @property
    def fee_rate(self) -> int:
        """Fee in millionths of the input."""
        return FEE_RATES[self.spacing]

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
        out = self._walk(
            a_to_b=a_to_b, amount=amount_in, limit=MIN_SQRT_PRICE if a_to_b else MAX_SQRT_PRICE
        )
        self.map.open_arrays_around(self.tick)
        return out

    def placements(self, rent_lamports: int) -> Iterable[Placement]:
        """Give the pool, its vaults and its tick arrays."""
        address = self.address
        yield Placement(address=address, owner=WHIRLPOOL, data=self._data())
        for side in self.sides:
            yield vault_placement(side.vault, address, side.asset, side.units, rent_lamports)
        yield from self.map.placements(address)

    @property
    def _base_is_first(self) -> bool:
        return bytes(self.base.mint) < bytes(self.quote.mint)

    @property
    def _seeds(self) -> tuple[bytes | Pubkey, ...]:
        first, second = (side.asset.mint for side in self.sides)
        return b"whirlpool", WHIRLPOOLS_CONFIG, first, second, self.spacing.to_bytes(2, "little")

    def _sqrt_of(self, price: Decimal) -> int:
        with localcontext() as context:
            context.prec = PRECISION
            first, second = (side.asset for side in self.sides)
            ratio = (price if self._base_is_first else 1 / price) * second.scale / first.scale
            return max(MIN_SQRT_PRICE, min(MAX_SQRT_PRICE, int(ratio.sqrt() * Q64)))

    def _open(self, half_width: int, quote_units: int) -> None:
        bound = MAX_TICK // self.spacing * self.spacing
        width = max(self.spacing, half_width // self.spacing * self.spacing)
        middle = self.tick // self.spacing * self.spacing
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
            target = max(limit, sqrt_price_at(tick)) if a_to_b else min(limit, sqrt_price_at(tick))
            taken, given, fee = self._step(target, amount, a_to_b=a_to_b)
            into.units += taken + fee
            out_of.units -= given
            self._share_fee(into, fee)
            amount -= taken + fee
            paid += given
            if self.sqrt_price == sqrt_price_at(tick):
                self._cross(tick, a_to_b=a_to_b)
            else:
                self.tick = tick_at(self.sqrt_price)
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

    def _share_fee(self, side: Side, fee: int) -> None:
        protocol = fee * PROTOCOL_FEE_BPS // BPS
        side.protocol_fee_units += protocol
        side.fee_growth = (side.fee_growth + (fee - protocol) * Q64 // self.liquidity) % U128

    def _cross(self, tick: int, *, a_to_b: bool) -> None:
        kept = self.map.ticks[tick]
        kept.outside_a = (self.sides[0].fee_growth - kept.outside_a) % U128
        kept.outside_b = (self.sides[1].fee_growth - kept.outside_b) % U128
        self.liquidity += -kept.net if a_to_b else kept.net
        self.tick = tick - 1 if a_to_b else tick

    def _data(self) -> bytes:
        data = AccountData(POOL_SIZE, anchor_discriminator("Whirlpool"))
        data.key(8, WHIRLPOOLS_CONFIG)
        data.unsigned(40, bump(WHIRLPOOL, *self._seeds), 8)
        data.unsigned(41, self.spacing, 16)
        data.unsigned(43, self.spacing, 16)
        data.unsigned(45, self.fee_rate, 16)
        data.unsigned(47, PROTOCOL_FEE_BPS, 16)
        data.unsigned(49, self.liquidity, 128)
        data.unsigned(65, self.sqrt_price, 128)
        data.signed(81, self.tick, 32)
        for position, side in enumerate(self.sides):
            data.unsigned(85 + 8 * position, side.protocol_fee_units)
            data.key(101 + 80 * position, side.asset.mint)
            data.key(133 + 80 * position, side.vault)
            data.unsigned(165 + 80 * position, side.fee_growth, 128)
        return bytes(data)
