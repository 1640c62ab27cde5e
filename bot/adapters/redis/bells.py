"""Bells by Redis's publishing: the first goes at once, those soon after it go together."""

import asyncio
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from bot.adapters.redis.line import RedisLine
from bot.domain.errors import Unavailable
from bot.ports.bells import Bell, Hear

_AGAIN_SECONDS = 0.25
# Each bell has others read the database: at hundreds a second, that would be all they do.
_TOGETHER_SECONDS = 0.01
_LISTEN_SECONDS = 5.0
_BY_VALUE = {bell.value: bell for bell in Bell}


class RedisBells:
    """Implements `bot.ports.bells.Bells`."""

    def __init__(self, line: RedisLine) -> None:
        self._line = line
        self._channel = line.key("bells")
        self._rung: set[Bell] = set()
        self._is_rung = asyncio.Event()
        self._hearers: dict[Bell, list[Hear]] = {bell: [] for bell in Bell}

    def ring(self, *bells: Bell) -> None:
        """Wake the others soon; waits for nothing and never fails."""
        self._rung.update(bells)
        self._is_rung.set()

    def on(self, bell: Bell, hear: Hear) -> None:
        """Name whom to wake; at wiring."""
        self._hearers[bell].append(hear)

    async def send(self) -> None:
        """Publish what is rung; run for ever. What cannot be published is forgotten."""
        while True:
            await self._is_rung.wait()
            self._is_rung.clear()
            words, self._rung = " ".join(sorted(self._rung)), set()

            async def publish(client: Redis, words: str = words) -> object:
                return await client.publish(self._channel, words)

            with suppress(Unavailable):
                await self._line.ask(publish)
            await asyncio.sleep(_TOGETHER_SECONDS)

    async def listen(self) -> None:
        """Hear the others; run for ever, and begin anew where the line broke."""
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                async with self._line.client.pubsub() as pubsub:
                    await self._listen(pubsub)
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _listen(self, pubsub: PubSub) -> None:
        async with asyncio.timeout(_LISTEN_SECONDS):
            await pubsub.subscribe(self._channel)
        # Something may have been rung while nobody listened.
        self._wake(set(Bell))
        is_asked = False
        while self._line.is_up:
            message = await pubsub.get_message(
                ignore_subscribe_messages=True, timeout=_LISTEN_SECONDS
            )
            if message is None:
                if is_asked:
                    return  # its end is gone, and nothing told us
                await pubsub.ping()
            else:
                words = message["data"].decode("utf-8", "replace").split()
                self._wake({_BY_VALUE[word] for word in words if word in _BY_VALUE})
            is_asked = message is None

    def _wake(self, bells: set[Bell]) -> None:
        for bell in bells:
            for hear in self._hearers[bell]:
                hear()
