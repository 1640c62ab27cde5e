"""One HTTP site asked politely: its limit kept, its pauses obeyed, its failures rested from."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from types import TracebackType
from typing import Self, TypeVar

import httpx

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.retry_after import read_retry_after
from bot.adapters.token_bucket import TokenBucket
from bot.domain.errors import Unavailable
from bot.ports.chain import SourceState
from bot.ports.clock import Clock

_PAUSE_SECONDS = 10.0
_NOT_THERE = 404
_Found = TypeVar("_Found")


class Garbled(ValueError):
    """An answer that is not what the site should answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Where a site is, how often it may be asked, and how long it may take.

    `headers` may hold a key: they are sent and never shown.
    """

    name: str
    base_url: str
    requests_per_second: float
    burst: int
    timeout_seconds: float = 4.0
    longest_wait_seconds: float = 1.0
    largest_body_bytes: int = 4 * 1024 * 1024
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@cache
def _trusted() -> ssl.SSLContext:
    # Reading the certificates takes longer than all else at a start: once will do for every site.
    return httpx.create_ssl_context()


class HttpSource:
    """Fetches from one site; raises nothing but `Unavailable`.

    At once while it rests after failures, was asked to pause, or its limit would make the
    caller wait. Use with `async with`, or call `close`.
    """

    def __init__(
        self,
        settings: SiteSettings,
        *,
        clock: Clock,
        chance: Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._sleep = sleep
        self._bucket = TokenBucket(
            per_second=settings.requests_per_second, burst=settings.burst, clock=clock
        )
        self._breaker = CircuitBreaker(clock=clock, chance=chance)
        self._paused_until = clock.monotonic()
        self._client = httpx.AsyncClient(
            base_url=settings.base_url,
            timeout=settings.timeout_seconds,
            headers=dict(settings.headers),
            verify=_trusted(),
        )
        self._requests = self._failures = 0
        self._last_error = ""

    async def __aenter__(self) -> Self:
        """Give the source, ready to be asked."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the source."""
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def fetch(
        self, path: str, query: Mapping[str, str], read: Callable[[bytes], _Found]
    ) -> _Found | None:
        """Give what `read` makes of the answer; None where the site does not know it.

        `read` raises `Garbled` at an answer that is not what it should be.
        """
        await self._wait_for_turn()
        self._requests += 1
        status, body = await self._answer(path, query)
        if status == _NOT_THERE:
            self._breaker.record_success()
            return None
        if isinstance(body, str):
            raise self._failed(body)
        try:
            found = read(body)
        except Garbled as error:
            raise self._failed(f"garbled: {error}") from None
        self._breaker.record_success()
        return found

    def state(self) -> SourceState:
        """Give how the site is doing."""
        return SourceState(
            name=self.settings.name,
            circuit=self._breaker.state,
            requests=self._requests,
            failures=self._failures,
            failing_share=self._breaker.failing_share,
            limiter_use=self._bucket.use,
            pause_seconds=max(0.0, self._paused_until - self._clock.monotonic()),
            last_error=self._last_error,
        )

    def _failed(self, why: str) -> Unavailable:
        self._failures += 1
        self._last_error = why
        self._breaker.record_failure()
        return Unavailable(self.settings.name, why)

    async def _wait_for_turn(self) -> None:
        name = self.settings.name
        if self._breaker.is_open and not self._breaker.is_probe_due:
            raise Unavailable(name, "resting after failures")
        if self._clock.monotonic() < self._paused_until:
            raise Unavailable(name, "asked for a pause")
        if self._bucket.wait_seconds() > self.settings.longest_wait_seconds:
            raise Unavailable(name, "asked too often")
        wait = self._bucket.take()
        if wait > 0:
            await self._sleep(wait)

    async def _answer(self, path: str, query: Mapping[str, str]) -> tuple[int, bytes | str]:
        """Give the status and the body, or a word on what went wrong."""
        # The library's errors may quote the URL: they end here, and only their kind goes on.
        try:
            async with (
                asyncio.timeout(self.settings.timeout_seconds),
                self._client.stream("GET", path, params=query) as response,
            ):
                if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    self._pause(response.headers.get("Retry-After"))
                if response.status_code != httpx.codes.OK:
                    return response.status_code, f"HTTP {response.status_code}"
                return response.status_code, await self._read_body(response)
        except TimeoutError:
            return 0, "timed out"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return 0, type(error).__name__

    async def _read_body(self, response: httpx.Response) -> bytes | str:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self.settings.largest_body_bytes:
                return "answer too large"
        return bytes(body)

    def _pause(self, header: str | None) -> None:
        asked = read_retry_after(header, self._clock.now())
        wait = _PAUSE_SECONDS if asked is None else asked
        self._paused_until = self._clock.monotonic() + wait
