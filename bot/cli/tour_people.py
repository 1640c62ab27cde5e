"""People of the sandbox as the tour plays them: they write, press, and read what comes back."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import httpx
import orjson

_PATIENCE_SECONDS = 10.0
_QUIET_SECONDS = 0.15

Message = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one thing said or pressed: texts of messages, edits and toasts."""

    texts: tuple[str, ...]
    messages: tuple[Message, ...]

    @property
    def last(self) -> Message:
        """Give the newest message, whose buttons can be pressed."""
        return self.messages[-1]


def missing(expected: Sequence[str], answer: Answer) -> list[str]:
    """Give the patterns that an answer does not hold."""
    said = "\n".join(answer.texts)
    return [one for one in expected if not re.search(one, said, re.IGNORECASE)]


@dataclass(slots=True)
class People:
    """Speaks for the sandbox's people over its HTTP interface."""

    client: httpx.AsyncClient
    events: list[dict[str, object]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(
        self, who: int, text: str, expected: Sequence[str], chat_id: int | None = None
    ) -> Answer:
        """Send a message and give what the bot answered, once all that is expected has come."""
        start = len(self.events)
        body = {"chat_id": chat_id or who, "text": text}
        (await self.client.post(f"/sandbox/people/{who}/send", json=body)).raise_for_status()
        return await self._answer(start, chat_id or who, expected)

    async def press(
        self, who: int, message: Message, label: str, expected: Sequence[str], times: int = 1
    ) -> Answer:
        """Press the button whose label begins so, perhaps twice at once; give what came back."""
        chat = message["chat"]
        assert isinstance(chat, dict), "a message has a chat"  # noqa: S101
        start = len(self.events)
        body = {
            "chat_id": chat["id"],
            "message_id": message["message_id"],
            "callback_data": _data_of(message, label),
        }
        presses = (
            self.client.post(f"/sandbox/people/{who}/press", json=body) for _ in range(times)
        )
        for answer in await asyncio.gather(*presses):
            answer.raise_for_status()
        return await self._answer(start, int(chat["id"]), expected)

    async def _answer(self, start: int, chat_id: int, expected: Sequence[str]) -> Answer:
        # Telegram's limits let a chat have about a message a second, so the answer to one press
        # may come in pieces: wait until all that is expected is there, and then for silence.
        answer = Answer(texts=(), messages=())
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while missing(expected, answer) or not answer.texts:
                    self.news.clear()
                    await self.news.wait()
                    answer = self._since(start, chat_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(_QUIET_SECONDS):
                while True:
                    self.news.clear()
                    await self.news.wait()
        return self._since(start, chat_id)

    def _since(self, start: int, chat_id: int) -> Answer:
        return _collect([event for event in self.events[start:] if _is_reply(event, chat_id)])

    async def listen(self) -> None:
        """Follow the sandbox's events until cancelled."""
        async with self.client.stream("GET", "/sandbox/events?after=0", timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data:"):
                    self.events.append(orjson.loads(line[5:]))
                    self.news.set()


@asynccontextmanager
async def sandbox_people(page_url: str) -> AsyncIterator[People]:
    """Give people who listen for the length of a block."""
    async with httpx.AsyncClient(base_url=page_url, timeout=10.0) as client:
        people = People(client=client)
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(people.listen())
            try:
                yield people
            finally:
                listening.cancel()


def _is_reply(event: dict[str, object], chat_id: int) -> bool:
    if event.get("kind") == "toast":
        return True
    message = event.get("message")
    if event.get("kind") not in {"message", "edit"} or not isinstance(message, dict):
        return False
    return event.get("chat_id") == chat_id and bool(message["from"]["is_bot"])


def _collect(events: list[dict[str, object]]) -> Answer:
    messages = tuple(m for event in events if isinstance(m := event.get("message"), dict))
    texts = tuple(
        str(event.get("text") or "") if event["kind"] == "toast" else _text_of(event)
        for event in events
    )
    return Answer(texts=tuple(text for text in texts if text), messages=messages)


def _text_of(event: dict[str, object]) -> str:
    message = event["message"]
    assert isinstance(message, dict), "message events carry one"  # noqa: S101
    return str(message.get("text") or message.get("caption") or "")


def _data_of(message: Message, label: str) -> str:
    markup = message.get("reply_markup")
    rows = markup.get("inline_keyboard", []) if isinstance(markup, dict) else []
    for button in (button for row in rows for button in row):
        if str(button["text"]).startswith(label) and "callback_data" in button:
            return str(button["callback_data"])
    raise LookupError(f"no button {label!r} there")
