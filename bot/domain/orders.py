"""What a person asks for, what the pool did with it, and the receipt of both."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.domain.pools.reading import PoolKind
from bot.domain.positions import Side
from bot.domain.resting import RestingKind
from bot.domain.triggers import Gauge
from bot.domain.values import value


class SwapVenueKind(StrEnum):
    """Venues that swap live without saying by one pool of ours."""

    JUPITER = "jupiter"


class OrderState(StrEnum):
    """Where an order stands; market orders on paper go straight to filled or rejected."""

    FILLED = "filled"
    REJECTED = "rejected"


class OrderAction(StrEnum):
    """Whether an order opens (or adds) or closes, and who asked for it."""

    OPEN = "open"
    CLOSE = "close"
    LIQUIDATE = "liquidate"


class FillReason(StrEnum):
    """Why a fill came about; reports group exits by it."""

    MANUAL = "manual"
    LIMIT = "limit"
    STOP = "stop"
    TAKE_PROFIT = "take_profit"
    TRAILING = "trailing"
    BREAK_EVEN = "break_even"
    TIME = "time"
    DCA = "dca"
    REVERSE = "reverse"
    LIQUIDATION = "liquidation"
    EMERGENCY = "emergency"


@value
class OpenIntent:
    """Open or add: spend `size_lamports` (long), or post it as margin times `leverage` (short)."""

    token_id: int
    side: Side
    size_lamports: int
    leverage: int = 1

    @property
    def wish(self) -> str:
        """Say in one line what is asked for."""
        return f"open|{self.token_id}|{self.side}|{self.size_lamports}|{self.leverage}"


@value
class CloseIntent:
    """Close `percent` (1 to 100) of the position with this number.

    `units` in its place are base units, cut to what is left. An exit that `is_triggered` waits
    for nobody's pace of orders: what protects a position is never one order too many.
    """

    number: int
    percent: int = 100
    units: int | None = None
    is_triggered: bool = False

    @property
    def wish(self) -> str:
        """Say in one line what is asked for."""
        return f"close|{self.number}|{self.percent}"


@value
class Timestamps:
    """When each thing happened, UTC; None where the moment is not known or not yet come."""

    source_at: datetime | None
    received_at: datetime
    decided_at: datetime
    filled_at: datetime


@value
class FillLeg:
    """One pool of a path, in base units of what went in and what came out of it.

    `fee_units` are of the input, or of the output, by `fee_on_input`. `impact` is a fraction.
    """

    pool_address: str
    pool_kind: PoolKind
    slot: int
    mint_in: str
    mint_out: str
    amount_in: int
    amount_out: int
    fee_units: int
    fee_on_input: bool
    impact: Decimal


@value
class Fill:
    """One swap at a pool, on paper or live, in whole units.

    `decided_price` is the pool's spot price when the fill was decided and `fill_price` the
    average paid or got, pool fee included, both SOL per token. `impact` is a fraction.
    `token_units` is what the wallet got or gave; `transfer_fee_units` the token itself
    withheld, beside them on a purchase and out of them on a sale. `legs` are the pools of a
    path in the order in which the swap went through them, none for a single pool; the fee
    then is the sum of theirs in SOL. Of a live swap, `pool_address` is the transaction's signature,
    and what its pools took is inside of the price.
    """

    bought: bool
    token_units: int
    sol_lamports: int
    decided_price: Decimal
    fill_price: Decimal
    impact: Decimal
    pool_fee_units: int
    pool_fee_in_sol: bool
    network_fee_lamports: int
    pool_address: str
    pool_kind: PoolKind | SwapVenueKind
    slot: int
    notes: tuple[str, ...] = ()
    transfer_fee_units: int = 0
    legs: tuple[FillLeg, ...] = ()


@value
class TriggerNote:
    """What made a resting order fill, kept with the receipt of its fill.

    `level` is on its `gauge`, None for an order that waited for a moment; `level_price` is the
    same in SOL per token. `seen_price` is SOL per token when the trigger was seen, from which
    the gap to the level and the slippage of the fill are told. `triggered_at` is when it was
    first seen: earlier than `Timestamps.received_at` where the fill had to be tried again.
    """

    number: int
    kind: RestingKind
    gauge: Gauge | None
    level: Decimal | None
    level_price: Decimal | None
    seen_price: Decimal
    triggered_at: datetime
    attempts: int = 0
    is_while_away: bool = False


@value
class Receipt:
    """Everything a person may want to know of a filled order, exact to the unit."""

    order_number: int
    position_number: int
    action: OrderAction
    side: Side
    token_id: int
    fill: Fill
    rent_paid_lamports: int
    rent_returned_lamports: int
    margin_lamports: int
    leverage: int
    realised_pnl_lamports: int | None
    wallet_before_lamports: int
    wallet_after_lamports: int
    remaining_token_units: int
    times: Timestamps
    trigger: TriggerNote | None = None
