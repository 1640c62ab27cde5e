"""A pool as it stood at one slot, and the questions the engine asks of it."""

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from bot.domain.values import value


class PoolKind(StrEnum):
    """The venues that we decode, by program."""

    RAYDIUM_AMM_V4 = "raydium_amm_v4"
    RAYDIUM_CPMM = "raydium_cpmm"
    RAYDIUM_CLMM = "raydium_clmm"
    ORCA_WHIRLPOOL = "orca_whirlpool"
    METEORA_DLMM = "meteora_dlmm"
    PUMPFUN_CURVE = "pumpfun_curve"
    PUMPSWAP = "pumpswap"
    METEORA_DAMM_V2 = "meteora_damm_v2"
    METEORA_DBC = "meteora_dbc"


class Direction(StrEnum):
    """Which way a swap goes through a pool."""

    BUY_BASE = "buy_base"  # quote in, base out
    SELL_BASE = "sell_base"  # base in, quote out


@value
class Swap:
    """What a pool does with one swap, in base units of each side.

    `fee_units` is all that the venue keeps, in units of `fee_in_quote`'s asset (quote
    when true, base otherwise). `impact` is how much worse the average price before fees is
    than the pool's price, as a fraction (0.01 = 1 %), never negative. `legs` are the swaps
    of a path's pools, the token's own pool first; none where one pool does it all.
    `transfer_fee_units` of base are withheld by the token itself (`bot.domain.pools.taxed`):
    the wallet's amount is before them on a sale and after them on a purchase.
    """

    direction: Direction
    amount_in: int
    amount_out: int
    fee_units: int
    fee_in_quote: bool
    impact: Decimal
    legs: tuple["Swap", ...] = ()
    transfer_fee_units: int = 0


class Curve(Protocol):
    """A pool's own arithmetic on whole units; every method rounds as the program does."""

    def spot_units(self) -> Decimal:
        """Give the price as quote units per base unit (no decimals applied)."""

    def swap_exact_in(self, direction: Direction, amount_in: int) -> Swap:
        """Swap all of `amount_in`; raises `PoolTooThin` where that cannot be known or paid."""

    def swap_exact_out(self, direction: Direction, amount_out: int) -> Swap:
        """Find the smallest input that yields at least `amount_out`; raises `PoolTooThin`."""

    def depth_quote_units(self) -> int:
        """Give the quote that can really be sold into: real reserves, not virtual ones."""


@value
class PoolReading:
    """One pool, read from its accounts in one answer of one bank (`slot`).

    The base is the token that is traded and the quote what it is priced in: SOL where the
    pool has SOL on either side (USDC in the SOL/USDC pools, where SOL is the base).
    `halt` says in a word or two why the venue takes no swaps now, or is None. `legs` are the
    pools of a path (`bot.domain.pools.path`), the token's own first; none for a single pool.
    """

    address: str
    kind: PoolKind
    base_mint: str
    quote_mint: str
    base_decimals: int
    quote_decimals: int
    slot: int
    curve: Curve
    halt: str | None = None
    notes: tuple[str, ...] = ()
    legs: tuple["PoolReading", ...] = ()

    @property
    def price(self) -> Decimal:
        """Give the quote per one base token, decimals applied."""
        return self.curve.spot_units().scaleb(self.base_decimals - self.quote_decimals)
