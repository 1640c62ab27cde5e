"""The way to the chain as paper models it: what the settings say, or what live orders measured."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.domain.landing_model import LandingModel, measured
from bot.ports.clock import Clock
from bot.ports.twins import TwinBook

_WINDOW = timedelta(days=7)
_MOST, _MOST_EACH = 200, 20
_log = structlog.get_logger(__name__)


class LandingDelays:
    """Gives fills on paper their delay. Measured from live attempts, it follows them in bounds."""

    def __init__(
        self,
        *,
        otherwise: LandingModel,
        chance: Callable[[], float],
        clock: Clock,
        book: TwinBook | None,
    ) -> None:
        self._otherwise = otherwise
        self._chance = chance
        self._clock = clock
        self._book = book
        self._model = otherwise

    @property
    def model(self) -> LandingModel:
        """Give what is modelled now."""
        return self._model

    def seconds(self) -> float:
        """Give how long one fill takes to land, its failed tries in it."""
        return self._model.total_seconds(self._chance())

    async def follow(self) -> None:
        """Measure anew, if there is a book to measure by; asked by the clock."""
        if self._book is None:
            return
        since = self._clock.now() - _WINDOW
        landings = await self._book.landings(since=since, limit=_MOST, limit_each=_MOST_EACH)
        model = measured(landings, self._otherwise)
        if model != self._model:
            _log.info(
                "landing_model",
                delay_seconds=model.delay_seconds,
                failure_share=float(model.failure_share),
                orders=model.orders,
            )
        self._model = model
