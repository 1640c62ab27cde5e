"""What happens when the trigger book says that alerts' levels were reached: claim, tell, re-arm."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from bot.domain.alert_firings import FiredAlert, Hit
from bot.domain.alert_hours import Loudness
from bot.domain.alerts import alert_of
from bot.domain.notices import Notice
from bot.domain.triggers import Crossing
from bot.ports.alerts import AlertBook
from bot.ports.clock import Clock
from bot.ports.trigger_columns import TriggerColumns
from bot.services.alert_levels import AlertNews, as_said, disarm, rearm
from bot.services.price_board import PriceBoard
from bot.services.triggers import Triggers

_CLAIMED_AT_ONCE = 100
# Between so many, everybody else has a turn.
_RENDERED_AT_ONCE = 8
_ARMED_AT_ONCE = 50


class AlertNotices(Protocol):
    """What a person is told of a firing, in the words of their door."""

    def fired(self, news: AlertNews) -> Notice:
        """Say what was reached, and when it was seen."""


class AlertFiring:
    """The clock's use cases: claims alerts whose levels were reached, many in one transaction.

    A claim, its news and the next levels of a recurring alert are committed together, so each
    crossing is told once whatever crashes. What could not be claimed was claimed, changed or
    ended before: it is armed again as PostgreSQL has it.
    """

    def __init__(
        self,
        *,
        book: AlertBook,
        board: PriceBoard,
        triggers: Triggers,
        clock: Clock,
        notices: AlertNotices,
    ) -> None:
        self._book = book
        self._board = board
        self._triggers = triggers
        self._clock = clock
        self._notices = notices

    def armed(self) -> AsyncIterator[TriggerColumns]:
        """Give all that is armed, for the start; see `bot.ports.triggers.TriggerOwner`."""
        return self._book.armed()

    async def fire(self, crossings: Sequence[Crossing]) -> None:
        """Claim and tell; raises `Unavailable`, and what was claimed before that stays claimed."""
        for start in range(0, len(crossings), _CLAIMED_AT_ONCE):
            await self.claim([_hit(each) for each in crossings[start : start + _CLAIMED_AT_ONCE]])

    async def claim(self, hits: Sequence[Hit]) -> None:
        """Claim levels that were reached, in one transaction with their news."""
        claimed = await self._book.claim(hits, self._clock.now(), self._tell)
        missed = {hit.alert_id for hit in hits} - {alert.alert_id for alert in claimed}
        for alert_id in missed:
            disarm(self._triggers, alert_id)
        changed = [*claimed, *(await self._book.find(sorted(missed)) if missed else ())]
        for place, alert in enumerate(changed, start=1):
            rearm(self._triggers, alert)
            if place % _ARMED_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _tell(self, fired: Sequence[FiredAlert]) -> list[Notice | None]:
        """Render the news, a few at a time."""
        notices: list[Notice | None] = []
        for place, one in enumerate(fired, start=1):
            is_told = one.loudness is not Loudness.OFF
            notices.append(self._notices.fired(self._news(one)) if is_told else None)
            if place % _RENDERED_AT_ONCE == 0:
                await asyncio.sleep(0)
        return notices

    def _news(self, fired: FiredAlert) -> AlertNews:
        alert, hit = fired.alert, fired.hit
        token = None if alert.token_id is None else self._board.tokens.get(alert.token_id)
        kind = alert.condition.kind
        return AlertNews(
            fired=fired,
            token=token,
            level=as_said(kind, token, hit.level),
            crossed_at=as_said(kind, token, hit.first_value),
            now=as_said(kind, token, hit.value),
        )


def _hit(crossing: Crossing) -> Hit:
    return Hit(
        alert_id=alert_of(crossing.trigger.number),
        generation=crossing.trigger.generation,
        level=crossing.trigger.level,
        value=crossing.value,
        first_value=crossing.first_value,
        source_at=crossing.source_at,
        seen_at=crossing.seen_at,
        confirmed_at=crossing.confirmed_at,
    )
