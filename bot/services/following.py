"""Hears what other processes changed, and hands it to whoever keeps that in memory."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from bot.domain.errors import Unavailable
from bot.ports.changes import ChangeFeed, ChangeKind, Mark
from bot.ports.clock import Clock

AWAY_SECONDS = 1_800.0
"""Whoever has read nothing for so long reads all of it anew: changes are kept for an hour."""

Hear = Callable[[Collection[int]], Awaitable[None]]
Load = Callable[[], Awaitable[None]]
LookedAt = Callable[[], Collection[int]]


@dataclass(slots=True)
class FollowingState:
    """How hearing others goes, for the status page."""

    heard: int = 0
    loads: int = 0
    read_at: float = 0.0


class Following:
    """One process's ear: `hearers` say what it keeps, `load` reads all of that anew.

    What a hearer could not read is kept and given to it again with the next reading. Each reads
    what it keeps as it is by then, so that hearing of something late or twice does no harm.
    `looked_at` gives the tokens that people look at here, for the process that reads prices.
    """

    def __init__(
        self,
        *,
        feed: ChangeFeed,
        hearers: Mapping[ChangeKind, Hear],
        load: Load,
        clock: Clock,
        looked_at: LookedAt | None = None,
    ) -> None:
        self._feed = feed
        self._hearers = hearers
        self._load = load
        self._clock = clock
        self._looked_at = looked_at
        self._mark: Mark | None = None
        self._unheard: dict[ChangeKind, set[int]] = {}
        self.state = FollowingState()

    async def begin(self) -> None:
        """Note where the story is now. Needs no permission: asked at the start, before loading."""
        self._mark = await self._feed.mark()
        self.state.read_at = self._clock.monotonic()

    async def follow(self) -> None:
        """Hear what is new; asked by the clock. Raises `Unavailable`, and goes on from there."""
        if self._looked_at is not None and (tokens := self._looked_at()):
            await self._feed.tell(ChangeKind.LOOKED_AT, tokens)
        now = self._clock.monotonic()
        if self._mark is None or now - self.state.read_at > AWAY_SECONDS:
            await self._load_anew()
            return
        read = await self._feed.since(self._mark)
        if read.is_broken:
            await self._load_anew()
            return
        for change in read.changes:
            if change.kind in self._hearers:
                self._unheard.setdefault(change.kind, set()).add(change.key)
        self._mark = read.mark
        self.state.read_at = now
        self.state.heard += len(read.changes)
        await self._hand_out()

    async def _load_anew(self) -> None:
        mark = await self._feed.mark()
        await self._load()
        self._unheard.clear()
        self._mark = mark
        self.state.read_at = self._clock.monotonic()
        self.state.loads += 1

    async def _hand_out(self) -> None:
        failures: list[Unavailable] = []
        # Tokens go first: others speak of them.
        for kind in sorted(self._unheard, key=lambda one: one is not ChangeKind.TOKEN):
            keys = self._unheard.pop(kind)
            try:
                await self._hearers[kind](keys)
            except Unavailable as failure:
                self._unheard[kind] = keys
                failures.append(failure)
        if failures:
            raise failures[0]
