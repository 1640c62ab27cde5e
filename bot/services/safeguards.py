"""What holds entries back, in one bundle: risk, stops, and the clock's part of both."""

from dataclasses import dataclass

from bot.services.breaker import Breaker
from bot.services.equity_marks import EquityMarks
from bot.services.funding import Funding
from bot.services.risk import Risk
from bot.services.stops import Stops
from bot.services.worths import Worths


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """What the gate asks, and the services around it."""

    stops: Stops
    worths: Worths
    risk: Risk
    marks: EquityMarks
    breaker: Breaker
    funding: Funding
