"""Chooses the endpoint for each call and goes on to the next when one fails."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from bot.adapters.http_lines.lines import Lines
from bot.adapters.solana.rpc_endpoint import PROBE_METHOD, RpcEndpoint
from bot.adapters.solana.rpc_errors import RpcRefused
from bot.adapters.solana.rpc_hedge import hedged
from bot.adapters.solana.rpc_outcome import Answer, Failure, FailureKind, FinalNo, Outcome
from bot.adapters.solana.rpc_reply import is_slot
from bot.adapters.solana.rpc_request import GarbledAnswer, RpcRequest
from bot.adapters.solana.rpc_settings import RpcSettings
from bot.adapters.solana.rpc_trail import RpcTrail
from bot.adapters.solana.slot_watch import SlotWatch
from bot.domain.errors import CHAIN, Unavailable
from bot.ports.clock import Clock

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]
WHAT = CHAIN
_SHORTEST_HEDGE_SECONDS, _UNMEASURED_HEDGE_SECONDS = 0.05, 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    value: T


class RpcFailover:
    """Asks the endpoint whose answer is likely soonest, then the others, until the deadline.

    An endpoint is asked while its circuit is closed and it does not lag. A call that takes
    longer than 95 of 100 before it (or a second, before enough were measured) is asked of a
    second endpoint as well, if one is free, and of a third if that one fails or hangs too.
    """

    def __init__(
        self,
        endpoints: Sequence[RpcEndpoint],
        *,
        lines: Lines,
        watch: SlotWatch,
        clock: Clock,
        settings: RpcSettings,
        sleep: Sleep,
    ) -> None:
        self._endpoints = endpoints
        self._lines = lines
        self._watch = watch
        self._clock = clock
        self._settings = settings
        self._sleep = sleep

    async def ask(self, request: RpcRequest[T], *, deadline_seconds: float) -> T:
        """Give the answer of the first endpoint that has a good one.

        Raises `RpcRefused` where the request is at fault, `Unavailable` where no endpoint
        answered well in time.
        """
        trail = RpcTrail(
            clock=self._clock,
            deadline_seconds=deadline_seconds,
            most_tries=2 * len(self._endpoints) + 1,
            stale_retry_seconds=self._settings.stale_retry_seconds,
        )
        while not trail.is_over and (endpoint := await self._choose(request.method, trail)):
            judged = await self._attempt(endpoint, request, trail)
            if isinstance(judged, _Read):
                return judged.value
            if isinstance(judged, FinalNo):
                raise RpcRefused(judged.code, judged.message)
            trail.note(endpoint.name, judged)
            _log.info(
                "rpc_try_failed",
                endpoint=endpoint.name,
                method=request.method,
                kind=judged.kind.value,
                detail=judged.detail,
            )
        raise Unavailable(WHAT, trail.story())

    def is_lagging(self, endpoint: RpcEndpoint) -> bool:
        """Tell whether an endpoint was last seen too far behind the best."""
        return self._watch.lag_slots(endpoint.name) > self._settings.lag_limit_slots

    def needs_probe(self, endpoint: RpcEndpoint) -> bool:
        """Tell whether an endpoint that is not asked may have recovered."""
        if endpoint.pause_seconds() > 0:
            return False
        if endpoint.breaker.is_open:
            return endpoint.breaker.is_probe_due
        age = self._watch.age_seconds(endpoint.name)
        return self.is_lagging(endpoint) and age > self._settings.lag_window_seconds

    async def probe(self, endpoint: RpcEndpoint, timeout_seconds: float) -> None:
        """Ask one endpoint for its slot; the answer closes its circuit and clears its lag."""
        request = RpcRequest(
            method=PROBE_METHOD, params=({"commitment": "confirmed"},), read=read_slot
        )
        wait = endpoint.take_turn(request.method)
        if wait > 0:
            await self._sleep(wait)
        await self._ask_one(endpoint, request, timeout_seconds)

    async def _choose(self, method: str, trail: RpcTrail) -> RpcEndpoint | None:
        usable = self._usable(trail)
        if not usable:
            await self._probe_those_due(trail)
            usable = self._usable(trail)
        if not usable:
            return None
        best = min(usable, key=lambda endpoint: self._rank(endpoint, method, trail))
        return best if self._wait_seconds(best, method, trail) < trail.seconds_left() else None

    def _usable(self, trail: RpcTrail) -> list[RpcEndpoint]:
        return [
            endpoint
            for endpoint in self._endpoints
            if not endpoint.breaker.is_open
            and not self.is_lagging(endpoint)
            and not trail.is_given_up(endpoint.name)
        ]

    def _rank(self, endpoint: RpcEndpoint, method: str, trail: RpcTrail) -> tuple[int, float]:
        wait = self._wait_seconds(endpoint, method, trail)
        return (
            trail.broken_tries(endpoint.name),
            wait + endpoint.latency.average_seconds / endpoint.weight,
        )

    def _wait_seconds(self, endpoint: RpcEndpoint, method: str, trail: RpcTrail) -> float:
        return max(endpoint.wait_seconds(method), trail.wait_seconds(endpoint.name))

    async def _probe_those_due(self, trail: RpcTrail) -> None:
        timeout = min(self._settings.lag_window_seconds, trail.seconds_left())
        async with asyncio.TaskGroup() as group:
            for endpoint in self._endpoints:
                if not trail.is_given_up(endpoint.name) and self.needs_probe(endpoint):
                    group.create_task(self._probe_once(endpoint, timeout))

    async def _probe_once(self, endpoint: RpcEndpoint, timeout_seconds: float) -> None:
        # Many calls may find the same endpoint due: one asks, the others wait for its answer.
        async with endpoint.probing:
            if self.needs_probe(endpoint):
                await self.probe(endpoint, timeout_seconds)

    async def _attempt(
        self, endpoint: RpcEndpoint, request: RpcRequest[T], trail: RpcTrail
    ) -> _Read[T] | Failure | FinalNo:
        wait = max(endpoint.take_turn(request.method), trail.wait_seconds(endpoint.name))
        if wait > 0:
            await self._sleep(wait)
        if endpoint.pause_seconds() > 0:
            # It asked for a pause while this call stood in line.
            return Failure(kind=FailureKind.RATE_LIMITED, detail="asked for a pause")
        untried = sum(trail.broken_tries(other.name) == 0 for other in self._usable(trail))
        share = trail.seconds_left() / max(1, untried)
        timeout = min(self._settings.request_timeout_seconds, share)
        hedge_after = self._hedge_after_seconds(endpoint)
        if hedge_after is None or hedge_after >= timeout:
            return await self._ask_one(endpoint, request, timeout)
        return await self._ask_hedged(endpoint, request, timeout, hedge_after)

    def _hedge_after_seconds(self, endpoint: RpcEndpoint) -> float | None:
        if not self._settings.hedges or len(self._endpoints) == 1:
            return None
        # One that hangs is never measured: without a guess the first calls would all wait for
        # their timeouts, one after the other.
        percentile = endpoint.latency.percentile_95_seconds()
        after = _UNMEASURED_HEDGE_SECONDS if percentile is None else percentile
        return max(after, _SHORTEST_HEDGE_SECONDS)

    async def _ask_hedged(
        self,
        endpoint: RpcEndpoint,
        request: RpcRequest[T],
        timeout_seconds: float,
        hedge_after_seconds: float,
    ) -> _Read[T] | Failure | FinalNo:
        ends_at = self._clock.monotonic() + timeout_seconds
        asked: list[RpcEndpoint] = []

        def begin() -> Coroutine[object, object, _Read[T] | Failure | FinalNo] | None:
            chosen = self._spare(asked, request.method) if asked else endpoint
            left = ends_at - self._clock.monotonic()
            if chosen is None or left <= 0:
                return None
            if asked:
                chosen.take_turn(request.method)
            asked.append(chosen)
            return self._ask_one(chosen, request, left)

        return await hedged(
            begin,
            is_good=lambda judged: not isinstance(judged, Failure),
            after_seconds=hedge_after_seconds,
        )

    def _spare(self, busy: Sequence[RpcEndpoint], method: str) -> RpcEndpoint | None:
        free = [
            endpoint
            for endpoint in self._endpoints
            if endpoint not in busy
            and not endpoint.breaker.is_open
            and not self.is_lagging(endpoint)
            and endpoint.wait_seconds(method) <= 0
        ]
        return min(free, key=lambda endpoint: endpoint.latency.average_seconds, default=None)

    async def _ask_one(
        self, endpoint: RpcEndpoint, request: RpcRequest[T], timeout_seconds: float
    ) -> _Read[T] | Failure | FinalNo:
        outcome = await endpoint.ask(self._lines, request, timeout_seconds)
        judged = self._judge(endpoint, request, outcome)
        endpoint.record(judged if isinstance(judged, Failure) else None)
        return judged

    def _judge(
        self, endpoint: RpcEndpoint, request: RpcRequest[T], outcome: Outcome
    ) -> _Read[T] | Failure | FinalNo:
        if not isinstance(outcome, Answer):
            return outcome
        slot = outcome.slot
        if request.method == PROBE_METHOD and is_slot(outcome.result):
            slot = outcome.result
        if slot:
            if not self._watch.is_believable(slot):
                return Failure(kind=FailureKind.BROKEN, detail="an impossible slot")
            lag = self._watch.note(endpoint.name, slot)
            if request.is_past(slot) or lag > self._settings.lag_limit_slots:
                return Failure(kind=FailureKind.STALE, detail="an answer from the past")
        try:
            return _Read(request.read(outcome.result, outcome.slot))
        except GarbledAnswer as error:
            return Failure(kind=FailureKind.BROKEN, detail=f"garbled: {error}")


def read_slot(result: object, _slot: int) -> int:
    """Read the result of getSlot."""
    if not is_slot(result):
        raise GarbledAnswer("no slot number")
    return result
