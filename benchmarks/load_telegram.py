"""A Telegram of nothing but answers: it pushes updates at a pace and notes when each is answered.

The sandbox's Telegram keeps chats and messages as people see them, which takes longer for a message
than the bot does; at a thousand a second it, and not the bot, would be measured.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
import orjson
from aiohttp import web

from benchmarks.command_path_load import update

BOT_TOKEN = "424242:" + "L" * 35
_BOT = {"id": 424242, "is_bot": True, "first_name": "Load", "username": "load_bot"}
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 (a header's name)
_CONNECTIONS = 100  # the most that Telegram opens to a webhook
_PACE_SECONDS = 0.005
_PATIENCE_SECONDS = 10.0
_FIRST_UPDATE = 700_000_000


@dataclass(slots=True)
class Outcome:
    """What became of the updates of one run; latencies from the moment an update was due."""

    pushed: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    answered_in_time: int = 0
    refused: int = 0
    skipped: int = 0
    unanswered: int = 0


@dataclass(slots=True)
class LoadTelegram:
    """Answers the bot's calls, and lets people speak one after the other, at most one thing each.

    `webhook` is set once the bot has asked to be pushed updates.
    """

    base: str = ""
    webhook: asyncio.Event = field(default_factory=asyncio.Event)
    _hook: tuple[str, str] = ("", "")
    _messages: int = 0
    _updates: int = _FIRST_UPDATE
    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _due: dict[int, float] = field(default_factory=dict)
    _outcome: Outcome = field(default_factory=Outcome)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Take one call of the bot."""
        body = await request.read()
        method = request.path.rpartition("/")[2]
        if method == "getMe":
            return _result(_BOT)
        if method == "getWebhookInfo":
            told = {"has_custom_certificate": False, "pending_update_count": 0}
            return _result({"url": self._hook[0], **told})
        if method == "setWebhook":
            asked = orjson.loads(body)
            self._hook = asked["url"], asked["secret_token"]
            self.webhook.set()
        if not method.startswith("send"):
            return _result(True)
        chat_id = orjson.loads(body)["chat_id"]
        self._heard(chat_id)
        self._messages += 1
        chat = {"id": chat_id, "type": "private"}
        return _result({"message_id": self._messages, "date": 1, "chat": chat})

    async def push(
        self, people: range, says: Callable[[int], str], *, rate: float, seconds: float
    ) -> Outcome:
        """Push at a pace for so long, each person in turn, and wait until no more answers come."""
        self._outcome = outcome = Outcome()
        total = int(rate * seconds)
        wires = asyncio.Semaphore(_CONNECTIONS)
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
        async with (
            aiohttp.ClientSession(connector=connector) as session,
            asyncio.TaskGroup() as group,
        ):
            began, number = time.perf_counter(), 0
            while number < total:
                until = min(total, int((time.perf_counter() - began) * rate) + 1)
                for place in range(number, until):
                    person = people[place % len(people)]
                    due = began + place / rate
                    group.create_task(self._push(session, wires, person, says(place), due))
                number = until
                await asyncio.sleep(_PACE_SECONDS)
            outcome.answered_in_time = len(outcome.latencies_ms)
        # Only once all of them were taken.
        with suppress(TimeoutError):
            while self._due:
                self._answered.clear()
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._answered.wait()
        outcome.unanswered = len(self._due)
        self._due.clear()
        return outcome

    async def _push(
        self,
        session: aiohttp.ClientSession,
        wires: asyncio.Semaphore,
        person: int,
        text: str,
        due: float,
    ) -> None:
        if person in self._due:
            self._outcome.skipped += 1
            return
        self._due[person] = due
        self._updates += 1
        url, secret = self._hook
        body = orjson.dumps(update(self._updates, person, text))
        headers = {_SECRET_HEADER: secret, "Content-Type": "application/json"}
        self._outcome.pushed += 1
        try:
            async with wires, session.post(url, data=body, headers=headers) as response:
                is_taken = response.ok
        except (aiohttp.ClientError, OSError):
            is_taken = False
        if not is_taken:
            self._outcome.refused += 1
            self._due.pop(person, None)

    def _heard(self, chat_id: int) -> None:
        due = self._due.pop(chat_id, None)
        if due is not None:
            self._answered.set()
            self._outcome.latencies_ms.append((time.perf_counter() - due) * 1000)


def _result(value: object) -> web.Response:
    return web.Response(
        body=orjson.dumps({"ok": True, "result": value}), content_type="application/json"
    )


@asynccontextmanager
async def load_telegram() -> AsyncIterator[LoadTelegram]:
    """Serve one for the length of a block, on a free port of this machine."""
    telegram = LoadTelegram()
    server = web.ServerRunner(web.Server(telegram.answer, access_log=None))
    await server.setup()
    try:
        await web.TCPSite(server, "127.0.0.1", 0).start()
        telegram.base = f"http://127.0.0.1:{server.addresses[0][1]}"
        yield telegram
    finally:
        await server.cleanup()
