"""A sandbox Telegram with the chat door working on it, and hands for its people."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
import pytest

from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.world import TelegramWorld
from bot.telegram.bot_api import BotApi
from bot.telegram.chat_members import LiveMembers
from bot.telegram.guard import Guard
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.poller import Poller
from bot.telegram.reachability import Reachability
from bot.telegram.receiver import Receiver
from bot.telegram.sender import Sender
from bot.telegram.whispers import WhisperingApi
from tests.builders.chat_updates import BOT_ID
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import BOT_NAME, ChatDoor

TOKEN = "777000111:sandbox-token-for-tests"
ANN, BOB, ADA, LOUNGE = 1001, 1002, 3001, -1001000000001


@dataclass(slots=True, kw_only=True)
class Town:
    """A sandbox Telegram with the door working on it, and hands for its people."""

    base: str
    session: aiohttp.ClientSession
    api: BotApi
    door: ChatDoor
    world: TelegramWorld
    reachability: Reachability

    async def send(self, person: int, text: str, chat: int | None = None, **more: object) -> None:
        await self.act(f"people/{person}/send", chat_id=chat or person, text=text, **more)

    async def seat(self, status: str, user_id: int = BOT_ID, **more: object) -> None:
        """Give somebody a place in the lounge; after it nothing is known of whom it was before."""
        await self.act(f"chats/{LOUNGE}/members", user_id=user_id, status=status, **more)
        self.door.clock.advance(6)

    async def press(self, person: int, chat: int, label: str) -> dict[str, object]:
        """Press the newest button with this label and give what the person saw."""
        message, data = next(
            (message, button["callback_data"])
            for message in reversed(await self.messages(chat, person))
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", [])
            for button in row
            if button["text"] == label
        )
        return await self.act(
            f"people/{person}/press?wait=5",
            chat_id=chat,
            message_id=message["message_id"],
            callback_data=data,
        )

    async def change_faults(self, **plan: object) -> None:
        await self.act("faults", **plan)

    async def messages(self, chat: int, viewer: int | None = None) -> list[dict]:
        """Give a chat's messages as somebody sees them, or else as everybody does."""
        seen_by = {} if viewer is None else {"viewer": str(viewer)}
        address = f"{self.base}/sandbox/chats/{chat}/messages"
        async with self.session.get(address, params=seen_by) as response:
            return (await response.json())["messages"]

    async def until(
        self, chat: int, holds: Callable[[list[str]], bool], viewer: int | None = None
    ) -> list[str]:
        """Wait until the bot's messages in a chat are as they should be."""
        async with asyncio.timeout(30):
            while True:
                messages = await self.messages(chat, viewer)
                texts = [m["text"] for m in messages if m["from"]["id"] == BOT_ID]
                if holds(texts):
                    return texts
                await asyncio.sleep(0.01)

    async def holds(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(30):
            while not is_so():  # noqa: ASYNC110 (the other side is a server)
                await asyncio.sleep(0.005)

    async def act(self, path: str, **body: object) -> dict[str, object]:
        async with self.session.post(f"{self.base}/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@pytest.fixture
async def town(door: ChatDoor) -> AsyncIterator[Town]:
    world = TelegramWorld(TOKEN, seed=7, username=BOT_NAME)
    async with serve_telegram(world) as base, aiohttp.ClientSession() as session:
        api = BotApi(session=session, base=base, token=TOKEN)
        door.services.groups._members = LiveMembers(api=api, clock=door.clock, bot_id=BOT_ID)
        loop_clock = HandClock()
        loop_clock.monotonic = asyncio.get_running_loop().time
        door.application._reachability = reachability = Reachability(
            outbox=door.inbox.outbox, clock=loop_clock
        )
        sender = Sender(
            outbox=door.inbox.outbox,
            api=WhisperingApi(api),
            reachability=reachability,
            clock=loop_clock,
            limits=FloodLimits(clock=loop_clock, chat_burst=50),
            poll_seconds=0.005,
        )
        guard = Guard(handle=door.application.handle, inbox=door.inbox, admin_ids=(3001,))
        lanes = Lanes(handle=guard.handle)
        receiver = Receiver(
            inbox=door.inbox, lanes=lanes, clock=door.clock, reachability=reachability
        )
        poller = Poller(api=api, receiver=receiver, poll_seconds=1)
        loop = asyncio.get_running_loop()
        running = [
            loop.create_task(work()) for work in (sender.run, lanes.run, receiver.run, poller.run)
        ]
        yield Town(
            base=base,
            session=session,
            api=api,
            door=door,
            world=world,
            reachability=reachability,
        )
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
