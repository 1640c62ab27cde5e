"""One RPC endpoint: asks it, keeps its limits, and remembers how it is doing."""

import asyncio
from random import Random
from typing import TypeVar

import orjson
from yarl import URL

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.http_lines.lines import Lines
from bot.adapters.http_lines.reply import ReplyTooLarge
from bot.adapters.http_lines.target import Target
from bot.adapters.retry_after import read_retry_after
from bot.adapters.solana.latency import Latency
from bot.adapters.solana.rpc_outcome import Answer, Failure, FailureKind, FinalNo, Outcome
from bot.adapters.solana.rpc_reply import OK, read_reply
from bot.adapters.solana.rpc_request import RpcRequest
from bot.adapters.solana.rpc_settings import EndpointConfig, RpcSettings
from bot.adapters.token_bucket import TokenBucket
from bot.ports.clock import Clock

PROBE_METHOD = "getSlot"
_LONGEST_OWN_PAUSE_SECONDS = 30.0
_SHORTEST_SECRET = 6
T = TypeVar("T")


class RpcEndpoint:
    """Named by number and host; its URL leaves this object only towards the endpoint itself."""

    def __init__(
        self,
        number: int,
        config: EndpointConfig,
        *,
        settings: RpcSettings,
        clock: Clock,
        chance: Random,
    ) -> None:
        self.name = f"{number} {config.host}"
        self.weight = config.weight
        self.latency = Latency()
        self.breaker = CircuitBreaker(clock=clock, chance=chance)
        self.probing = asyncio.Lock()
        self.requests = 0
        self.failures = 0
        self.rate_limited = 0
        self.stale = 0
        self.last_error = ""
        self._target = Target.of(config.url, content_type="application/json")
        self._secrets = _secrets_of(config.url)
        self._limits = config.limits
        self._largest_body_bytes = settings.largest_body_bytes
        self._clock = clock
        self._bucket = TokenBucket(
            per_second=config.limits.requests_per_second, burst=config.limits.burst, clock=clock
        )
        self._method_buckets: dict[str, TokenBucket] = {}
        self._paused_until = clock.monotonic()
        self._limited_in_a_row = 0
        self.limiter_waits = 0
        self.limiter_waited_seconds = 0.0

    def __repr__(self) -> str:
        """Give the name, never the URL."""
        return f"RpcEndpoint({self.name!r})"

    def wait_seconds(self, method: str) -> float:
        """Tell how long a request would have to wait for this endpoint's limits."""
        buckets = max(self._bucket.wait_seconds(), self._method_bucket(method).wait_seconds())
        return max(buckets, self.pause_seconds())

    def take_turn(self, method: str) -> float:
        """Take a turn and give the seconds to wait before using it."""
        buckets = max(self._bucket.take(), self._method_bucket(method).take())
        wait = max(buckets, self.pause_seconds())
        if wait > 0:
            self.limiter_waits += 1
            self.limiter_waited_seconds += wait
        return wait

    def pause_seconds(self) -> float:
        """Give what is left of the pause that the endpoint asked for."""
        return max(0.0, self._paused_until - self._clock.monotonic())

    def limiter_use(self) -> float:
        """Give the use of the fullest of its limits: 0 idle, 1 full, above 1 calls wait."""
        return max(bucket.use for bucket in (self._bucket, *self._method_buckets.values()))

    async def ask(self, lines: Lines, request: RpcRequest[T], timeout_seconds: float) -> Outcome:
        """Send one request and sort its reply; never raises but for cancellation."""
        self.requests += 1
        started = self._clock.monotonic()
        try:
            outcome = await self._exchange(lines, request, timeout_seconds)
        except asyncio.CancelledError:
            # Another endpoint was quicker, or the caller gave up: at least this long, then.
            self.latency.record(self._clock.monotonic() - started)
            raise
        # A probe is cheaper than any real question and would flatter an idle endpoint.
        is_telling = request.method != PROBE_METHOD or not self.latency.is_known
        if isinstance(outcome, Answer) and is_telling:
            self.latency.record(self._clock.monotonic() - started)
        return outcome

    def record(self, failure: Failure | None) -> None:
        """Note what a request came to: for the circuit, the pause and the counters."""
        if failure is None:
            self._limited_in_a_row = 0
            self.breaker.record_success()
            return
        self.last_error = failure.detail
        match failure.kind:
            case FailureKind.RATE_LIMITED:
                self.rate_limited += 1
                self._pause(failure.wait_seconds)
            case FailureKind.STALE:
                self.stale += 1
            case FailureKind.BROKEN:
                self.failures += 1
                self.breaker.record_failure()

    async def _exchange(
        self, lines: Lines, request: RpcRequest[T], timeout_seconds: float
    ) -> Outcome:
        body = orjson.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": request.method, "params": request.params}
        )
        # Errors of connecting may quote the host's address: only their kind goes on.
        try:
            async with asyncio.timeout(timeout_seconds):
                reply = await lines.post(self._target, body, most_bytes=self._largest_body_bytes)
        except TimeoutError:
            return _broken("timed out")
        except ReplyTooLarge:
            return _broken("answer too large")
        except (OSError, ValueError, RuntimeError) as error:
            return _broken(type(error).__name__)
        scanned = request.scan(reply.body) if reply.status == OK else None
        if scanned is not None:
            return scanned
        wait = read_retry_after(reply.retry_after, self._clock.now())
        outcome = read_reply(reply.status, reply.body, wait)
        if isinstance(outcome, FinalNo):
            return FinalNo(code=outcome.code, message=self._scrub(outcome.message))
        return outcome

    def _pause(self, asked_seconds: float | None) -> None:
        own = min(2.0**self._limited_in_a_row, _LONGEST_OWN_PAUSE_SECONDS)
        self._limited_in_a_row = min(self._limited_in_a_row + 1, 10)
        wait = own if asked_seconds is None else asked_seconds
        self._paused_until = max(self._paused_until, self._clock.monotonic() + wait)

    def _method_bucket(self, method: str) -> TokenBucket:
        bucket = self._method_buckets.get(method)
        if bucket is None:
            bucket = self._method_buckets[method] = TokenBucket(
                per_second=self._limits.method_requests_per_second,
                burst=self._limits.method_burst,
                clock=self._clock,
            )
        return bucket

    def _scrub(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _broken(detail: str) -> Failure:
    return Failure(kind=FailureKind.BROKEN, detail=detail)


def _secrets_of(url: URL) -> tuple[str, ...]:
    parts = [str(url), url.raw_path_qs, url.raw_query_string, url.user or "", url.password or ""]
    parts += [*url.parts, *url.query.values()]
    found = {part for part in parts if len(part) >= _SHORTEST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))
