"""A position: tokens held (long) or tokens owed against isolated margin (short)."""

from datetime import datetime
from decimal import Decimal, localcontext
from enum import StrEnum

from bot.domain.money import SOL_DECIMALS, Rounding, portion
from bot.domain.values import value

MAINTENANCE_BPS = 500
BPS = 10_000
_PRICE_DIGITS = 24


class Side(StrEnum):
    """Which way a position wins."""

    LONG = "long"
    SHORT = "short"


class PositionState(StrEnum):
    """Whether a position still stands."""

    OPEN = "open"
    CLOSED = "closed"
    LIQUIDATED = "liquidated"


@value
class Position:
    """One position of a user in one mode and season; amounts in lamports and base units.

    Long: `token_units` are held and `cost_lamports` was paid for them (fees included).
    Short: `token_units` are owed, `margin_lamports` was posted and `proceeds_lamports` is what
    their sale brought; both lie in the position's own margin account. `rent_lamports` is locked
    in the token account and comes back with the last sale. `funding_lamports` is what a short
    has paid for what it owes, out of its margin; it is in `fees_lamports` too.
    """

    number: int
    token_id: int
    side: Side
    state: PositionState
    token_units: int
    cost_lamports: int
    margin_lamports: int
    proceeds_lamports: int
    rent_lamports: int
    leverage: int
    realised_pnl_lamports: int
    fees_lamports: int
    entry_price: Decimal
    opened_at: datetime
    closed_at: datetime | None = None
    funding_lamports: int = 0

    @property
    def notional_lamports(self) -> int:
        """Give the size that role limits look at: what was paid, or what the short sold for."""
        return self.cost_lamports if self.side is Side.LONG else self.proceeds_lamports

    @property
    def collateral_lamports(self) -> int:
        """Give what stands behind a short: its margin and the proceeds of the sale."""
        return self.margin_lamports + self.proceeds_lamports

    def liquidation_cost_lamports(self) -> int:
        """Give the cost of buying back above which a short is liquidated.

        At that cost C the equity left, collateral - C, equals the maintenance margin of 5 % of C.
        """
        return portion(self.collateral_lamports, BPS, BPS + MAINTENANCE_BPS, Rounding.DOWN)

    def liquidation_price(self, decimals: int) -> Decimal | None:
        """Give the SOL per token at which a short's buy-back reaches its limit; None for longs."""
        if self.side is Side.LONG or not self.token_units:
            return None
        with localcontext() as context:
            context.prec = _PRICE_DIGITS
            lamports = Decimal(self.liquidation_cost_lamports())
            return lamports.scaleb(decimals - SOL_DECIMALS) / Decimal(self.token_units)

    def way_to_liquidation(self, buy_back_lamports: int) -> Decimal:
        """Give how far a short has come: 0 at what it sold for, 1 where it is liquidated."""
        room = self.liquidation_cost_lamports() - self.proceeds_lamports
        if room <= 0:
            return Decimal(1)
        return max(Decimal(0), Decimal(buy_back_lamports - self.proceeds_lamports) / room)

    def is_liquidatable(self, buy_back_lamports: int) -> bool:
        """Tell whether a short no longer carries its maintenance margin."""
        return self.side is Side.SHORT and buy_back_lamports > self.liquidation_cost_lamports()


@value
class Mark:
    """What a position would fetch now if it were closed through its pool.

    `equity_lamports` is what would come back (sale proceeds of a long, collateral less the
    buy-back of a short); `is_whole` is false when the pool cannot take all of it, and
    `equity_lamports` then counts only what it can.
    """

    position: Position
    price: Decimal
    equity_lamports: int
    unrealised_pnl_lamports: int
    is_whole: bool
    age_seconds: float
    liquidation_price: Decimal | None = None
