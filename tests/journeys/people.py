"""People of the sandbox as journeys play them: they write, press, and read what reached them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Message = dict[str, Any]

LOUNGE = -1001000000001
"""The group that every sandbox begins with; its members are Ann, Bob, Pia and Ada."""
ANN, BOB, PIA, ADA = 1001, 1002, 2001, 3001
PREMIUM_IDS = frozenset(range(2001, 2051))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """All that one update made the bot say: messages as their readers see them, and the toast."""

    update_id: int
    failure: str
    messages: Sequence[Message] = ()
    toast: str = ""

    @property
    def text(self) -> str:
        """Give every word of it, for patterns to be sought in."""
        return "\n".join([*(text_of(message) for message in self.messages), self.toast])

    def message(self, containing: str = "") -> Message:
        """Give the newest message that holds these words."""
        found = [each for each in self.messages if containing in text_of(each)]
        if not found:
            raise LookupError(f"no message with {containing!r} in {self.text!r}")
        return found[-1]


@dataclass(slots=True, kw_only=True)
class Wire:
    """The sandbox's side for people, over HTTP."""

    session: aiohttp.ClientSession
    sent: int = field(default=0)

    async def post(self, path: str, body: object, **query: str) -> dict[str, Any]:
        """Post JSON and give the JSON that came back; raises on a refusal."""
        async with self.session.post(path, json=body, params=query) as answer:
            told: dict[str, Any] = await answer.json(content_type=None)
            if answer.status != 200:
                raise LookupError(f"{path}: {answer.status} {told}")
            self.sent += 1
            return told

    async def get(self, path: str, **query: str) -> Any:
        """Get JSON."""
        async with self.session.get(path, params=query) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)

    async def message(self, chat_id: int, message_id: int) -> Message | None:
        """Give a message as people see it now, or None where it was deleted."""
        path = f"/sandbox/chats/{chat_id}/messages"
        shown = (await self.get(path, after=str(message_id - 1)))["messages"]
        return next((each for each in shown if each["message_id"] == message_id), None)

    async def speak(
        self, who: int, text: str, chat_id: int | None = None, **more: object
    ) -> dict[str, Any]:
        """Let a person write; gives the message and the update's id without waiting."""
        body = {"chat_id": chat_id or who, "text": text, **more}
        return await self.post(f"/sandbox/people/{who}/send", body)

    async def touch(
        self, who: int, message: Message, data: str, *, wait: int = 10, forged: bool = False
    ) -> dict[str, Any]:
        """Let a person press; gives the update's id and the toast once it was answered."""
        body = {
            "chat_id": message["chat"]["id"],
            "message_id": message["message_id"],
            "callback_data": data,
            "forged": forged,
        }
        query = {"wait": str(wait)} if wait else {}
        return await self.post(f"/sandbox/people/{who}/press", body, **query)


def text_of(message: Message) -> str:
    """Give a message's words."""
    return str(message.get("text") or message.get("caption") or "")


def buttons_of(message: Message) -> dict[str, str]:
    """Give what each button carries, by its label."""
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", [])
    return {
        button["text"]: button["callback_data"]
        for row in rows
        for button in row
        if "callback_data" in button
    }


def button(message: Message, label: str) -> str:
    """Give what the button carries whose label begins so."""
    for text, data in buttons_of(message).items():
        if text.startswith(label):
            return data
    raise LookupError(f"no button {label!r} among {list(buttons_of(message))}")
