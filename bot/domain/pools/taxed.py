"""A pool of a token that loses a fee with every transfer: on its way in, and on its way out."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.errors import PoolTooThin
from bot.domain.pools.reading import Curve, Direction, PoolReading, Swap
from bot.domain.transfer_fees import NO_FEES, FeeSchedule, TransferFee, is_fee_note

_ALL_TAKEN = "the token's transfer fee takes all of it"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxedCurve:
    """The `Curve` of a pool whose base withholds a fee from each transfer.

    Amounts of base are the wallet's: what is sent before the fee, what arrives after it.
    The pool's own arithmetic sees what arrives at it and what leaves it, as in
    raydium-cp-swap `swap_base_input` and whirlpool `swap_v2`.
    """

    pool: Curve
    fee: TransferFee

    def spot_units(self) -> Decimal:
        """Give the pool's own price, before any fee."""
        return self.pool.spot_units()

    def swap_exact_in(self, direction: Direction, amount_in: int) -> Swap:
        """Swap all of `amount_in`; raises `PoolTooThin`."""
        if direction is Direction.BUY_BASE:
            return self._arriving(self.pool.swap_exact_in(direction, amount_in))
        net = self.fee.net(amount_in)
        if net < 1:
            raise PoolTooThin(_ALL_TAKEN)
        return self._sent(self.pool.swap_exact_in(direction, net), amount_in)

    def swap_exact_out(self, direction: Direction, amount_out: int) -> Swap:
        """Find the smallest input of which at least `amount_out` arrives; raises `PoolTooThin`."""
        if direction is Direction.BUY_BASE:
            gross = self.fee.gross(amount_out)
            return self._arriving(self.pool.swap_exact_out(direction, gross))
        swap = self.pool.swap_exact_out(direction, amount_out)
        return self._sent(swap, self.fee.gross(swap.amount_in))

    def depth_quote_units(self) -> int:
        """Give the quote that can really be sold into."""
        return self.pool.depth_quote_units()

    def _arriving(self, swap: Swap) -> Swap:
        withheld = self.fee.on(swap.amount_out)
        if swap.amount_out - withheld < 1:
            raise PoolTooThin(_ALL_TAKEN)
        return replace(swap, amount_out=swap.amount_out - withheld, transfer_fee_units=withheld)

    def _sent(self, swap: Swap, amount_in: int) -> Swap:
        return replace(
            swap, amount_in=amount_in, transfer_fee_units=amount_in - self.fee.net(amount_in)
        )


def taxed(reading: PoolReading, fees: FeeSchedule) -> PoolReading:
    """Give a reading with the transfer fee of its base at its slot; without one, as it is.

    A reading that is taxed already gets the fee anew, never twice. Its decoder's note of the fee
    knows no epoch and goes: whoever knows the fee says it better.
    """
    if (fees is NO_FEES or fees == NO_FEES) and not isinstance(reading.curve, TaxedCurve):
        return reading
    curve = reading.curve.pool if isinstance(reading.curve, TaxedCurve) else reading.curve
    fee = fees.at_slot(reading.slot)
    if fee.bps and fee.maximum:
        curve = TaxedCurve(pool=curve, fee=fee)
    notes = tuple(note for note in reading.notes if not is_fee_note(note, reading.base_mint))
    return replace(reading, curve=curve, notes=notes)
