"""Keeps what this process of many may do: renewed in time, shared fairly, and let go in order."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import structlog

from bot.domain.errors import KitraderError, Unavailable
from bot.ports.clock import Clock
from bot.ports.leases import Leases, Standing

_START_SECONDS = 120.0  # who starts may hold up its own loop, and holds nothing yet
_AGAIN_SECONDS, _LET_GO_SECONDS = 0.4, 0.1
_RENEWALS = 3
# Clocks of two machines do not run alike, and what was begun in time needs a moment to end.
_MARGIN = 1 / 12
_log = structlog.get_logger(__name__)


class LeaseLapsedError(KitraderError):
    """This process could not renew in time: another may do its work, so it begins anew."""


def _nothing_in_hand(_name: str) -> bool:
    return True


class LeaseKeeper:
    """Says by its own steady clock what this process may do.

    What is held counts from the moment it was asked for, so it ends here before anybody else may
    take it. When others of the kind come, what is too much is first no longer `holds`, then, once
    `is_done` with it, given back. One that lapsed ends with `LeaseLapsedError`.
    """

    def __init__(
        self,
        leases: Leases,
        clock: Clock,
        *,
        seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._leases = leases
        self._clock = clock
        self._seconds = seconds
        self._good_seconds = seconds * (1 - _MARGIN)
        self._sleep = sleep
        self._wanted: tuple[str, ...] = ()
        self._is_shared = True
        self._is_done: Callable[[str], bool] = _nothing_in_hand
        self._let_go: frozenset[str] = frozenset()
        self._is_draining = False
        self._standing = Standing(is_alive=True, alive=1, held={})
        self._until = float("-inf")
        self._changed = asyncio.Event()
        self._hurry = asyncio.Event()

    @property
    def alive(self) -> int:
        """Give how many processes of this kind are alive, this one with them."""
        return max(1, self._standing.alive)

    def holds(self, name: str) -> bool:
        """Tell whether this process may act on what has this name, now."""
        return self.fence(name) is not None

    def fence(self, name: str) -> int | None:
        """Give the fence of what is held, None of what is not, or is being let go."""
        if self._clock.monotonic() >= self._until or name in self._let_go:
            return None
        return self._standing.held.get(name)

    def held(self) -> frozenset[str]:
        """Give all that this process may act on, now."""
        if self._clock.monotonic() >= self._until:
            return frozenset()
        return frozenset(self._standing.held) - self._let_go

    def want(
        self,
        names: Sequence[str],
        *,
        is_shared: bool = True,
        is_done: Callable[[str], bool] = _nothing_in_hand,
    ) -> None:
        """Take a share of these from now on, or all of them once nobody else has any.

        `is_done` tells whether nothing of one that is let go is in hand any more.
        """
        self._is_shared = is_shared
        self._wanted = tuple(names)
        self._is_done = is_done
        self._hurry.set()

    async def until_held(self, names: Collection[str]) -> None:
        """Wait until all of these may be acted on."""
        while not self.held() >= set(names):
            self._changed.clear()
            await self._changed.wait()

    async def changed(self) -> None:
        """Wait for the next renewal, after which more or less may be held."""
        self._changed.clear()
        await self._changed.wait()

    async def join(self) -> None:
        """Come alive, with a minute or two to start in; raises `Unavailable`."""
        asked_at = self._clock.monotonic()
        await self._leases.join(_START_SECONDS)
        self._until = asked_at + _START_SECONDS * (1 - _MARGIN)

    async def run(self) -> None:
        """Renew until cancelled, once something is wanted; raises `LeaseLapsedError`."""
        await self._hurry.wait()
        self._hurry.clear()
        while True:
            try:
                await self._renew()
                pause = self._pause()
            except Unavailable as failure:
                _log.warning("lease_not_renewed", what=failure.what, detail=failure.detail)
                pause = _AGAIN_SECONDS
            await self._rest(_LET_GO_SECONDS if self._let_go else pause)

    def _pause(self) -> float:
        """Look more often for what may come free than what is held has to be renewed."""
        is_content = len(self._standing.held) >= self._share
        return self._seconds / _RENEWALS if is_content else _AGAIN_SECONDS

    async def drain(self) -> None:
        """Act on nothing more, and wait until nothing is in hand."""
        self._is_draining = True
        self._let_go = frozenset(self._standing.held)
        while not all(map(self._is_done, self._let_go)):
            await self._sleep(_LET_GO_SECONDS)

    async def leave(self) -> None:
        """Give all back at a clean end; where the database is away it lapses by itself."""
        self._until = float("-inf")
        try:
            await self._leases.leave()
        except Unavailable as failure:
            _log.warning("leases_not_given_back", what=failure.what)

    async def _renew(self) -> None:
        asked_at = self._clock.monotonic()
        if asked_at >= self._until:
            raise LeaseLapsedError
        done = {name for name in self._let_go if self._is_done(name)}
        standing = await self._leases.keep(self._wanted, done, is_shared=self._is_shared)
        if not standing.is_alive:
            self._until = float("-inf")
            raise LeaseLapsedError
        self._until = asked_at + self._good_seconds
        self._settle(standing, done)

    def _settle(self, standing: Standing, done: Collection[str]) -> None:
        gained = standing.held.keys() - self._standing.held.keys()
        lost = self._standing.held.keys() - standing.held.keys()
        self._standing = standing
        self._let_go = self._surplus(self._let_go - set(done))
        if gained or lost:
            _log.info("leases_changed", held=len(standing.held), alive=standing.alive)
        self._changed.set()

    def _surplus(self, let_go: frozenset[str]) -> frozenset[str]:
        """Give what is held beyond a fair share: what is let go already, then the last by name."""
        if self._is_draining:
            return frozenset(self._standing.held)
        kept = sorted(self._standing.held.keys() - let_go)
        return (let_go & self._standing.held.keys()) | frozenset(kept[self._share :])

    @property
    def _share(self) -> int:
        return -(-len(self._wanted) // (self.alive if self._is_shared else 1))

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hurry.wait()
        except TimeoutError:
            return
        self._hurry.clear()
