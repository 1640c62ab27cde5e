"""Webhook delivery: secret, order, retries, reporting and methods in the answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.webhook_delivery import WebhookDelivery, retry_pause_s
from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ANN, BOB, TOKEN, TelegramHands

SECRET, WRONG_SECRET = "s-3_cret", "other"


@dataclass(slots=True, kw_only=True)
class Receiver:
    """A bot's web server that answers as it is told, 200 when nothing is told."""

    url: str = ""
    answers: list[web.Response] = field(default_factory=list)
    received: list[tuple[dict, str | None]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        async with self.arrived:
            self.received.append((await request.json(), secret))
            self.arrived.notify_all()
        return self.answers.pop(0) if self.answers else web.Response()

    async def wait_for(self, count: int) -> list[dict]:
        async with asyncio.timeout(30), self.arrived:
            await self.arrived.wait_for(lambda: len(self.received) >= count)
        return [update for update, _ in self.received]


async def serve(application: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.handle)
    runner, base_url = await serve(application)
    receiver.url = f"{base_url}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def telegram_url(telegram_world: TelegramWorld, pauses: list[float]) -> AsyncIterator[str]:
    async def note(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    delivery = WebhookDelivery(telegram_world, pause=note, timeout_s=5)
    async with serve_telegram(telegram_world, delivery=delivery) as base_url:
        yield base_url


async def settled(hands: TelegramHands) -> dict:
    return await hands.webhook_info(lambda info: info["pending_update_count"] == 0)


async def test_updates_are_pushed_with_the_secret(
    telegram_hands: TelegramHands, receiver: Receiver
) -> None:
    waiting = await telegram_hands.send(ANN, "before")
    answer = await telegram_hands.call("setWebhook", url=receiver.url, secret_token=SECRET)
    assert answer["description"] == "Webhook was set"
    sent = await telegram_hands.send(ANN, "after")
    updates = await receiver.wait_for(2)
    assert [each["update_id"] for each in updates] == [waiting["update_id"], sent["update_id"]]
    assert {secret for _, secret in receiver.received} == {SECRET}
    info = await settled(telegram_hands)
    assert (info["url"], info["max_connections"]) == (receiver.url, 40)
    assert "last_error_message" not in info


async def test_a_failed_delivery_is_repeated_in_order_and_reported(
    telegram_hands: TelegramHands, receiver: Receiver, pauses: list[float]
) -> None:
    receiver.answers = [web.Response(status=500) for _ in range(4)]
    receiver.answers.append(web.Response(status=429, headers={"Retry-After": "9"}))
    await telegram_hands.send(ANN, "one")
    await telegram_hands.send(ANN, "two")
    await telegram_hands.call("setWebhook", url=receiver.url)
    updates = await receiver.wait_for(7)
    assert [update["message"]["text"] for update in updates] == ["one"] * 6 + ["two"]
    assert pauses == [0, 2, 4, 8, 9]
    info = await settled(telegram_hands)
    expected = "Wrong response from the webhook: 429 Too Many Requests"
    assert info["last_error_message"] == expected
    assert info["last_error_date"] > 0


async def test_one_persons_trouble_holds_up_nobody_else(
    telegram_world: TelegramWorld, telegram_hands: TelegramHands, receiver: Receiver
) -> None:
    ann = await telegram_hands.send(ANN, "one")
    bob = await telegram_hands.send(BOB, "two")
    queues = telegram_world.updates.first_of_each_queue()
    assert [each.update_id for each in queues.values()] == [ann["update_id"], bob["update_id"]]
    await telegram_hands.call("setWebhook", url=receiver.url, max_connections=1)
    await receiver.wait_for(2)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "[::1]:1"])
async def test_an_absent_server_is_reported_and_pending_updates_can_be_dropped(
    telegram_hands: TelegramHands, address: str
) -> None:
    await telegram_hands.send(ANN, "one")
    await telegram_hands.call("setWebhook", url=f"http://{address}/hook")
    info = await telegram_hands.webhook_info(lambda info: "last_error_message" in info)
    assert info["last_error_message"].startswith("Connection ")
    assert info["pending_update_count"] == 1
    await telegram_hands.call("deleteWebhook", drop_pending_updates=True)
    info = (await telegram_hands.call("getWebhookInfo"))["result"]
    assert info == {"url": "", "has_custom_certificate": False, "pending_update_count": 0}


async def test_a_method_in_the_answer_is_carried_out(
    telegram_hands: TelegramHands, receiver: Receiver
) -> None:
    body = {"method": "sendMessage", "chat_id": ANN, "text": "by return"}
    receiver.answers = [web.json_response(body)]
    await telegram_hands.call("setWebhook", url=receiver.url)
    await telegram_hands.send(ANN, "hi")
    event = await telegram_hands.bot_event("message")
    assert event["message"]["text"] == "by return"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"url": "ftp://x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "http://a..b/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "http://["}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://a.io", "secret_token": "a b"}, "secret token contains unallowed"),
        ({"url": "https://a.io", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(
    telegram_hands: TelegramHands, parameters: dict[str, str], reason: str
) -> None:
    answer = await telegram_hands.call("setWebhook", **parameters)
    assert answer["status"] == 400
    assert reason in answer["description"]


@pytest.mark.usefixtures("whole_aiogram")
async def test_aiograms_own_webhook_server_is_served(telegram_hands: TelegramHands) -> None:
    server = TelegramAPIServer.from_base(telegram_hands.base_url)
    bot = Bot(TOKEN, session=AiohttpSession(api=server))  # closed by the handler below
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(f"heard {message.text}")

    application = web.Application()
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token=SECRET)
    handler.register(application, path="/hook")
    runner, base_url = await serve(application)
    await bot.set_webhook(f"{base_url}/hook", secret_token=WRONG_SECRET)
    await telegram_hands.send(ANN, "you")
    info = await telegram_hands.webhook_info(lambda info: "last_error_message" in info)
    assert info["last_error_message"] == "Wrong response from the webhook: 401 Unauthorized"
    await bot.set_webhook(f"{base_url}/hook", secret_token=SECRET)
    event = await telegram_hands.bot_event("message")
    assert event["message"]["text"] == "heard you"
    await bot.delete_webhook()
    await runner.cleanup()


def test_pauses_double_up_to_a_minute_and_retry_after_wins() -> None:
    assert [retry_pause_s(failures, None) for failures in range(1, 9)] == [
        0,
        2,
        4,
        8,
        16,
        32,
        60,
        60,
    ]
    assert retry_pause_s(3, "17") == 17
    assert retry_pause_s(3, "999999999") == 3600
    assert retry_pause_s(3, "soon") == 4
    assert [retry_pause_s(failures, None, 0.5) for failures in (1, 2, 9)] == [0, 0.5, 0.5]
