"""What one person sends faster than it can be answered is turned away: nobody else waits."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.domain.errors import Unavailable
from bot.domain.notices import Notice
from bot.ports.clock import Clock
from bot.ports.mail import Inbox, StoredUpdate
from bot.telegram.lanes import Lanes
from bot.telegram.layout import Screen, to_send
from bot.telegram.private_news import LanguageOf, in_english
from bot.telegram.screens.phrases import fill
from bot.telegram.texts import CROWDED
from bot.words.speech import speaking

_MOST_PER_LANE = 200
_SILENCE_SECONDS = 60.0
_TURNED_AWAY = "turned away: too much of this lane waited"
_log = structlog.get_logger(__name__)


class Crowding:
    """Feeds updates to the lanes as far as each lane has room, and closes the others.

    A lane has room for enough to serve a hasty person, or one who wrote while the bot was away.
    One that overflows is shut until all that it took is answered; whoever sent more is told so,
    once a minute at most. What was taken is answered, what was turned away did nothing.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        lanes: Lanes,
        clock: Clock,
        language_of: LanguageOf = in_english,
        most_per_lane: int = _MOST_PER_LANE,
    ) -> None:
        self._inbox = inbox
        self._lanes = lanes
        self._clock = clock
        self._language_of = language_of
        self._most_per_lane = most_per_lane
        self._shut: set[int] = set()
        self._told_at: dict[int, float] = {}

    async def feed(self, updates: Sequence[StoredUpdate]) -> None:
        """Queue what there is room for and close the rest; raises `Unavailable`."""
        self._shut = {lane for lane in self._shut if self._lanes.waiting_in(lane)}
        turned_away = []
        for update in updates:
            if self._has_room(update):
                await self._lanes.feed((update,))
            else:
                turned_away.append(update)
        await asyncio.gather(*map(self._turn_away, turned_away))

    def _has_room(self, update: StoredUpdate) -> bool:
        if self._lanes.knows(update):
            return True
        if self._lanes.waiting_in(update.lane) >= self._most_per_lane:
            self._shut.add(update.lane)
        return update.lane not in self._shut

    async def _turn_away(self, update: StoredUpdate) -> None:
        words = self._words(update.lane)
        try:
            await self._inbox.close(update.update_id, failure=_TURNED_AWAY, notices=words)
        except Unavailable:
            if words:
                del self._told_at[update.lane]
            raise

    def _words(self, lane: int) -> tuple[Notice, ...]:
        now = self._clock.monotonic()
        self._told_at = {
            lane: at for lane, at in self._told_at.items() if now - at < _SILENCE_SECONDS
        }
        # A negative lane is a group's: none of those who write there sent too much.
        if lane in self._told_at or lane <= 0:
            return ()
        self._told_at[lane] = now
        _log.warning("lane_crowded", lane=lane)
        with speaking(self._language_of(lane)):
            return (to_send(Screen(text=fill(CROWDED, {})), lane),)
