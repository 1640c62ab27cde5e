"""A stop as it is shown, and what people are told of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.risk import TradingStop
from bot.services.views import Filled


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """A stop with its token, where it is of one, and how many positions it concerns.

    So many of these are `live`: they are sold for real.
    """

    stop: TradingStop
    token: Token | None
    positions: int = 0
    live: int = 0


class StopNotices(Protocol):
    """What people are told, in the words of their door."""

    def closed(self, user_id: int, filled: Filled) -> Sequence[Notice]:
        """Give a person the receipt of what a stop has closed."""

    def progress(self, line: StopLine, left: int) -> Sequence[Notice]:
        """Show how far the closing is, in the message that asked for it."""

    def tripped(self, line: StopLine) -> Sequence[Notice]:
        """Tell the admins that a rule of the market has stopped all entries."""

    def resumed(self, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""

    def market_stopped(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        """Tell somebody who holds what is concerned that the market has stopped entries."""

    def market_freed(self, user_id: int, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""

    def halted(self, line: StopLine) -> Sequence[Notice]:
        """Tell a person that an admin has stopped their trading."""

    def released(self, line: StopLine) -> Sequence[Notice]:
        """Tell them that it is over."""


Place = tuple[int, int]
"""The chat and message that show the progress of a stop."""
StopAnswer = Callable[[StopLine], Sequence[Notice]]
