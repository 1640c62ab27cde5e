"""Keeps one WebSocket to some endpoint up, and collects which accounts changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

import aiohttp
import structlog

from bot.adapters.circuit_breaker import BreakerRules, CircuitBreaker
from bot.adapters.solana.rpc_settings import StreamPlace, StreamSettings
from bot.adapters.solana.slot_memory import SlotMemory
from bot.adapters.solana.slot_watch import SlotWatch
from bot.adapters.solana.stream_line import (
    AccountChanged,
    SlotPassed,
    StreamEnded,
    StreamLine,
)
from bot.ports.chain import StreamState
from bot.ports.clock import Clock

_LARGEST_LEAP_SLOTS = 10_000
_RESTS = BreakerRules(consecutive_failures=1, shortest_rest_seconds=1.0, longest_rest_seconds=60.0)
_CLOSES_WITHIN = aiohttp.ClientWSTimeout(ws_close=1.0)
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Place:
    place: StreamPlace
    breaker: CircuitBreaker
    state: str = "idle"
    accounts: int = 0
    messages: int = 0
    failures: int = 0
    last_error: str = ""


class AccountStream:
    """Hears from one endpoint at a time which of the followed accounts changed.

    A line that is silent, late, garbled or closed is left for the next endpoint's; each rests
    for a second after a failure, doubling up to a minute. What changed while no line was up is
    not told by anybody, so each account counts as changed when it is subscribed to anew.

    A change raises the slot before which no later answer about that account is used, so news
    never lead to a reading that is older than they are; news older than what was read are none.
    """

    def __init__(
        self,
        places: Sequence[StreamPlace],
        *,
        session: Callable[[], aiohttp.ClientSession],
        watch: SlotWatch,
        memory: SlotMemory,
        clock: Clock,
        chance: Random,
        settings: StreamSettings,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._places = [
            _Place(place, CircuitBreaker(clock=clock, chance=chance, rules=_RESTS))
            for place in places
        ]
        self._session = session
        self._watch = watch
        self._memory = memory
        self._clock = clock
        self._settings = settings
        self._sleep = sleep
        self._wanted: frozenset[str] = frozenset()
        self._is_wanted = asyncio.Event()
        self._changed: set[str] = set()
        self._has_changed = asyncio.Event()

    @property
    def most_accounts(self) -> int:
        """Give how many accounts may be followed; 0 where no endpoint offers a WebSocket."""
        return self._settings.most_accounts if self._places else 0

    def follow(self, addresses: Sequence[str]) -> None:
        """Follow these accounts and no others; those beyond the bound are left out."""
        self._wanted = frozenset(addresses[: self.most_accounts])
        if self._wanted:
            self._is_wanted.set()
        else:
            self._is_wanted.clear()

    async def changed(self) -> frozenset[str]:
        """Wait for changes, gather for a moment, and give the accounts; each change once."""
        await self._has_changed.wait()
        await self._sleep(self._settings.gather_seconds)
        taken = frozenset(self._changed)
        self._changed.clear()
        self._has_changed.clear()
        return taken

    async def run(self) -> None:
        """Keep a line up, for ever, while anything is followed; run it as a task."""
        while self._places:
            await self._is_wanted.wait()
            place = min(self._places, key=lambda each: each.breaker.rest_seconds)
            await self._sleep(place.breaker.rest_seconds)
            await self._stay(place)

    def state(self, name: str) -> StreamState | None:
        """Tell how the WebSocket of an endpoint is doing; None where there is none."""
        for each in self._places:
            if each.place.name == name:
                return StreamState(
                    state=each.state,
                    accounts=each.accounts,
                    messages=each.messages,
                    failures=each.failures,
                    last_error=each.last_error,
                )
        return None

    async def _stay(self, place: _Place) -> None:
        began = self._clock.monotonic()
        try:
            async with self._line(place) as line:
                await self._listen(place, line)
            place.state = "idle"
        except StreamEnded as ended:
            if self._clock.monotonic() - began > self._settings.steady_seconds:
                place.breaker.record_success()
            place.breaker.record_failure()
            place.failures += 1
            place.last_error = str(ended)
            place.state = "resting"
            _log.info("stream_ended", endpoint=place.place.name, reason=str(ended))
        finally:
            place.accounts = 0

    @asynccontextmanager
    async def _line(self, place: _Place) -> AsyncIterator[StreamLine]:
        place.state = "connecting"
        quiet = self._settings.quiet_seconds
        # The library's errors quote the URL: they end here, and only their kind goes on.
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                socket = await self._session().ws_connect(
                    place.place.url, heartbeat=quiet, timeout=_CLOSES_WITHIN
                )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise StreamEnded(type(error).__name__) from None
        try:
            line = StreamLine(socket, quiet_seconds=quiet)
            await line.begin()
            yield line
        finally:
            await socket.close()

    async def _listen(self, place: _Place, line: StreamLine) -> None:
        while self._wanted:
            await line.ask_for(self._wanted)
            heard = await line.hear()
            place.state = "live"
            place.accounts = line.accounts
            place.messages += 1
            match heard:
                case SlotPassed(slot):
                    self._check(slot)
                case AccountChanged(address, slot):
                    self._note(address, slot)

    def _check(self, slot: int) -> None:
        best = self._watch.best()
        if best and slot > best + _LARGEST_LEAP_SLOTS:
            raise StreamEnded("an impossible slot")
        if best - slot > self._settings.lag_limit_slots:
            raise StreamEnded("lags behind")

    def _note(self, address: str, slot: int) -> None:
        if slot:
            self._check(slot)
            if slot <= self._memory.least([address]):
                return
            self._memory.note([address], slot)
        self._changed.add(address)
        self._has_changed.set()
