"""The line to Redis: asked with little patience, and left alone while it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.domain.errors import Unavailable

_PATIENCE_SECONDS = 0.25
_LOOK_SECONDS = 0.5
_OUTAGES = (RedisError, OSError, TimeoutError)
_log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")


def client_of(url: str, ca_file: Path | None, **words: Any) -> Redis:
    """Give a client; by TLS it verifies the certificate, and that it is of the address asked.

    Besides those whom this machine trusts (`SSL_CERT_FILE`), whoever stands in `ca_file` may have
    signed it.
    """
    if url.startswith("rediss:"):
        words["ssl_ca_certs"] = None if ca_file is None else str(ca_file)
    return Redis.from_url(url, **words)


class RedisLine:
    """One Redis for the processes of one bot, whose keys all begin with `space`.

    The first question that is not answered in `patience_seconds` closes the line, and then nobody
    waits for it: `keep` looks twice a second whether it answers again. Errors name neither address
    nor password. `ca_file`: see `client_of`.
    """

    def __init__(
        self,
        url: str,
        *,
        space: str,
        ca_file: Path | None = None,
        look_seconds: float = _LOOK_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
    ) -> None:
        self.client = client_of(
            url,
            ca_file,
            socket_connect_timeout=patience_seconds,
            socket_timeout=None,  # whoever asks is patient for as long as is said here
            retry=Retry(NoBackoff(), 0),
        )
        self._space = space
        self._look_seconds = look_seconds
        self._patience_seconds = patience_seconds
        self._is_up = self._is_away = False
        self._losses = 0

    @property
    def is_up(self) -> bool:
        """Tell whether Redis answered last."""
        return self._is_up

    @property
    def is_away(self) -> bool:
        """Tell whether Redis was asked and did not answer."""
        return self._is_away

    @property
    def losses(self) -> int:
        """Tell how often the line was closed."""
        return self._losses

    def key(self, name: str) -> str:
        """Give the key of something that this bot's processes share."""
        return f"{self._space}:{name}"

    async def ask(self, question: Callable[[Redis], Awaitable[Answer]]) -> Answer:
        """Ask something; raises `Unavailable`, at once while the line is closed."""
        if not self._is_up:
            raise Unavailable("Redis", "it did not answer")
        return await self._ask(question)

    async def keep(self) -> None:
        """Open the line, and open it again whenever it was closed; run for ever."""
        while True:
            try:
                await self._ask(_ping)
            except Unavailable:
                pass
            else:
                self._turn(is_up=True)
            await asyncio.sleep(self._look_seconds)

    async def close(self) -> None:
        """Close all connections; one whose other end hangs is not waited for."""
        with suppress(*_OUTAGES):
            await self.client.aclose()

    async def _ask(self, question: Callable[[Redis], Awaitable[Answer]]) -> Answer:
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await question(self.client)
        except _OUTAGES as error:
            self._turn(is_up=False)
            raise Unavailable("Redis", type(error).__name__) from None

    def _turn(self, *, is_up: bool) -> None:
        is_news = is_up is self._is_away or is_up is not self._is_up
        self._is_up, self._is_away = is_up, not is_up
        if not is_news:
            return
        if is_up:
            _log.info("redis_answers")
        else:
            self._losses += 1
            _log.warning("redis_away")


async def _ping(client: Redis) -> object:
    return await client.ping()
