"""Speaks HTTP with Jupiter: its key goes into a header, and into nothing else."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Self

import aiohttp

from bot.adapters.venues.jupiter.reading import number
from bot.adapters.venues.jupiter.settings import JupiterSettings
from bot.adapters.venues.jupiter.turns import Turns
from bot.ports.clock import Clock

_BURST = 4
_TOO_OFTEN = 429
_NEVER_CONNECTED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer; `body` is its JSON, empty where that was no object."""

    status: int
    body: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No answer, and why; `was_sent` says that the request may have arrived all the same."""

    why: str
    was_sent: bool


class JupiterClient:
    """One server of Jupiter's API; use it with `async with`, or call `close`."""

    def __init__(self, settings: JupiterSettings, clock: Clock) -> None:
        self.settings = settings
        self.asking = Turns(settings.limits.requests, burst=_BURST, clock=clock)
        self.executing = Turns(settings.limits.executions, burst=_BURST, clock=clock)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Give the client, ready to ask."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def get(self, path: str, query: Mapping[str, str]) -> Reply | Lost:
        """Ask for something, in turn."""
        wait = self.settings.longest_wait_seconds
        if not await self.asking.take(longest_seconds=wait):
            return Lost(why="asked too often", was_sent=False)
        return await self._exchange("GET", path, self.asking, query=query)

    async def post(
        self, path: str, body: Mapping[str, object], *, longest_wait_seconds: float
    ) -> Reply | Lost:
        """Hand something in, in turn."""
        if not await self.executing.take(longest_seconds=longest_wait_seconds):
            return Lost(why="asked too often", was_sent=False)
        return await self._exchange("POST", path, self.executing, body=body)

    async def _exchange(
        self,
        method: str,
        path: str,
        turns: Turns,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Reply | Lost:
        url = f"{self.settings.base_url.rstrip('/')}{path}"
        # The library's errors may quote the URL or the headers: only their kind goes on. A
        # redirect is not followed: the key is meant for this server alone.
        try:
            async with (
                asyncio.timeout(self.settings.timeout_seconds),
                self._opened().request(
                    method, url, params=query, json=body, allow_redirects=False
                ) as response,
            ):
                if response.status == _TOO_OFTEN:
                    turns.obey(response.headers)
                raw = bytearray()
                async for piece in response.content.iter_any():
                    raw += piece
                    if len(raw) > self.settings.largest_body_bytes:
                        return Lost(why="answer too large", was_sent=True)
                return Reply(status=response.status, body=read_body(raw))
        except TimeoutError as error:
            return Lost(why="timed out", was_sent=not isinstance(error, _NEVER_CONNECTED))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            was_sent = not isinstance(error, (*_NEVER_CONNECTED, aiohttp.InvalidURL))
            return Lost(why=type(error).__name__, was_sent=was_sent)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            key = self.settings.api_key
            self._session = aiohttp.ClientSession(
                headers={"x-api-key": key} if key else {},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def read_body(raw: bytearray) -> Mapping[str, object]:
    """Give the JSON object of a body, its numbers as decimals; empty for anything else."""
    try:
        found = json.loads(raw, parse_float=number, parse_int=number, parse_constant=_nothing)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _nothing(_constant: str) -> Decimal | None:
    """Take no NaN and no Infinity."""
    return None
