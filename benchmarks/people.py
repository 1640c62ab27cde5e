"""People of the sandbox who write to a bot over HTTP and note when its answer arrives."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
import orjson

_PATIENCE_SECONDS = 30.0
_LONGEST_LINE_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing said and its answer; `said_at` and `seen_at` are by the wall clock."""

    update_id: int
    latency_ms: float
    said_at: datetime
    seen_at: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class _Arrival:
    moment: float
    seen_at: datetime
    text: str


@dataclass(slots=True)
class People:
    """Speaks for everybody in one sandbox; each person has a private chat with the bot."""

    client: aiohttp.ClientSession
    _waiting: dict[int, asyncio.Future[_Arrival]] = field(default_factory=dict)

    async def invite(self, count: int) -> list[int]:
        """Let new people move in; gives their ids."""
        return [await self._invite_one(number) for number in range(count)]

    async def ask(
        self, person_id: int, text: str, *, patience_seconds: float = _PATIENCE_SECONDS
    ) -> Asked:
        """Write to the bot and wait for its first message; raises `TimeoutError` without one."""
        arrival = asyncio.get_running_loop().create_future()
        self._waiting[person_id] = arrival
        said_at, began = datetime.now(UTC), time.perf_counter()  # noqa: TID251 (the benchmark's own clock)
        body = orjson.dumps({"chat_id": person_id, "text": text})
        async with self.client.post(f"/sandbox/people/{person_id}/send", data=body) as response:
            response.raise_for_status()
            update_id = orjson.loads(await response.read())["update_id"]
        async with asyncio.timeout(patience_seconds):
            arrived = await arrival
        return Asked(
            update_id=update_id,
            latency_ms=(arrived.moment - began) * 1000,
            said_at=said_at,
            seen_at=arrived.seen_at,
            answer=arrived.text,
        )

    async def listen(self, after: int) -> None:
        """Follow the sandbox's events until cancelled."""
        address, forever = f"/sandbox/events?after={after}", aiohttp.ClientTimeout(total=None)
        async with self.client.get(address, timeout=forever) as stream:
            async for line in stream.content:
                if line.startswith(b"data:"):
                    self._hear(orjson.loads(line[5:]))

    async def last_event(self) -> int:
        """Give the number of the newest event, so that listening begins behind it."""
        async with self.client.get("/sandbox/state") as response:
            return int(orjson.loads(await response.read())["last_seq"])

    def _hear(self, event: dict[str, object]) -> None:
        message = event.get("message")
        if event.get("kind") != "message" or not isinstance(message, dict):
            return
        chat_id = event["chat_id"]
        waiting = self._waiting.get(chat_id) if isinstance(chat_id, int) else None
        if message["from"]["is_bot"] and waiting is not None and not waiting.done():
            now = datetime.now(UTC)  # noqa: TID251 (the benchmark's own clock)
            waiting.set_result(_Arrival(time.perf_counter(), now, str(message.get("text"))))

    async def _invite_one(self, number: int) -> int:
        body = orjson.dumps({"first_name": f"Guest {number}"})
        async with self.client.post("/sandbox/people", data=body) as response:
            response.raise_for_status()
            return int(orjson.loads(await response.read())["id"])


@asynccontextmanager
async def people_of(page_url: str) -> AsyncIterator[People]:
    """Give the people of a running sandbox, listening for the length of a block."""
    async with aiohttp.ClientSession(
        page_url,
        headers={"Content-Type": "application/json"},
        read_bufsize=_LONGEST_LINE_BYTES,
    ) as client:
        people = People(client)
        after = await people.last_event()
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(people.listen(after))
            try:
                yield people
            finally:
                listening.cancel()
