"""Charges open paper shorts by the hour, and makes up for the hours that the bot was away."""

from collections.abc import Callable, Iterable

from bot.domain.funding import FundingCharge, hourly_lamports, whole_hours
from bot.ports.clock import Clock
from bot.ports.funding import FundingBook, UnpaidShort
from bot.services.price_board import PriceBoard

_AT_ONCE = 200
OnCharged = Callable[[Iterable[int]], None]


class Funding:
    """The rate is modelled from the depth of the token's pool: see docs/paper-fills.md.

    Each hour of each short is charged once, whatever is killed or repeated: the books count the
    hours and refuse the same one twice. Missed hours are charged on return, at the rate of then.
    """

    def __init__(self, *, book: FundingBook, board: PriceBoard, clock: Clock) -> None:
        self._book = book
        self._board = board
        self._clock = clock
        self._on_charged: list[OnCharged] = []

    def tell(self, on_charged: OnCharged) -> None:
        """Name somebody to tell whose shorts were charged; at wiring."""
        self._on_charged.append(on_charged)

    async def charge(self) -> None:
        """Charge all that is owed by now; asked by the clock."""
        now = self._clock.now()
        while unpaid := await self._book.unpaid(now, _AT_ONCE):
            charges = [self._charge(short, whole_hours(short.opened_at, now)) for short in unpaid]
            number_charged = await self._book.charge(charges, now)
            for hear in self._on_charged:
                hear({short.user_id for short in unpaid})
            if not number_charged:
                return

    def _charge(self, short: UnpaidShort, hours: int) -> FundingCharge:
        priced = self._board.priced(short.token_id)
        # A token without a price has no depth either, and is the hardest to borrow.
        depth = 0 if priced is None else priced.best.curve.depth_quote_units()
        return FundingCharge(
            user_id=short.user_id,
            season=short.season,
            number=short.number,
            from_hours=short.funded_hours,
            to_hours=hours,
            hourly_lamports=hourly_lamports(short.proceeds_lamports, depth),
        )
