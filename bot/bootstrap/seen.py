"""What is counted of the way from Telegram and back, in one bundle."""

from dataclasses import dataclass

from bot.observability.journeys import Journeys
from bot.observability.sending import Sending
from bot.ports.clock import Clock
from bot.services.day_tally import DayTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Counters of this process; `tally` hears of each journey that is over."""

    sending: Sending
    journeys: Journeys
    tally: DayTally


def open_eyes(clock: Clock) -> Seen:
    """Begin to count."""
    tally = DayTally()
    return Seen(sending=Sending(), journeys=Journeys(now=clock.now, arrivals=tally), tally=tally)
