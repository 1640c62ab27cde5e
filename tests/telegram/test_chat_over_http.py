"""The whole chat door over HTTP, against the sandbox's Bot API."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
import pytest

from bot.domain.errors import Unavailable
from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.world import TelegramWorld
from bot.telegram.bot_api import ApiError, BotApi
from bot.telegram.guard import Guard
from bot.telegram.lanes import Lanes
from bot.telegram.limits import FloodLimits
from bot.telegram.menus import set_menus
from bot.telegram.poller import Poller
from bot.telegram.receiver import Receiver
from bot.telegram.registration import identity, use_polling, use_webhook
from bot.telegram.sender import Sender
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import BOT_NAME, ChatDoor

TOKEN = "777000111:sandbox-token-for-tests"
ANN, BOB, LOUNGE = 1001, 1002, -1001000000001


@dataclass(slots=True, kw_only=True)
class Town:
    """A sandbox Telegram with the door working on it, and hands for its people."""

    base: str
    session: aiohttp.ClientSession
    api: BotApi
    door: ChatDoor

    async def send(self, person: int, text: str, chat: int | None = None) -> None:
        await self._post(f"people/{person}/send", chat_id=chat or person, text=text)

    async def press(self, person: int, chat: int, label: str) -> dict[str, object]:
        """Press the newest button with this label and give what the person saw."""
        message, data = next(
            (message, button["callback_data"])
            for message in reversed(await self.messages(chat))
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", [])
            for button in row
            if button["text"] == label
        )
        return await self._post(
            f"people/{person}/press?wait=5",
            chat_id=chat,
            message_id=message["message_id"],
            callback_data=data,
        )

    async def change_faults(self, **plan: object) -> None:
        await self._post("faults", **plan)

    async def messages(self, chat: int) -> list[dict]:
        async with self.session.get(f"{self.base}/sandbox/chats/{chat}/messages") as response:
            return (await response.json())["messages"]

    async def until(self, chat: int, holds: Callable[[list[str]], bool]) -> list[str]:
        """Wait until the bot's messages in a chat are as they should be."""
        async with asyncio.timeout(8):
            while True:
                messages = await self.messages(chat)
                texts = [m["text"] for m in messages if m["from"]["is_bot"]]
                if holds(texts):
                    return texts
                await asyncio.sleep(0.01)

    async def _post(self, path: str, **body: object) -> dict[str, object]:
        async with self.session.post(f"{self.base}/sandbox/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()


@pytest.fixture
async def town(door: ChatDoor) -> AsyncIterator[Town]:
    world = TelegramWorld(TOKEN, seed=7, username=BOT_NAME)
    async with serve_telegram(world) as base, aiohttp.ClientSession() as session:
        api = BotApi(session=session, base=base, token=TOKEN)
        loop_clock = HandClock()
        loop_clock.monotonic = asyncio.get_running_loop().time
        sender = Sender(
            outbox=door.inbox.outbox,
            api=api,
            clock=loop_clock,
            limits=FloodLimits(clock=loop_clock, chat_burst=50),
            poll_seconds=0.005,
        )
        guard = Guard(handle=door.application.handle, inbox=door.inbox, admin_ids=(3001,))
        lanes = Lanes(handle=guard.handle)
        receiver = Receiver(inbox=door.inbox, lanes=lanes, clock=door.clock)
        poller = Poller(api=api, receiver=receiver, poll_seconds=1)
        loop = asyncio.get_running_loop()
        running = [
            loop.create_task(work()) for work in (sender.run, lanes.run, receiver.run, poller.run)
        ]
        yield Town(base=base, session=session, api=api, door=door)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_a_person_asks_buys_and_closes(town: Town) -> None:
    await town.send(ANN, "/price WIF")
    await town.until(ANN, lambda texts: any(t.startswith("PAPER · WIF") for t in texts))
    pressed = await town.press(ANN, ANN, "Buy 5")
    assert pressed["text"] == "Bought 270.9 WIF · #12"
    texts = await town.until(ANN, lambda texts: len(texts) == 2)
    assert texts[-1].startswith("PAPER · Bought 270.9 WIF for 5 SOL")
    await town.press(ANN, ANN, "Close all")
    await town.until(ANN, lambda texts: len(texts) == 3)
    assert len(town.door.services.booked) == 2


async def test_screens_change_in_place(town: Town) -> None:
    await town.send(ANN, "/wallet")
    await town.until(ANN, lambda texts: len(texts) == 1)
    for label, first in (
        ("Positions", "PAPER · 1 position"),
        ("#12", "PAPER · #12"),
        ("Back", "PAPER · 1 position"),
        ("Wallet", "PAPER · Wallet"),
        ("History", "PAPER · History"),
        ("Older", "PAPER · History"),
    ):
        await town.press(ANN, ANN, label)
        texts = await town.until(ANN, lambda texts, first=first: texts[-1].startswith(first))
        assert len(texts) == 1


async def test_a_buy_in_a_group_answers_in_private_and_a_stranger_cannot_press(town: Town) -> None:
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.send(ANN, "/price WIF", chat=LOUNGE)
    await town.until(LOUNGE, lambda texts: len(texts) == 1)
    stranger = await town.press(BOB, LOUNGE, "Buy 1")
    assert str(stranger["text"]).startswith("Only Ann can use these buttons")
    assert stranger["show_alert"] is True
    await town.press(ANN, LOUNGE, "Buy 1")
    _, receipt = await town.until(ANN, lambda texts: len(texts) == 2)
    assert receipt.startswith("PAPER · Bought")
    assert len(await town.until(LOUNGE, lambda texts: len(texts) == 1)) == 1


async def test_answers_keep_their_order_through_faults(town: Town) -> None:
    await town.change_faults(fail_rate=1.0, fail_code=500)
    for number in range(5):
        await town.send(ANN, f"/help {['open', 'close', 'price', 'info', 'reset'][number]}")
    await town.change_faults(fail_rate=0.0)
    texts = await town.until(ANN, lambda texts: len(texts) == 5)
    assert [text.split()[0] for text in texts] == ["/open", "/close", "/price", "/info", "/reset"]


async def test_hostile_names_pass_the_servers_own_checks(town: Town) -> None:
    token = town.door.services.tokens[0]
    hostile = '<b>"@admin" t.me/x \u202e🏳️‍🌈</b>'
    town.door.services.tokens = (type(token)(**(_parts(token) | {"name": hostile})),)
    for text in ("/price WIF", "/info WIF", "/positions"):
        await town.send(ANN, text)
    await town.until(ANN, lambda texts: len(texts) == 3)
    for message in await town.messages(ANN):
        kinds = {entity["type"] for entity in message.get("entities", [])}
        assert kinds <= {"bold", "code", "bot_command"}


def _parts(token: object) -> dict[str, object]:
    return {name: getattr(token, name) for name in token.__slots__}


async def test_the_bot_introduces_itself_and_its_commands(town: Town) -> None:
    assert (await identity(town.api)).name == BOT_NAME
    await set_menus(town.api)
    menu = await town.api.call("getMyCommands", {"scope": {"type": "all_group_chats"}})
    assert [row["command"] for row in menu] == [
        "start", "price", "info", "check", "chart", "movers", "leaderboard", "resume", "privacy",
        "calls",
        "help",
    ]  # fmt: skip


async def test_polling_and_pushing_can_be_chosen(town: Town) -> None:
    await use_webhook(town.api, url="https://bot.example/hook", secret="s" * 32)
    await use_polling(town.api)
    info = await town.api.call("getWebhookInfo", {})
    assert info["url"] == ""
    for secret in ("", "with space", "x" * 257, "é"):
        with pytest.raises(ValueError, match="secret"):
            await use_webhook(town.api, url="https://bot.example/hook", secret=secret)


async def test_an_error_never_shows_the_token(town: Town) -> None:
    with pytest.raises(ApiError) as refused:
        await town.api.call("sendMessage", {"chat_id": 5, "text": "x"})
    assert refused.value.code == 400
    dead = BotApi(session=town.session, base="http://127.0.0.1:9", token=TOKEN)
    with pytest.raises(Unavailable) as gone:
        await dead.call("getMe", {})
    for error in (refused.value, gone.value):
        assert "sandbox-token" not in f"{error!r} {error} {error.__cause__} {vars(error)}"
