"""A Telegram world on a free port, and somebody to write and press for its people."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import aiohttp
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.world import TelegramWorld
from tests.builders.whole_aiogram import build_models

TOKEN = "777000111:sandbox-token-for-tests"
ANN, BOB, PIA, ADA = 1001, 1002, 2001, 3001
LOUNGE = -1001000000001


@dataclass(slots=True, kw_only=True)
class TelegramHands:
    """Acts for people and bots with plain HTTP."""

    base_url: str
    session: aiohttp.ClientSession

    async def get(self, path: str, **query: object) -> dict:
        parameters = {name: str(value) for name, value in query.items()}
        async with self.session.get(f"{self.base_url}{path}", params=parameters) as response:
            return await response.json()

    async def post(self, path: str, **body: object) -> dict:
        async with self.session.post(f"{self.base_url}{path}", json=body) as response:
            return await response.json() | {"status": response.status}

    async def call(self, method: str, **body: object) -> dict:
        return await self.post(f"/bot{TOKEN}/{method}", **body)

    async def send(self, person: int, text: str, chat: int | None = None, **more: object) -> dict:
        chat_id = person if chat is None else chat
        return await self.post(f"/sandbox/people/{person}/send", chat_id=chat_id, text=text, **more)

    async def events(self, after: int = 0) -> AsyncIterator[dict]:
        address = f"{self.base_url}/sandbox/events?after={after}"
        async with self.session.get(address) as response:
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield json.loads(line.removeprefix(b"data: "))

    async def bot_event(self, kind: str, after: int = 0) -> dict:
        """Wait for the first thing of a kind that the bot did to a message."""
        async with aclosing(self.events(after)) as events:
            async for event in events:
                if event["kind"] == kind and event["message"]["from"]["is_bot"]:
                    return event
        raise AssertionError("the stream ended")

    async def webhook_info(self, holds: Callable[[dict], bool]) -> dict:
        """Ask until the answer is as it should be."""
        async with asyncio.timeout(30):
            # The other side is a server, so there is no event to wait for.
            while not holds(  # noqa: ASYNC110
                info := (await self.call("getWebhookInfo"))["result"]
            ):
                await asyncio.sleep(0.005)
        return info

    async def messages(self, chat: int) -> list[dict]:
        return (await self.get(f"/sandbox/chats/{chat}/messages"))["messages"]


@pytest.fixture(scope="session")
def whole_aiogram() -> None:
    """Build aiogram's models: the bot imports it without them."""
    build_models()


@pytest.fixture
def telegram_world() -> TelegramWorld:
    return TelegramWorld(TOKEN, seed=7)


@pytest.fixture
async def telegram_url(telegram_world: TelegramWorld) -> AsyncIterator[str]:
    async with serve_telegram(telegram_world) as base_url:
        yield base_url


@pytest.fixture
async def telegram_hands(telegram_url: str) -> AsyncIterator[TelegramHands]:
    async with aiohttp.ClientSession() as session:
        yield TelegramHands(base_url=telegram_url, session=session)


@pytest.fixture(scope="session")
async def telegram_session(
    whole_aiogram: None,  # noqa: ARG001 (asked for what it does)
) -> AsyncIterator[AiohttpSession]:
    # One for all tests: aiogram sleeps a quarter of a second when it closes one.
    session = AiohttpSession()
    yield session
    await session.close()


@pytest.fixture
async def telegram_bot(telegram_url: str, telegram_session: AiohttpSession) -> Bot:
    telegram_session.api = TelegramAPIServer.from_base(telegram_url)
    return Bot(TOKEN, session=telegram_session)
