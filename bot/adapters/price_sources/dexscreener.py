"""DexScreener: finds the pools of a token that cannot be derived from its mint."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Self

import httpx

from bot.adapters.circuit_breaker import CircuitBreaker
from bot.adapters.price_sources.dexscreener_pairs import SOURCE, GarbledPairs, read_places
from bot.adapters.retry_after import read_retry_after
from bot.adapters.token_bucket import TokenBucket
from bot.domain.errors import Unavailable
from bot.ports.chain import PoolPlace, SourceState
from bot.ports.clock import Clock

DEXSCREENER_BASE = "https://api.dexscreener.com"
_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DexScreenerSettings:
    """Where DexScreener is and how often it is asked (its limit: 300 requests a minute)."""

    base_url: str = DEXSCREENER_BASE
    requests_per_second: float = 4.0
    burst: int = 8
    timeout_seconds: float = 4.0
    longest_wait_seconds: float = 1.0
    largest_body_bytes: int = 4 * 1024 * 1024


class DexScreener:
    """Implements `PairSource` over DexScreener's `/token-pairs/v1`.

    Raises nothing but `Unavailable`: at once while it rests after failures, was asked to
    pause, or its limit would make the caller wait. Use with `async with`, or call `close`.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        chance: Random,
        settings: DexScreenerSettings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings or DexScreenerSettings()
        self._clock = clock
        self._sleep = sleep
        self._bucket = TokenBucket(
            per_second=self._settings.requests_per_second, burst=self._settings.burst, clock=clock
        )
        self._breaker = CircuitBreaker(clock=clock, chance=chance)
        self._paused_until = clock.monotonic()
        self._requests = 0
        self._failures = 0
        self._last_error = ""
        self._client = httpx.AsyncClient(
            base_url=self._settings.base_url, timeout=self._settings.timeout_seconds
        )

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

    async def places(self, mint: str) -> list[PoolPlace]:
        """Give the pools known for a mint, deepest first."""
        await self._wait_for_turn()
        self._requests += 1
        body = await self._fetch(f"/token-pairs/v1/solana/{mint}")
        found = _read(body, mint) if isinstance(body, bytes) else body
        if isinstance(found, str):
            self._breaker.record_failure()
            self._failures += 1
            self._last_error = found
            raise Unavailable(SOURCE, found)
        self._breaker.record_success()
        return found

    def state(self) -> SourceState:
        """Give how the source is doing; `last_error` is in our own words."""
        return SourceState(
            name=SOURCE,
            circuit=self._breaker.state,
            requests=self._requests,
            failures=self._failures,
            failing_share=self._breaker.failing_share,
            limiter_use=self._bucket.use,
            pause_seconds=max(0.0, self._paused_until - self._clock.monotonic()),
            last_error=self._last_error,
        )

    async def _wait_for_turn(self) -> None:
        if self._breaker.is_open and not self._breaker.is_probe_due:
            raise Unavailable(SOURCE, "resting after failures")
        if self._clock.monotonic() < self._paused_until:
            raise Unavailable(SOURCE, "asked for a pause")
        if self._bucket.wait_seconds() > self._settings.longest_wait_seconds:
            raise Unavailable(SOURCE, "asked too often")
        wait = self._bucket.take()
        if wait > 0:
            await self._sleep(wait)

    async def _fetch(self, path: str) -> bytes | str:
        """Give the body, or a word on what went wrong."""
        # The library's errors may quote the URL: they end here, and only their kind goes on.
        try:
            async with (
                asyncio.timeout(self._settings.timeout_seconds),
                self._client.stream("GET", path) as response,
            ):
                if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                    self._pause(response.headers.get("Retry-After"))
                if response.status_code != httpx.codes.OK:
                    return f"HTTP {response.status_code}"
                return await self._read_body(response)
        except TimeoutError:
            return "timed out"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            return type(error).__name__

    async def _read_body(self, response: httpx.Response) -> bytes | str:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._settings.largest_body_bytes:
                return "answer too large"
        return bytes(body)

    def _pause(self, header: str | None) -> None:
        asked = read_retry_after(header, self._clock.now())
        wait = _PAUSE_SECONDS if asked is None else asked
        self._paused_until = self._clock.monotonic() + wait


def _read(body: bytes, mint: str) -> list[PoolPlace] | str:
    try:
        return read_places(body, mint)
    except GarbledPairs as error:
        return f"garbled: {error}"
