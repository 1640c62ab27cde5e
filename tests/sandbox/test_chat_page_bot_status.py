"""The bot's status on the page: passed on as it is, and calm while there is no bot."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.chat_page.bot_status import BotStatusProxy

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def page() -> AsyncIterator[Client]:
    application = web.Application()
    application.add_routes(BotStatusProxy().routes())
    async with TestClient(TestServer(application)) as client:
        yield client


def bot_that_answers(body: bytes, status: int = 200) -> TestServer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, content_type="application/json")

    application = web.Application()
    application.router.add_get("/status", answer)
    return TestServer(application)


async def status_of(page: Client) -> object:
    async with page.get("/sandbox/bot-status") as answer:
        assert answer.status == 200
        return await answer.json()


async def tell(page: Client, url: object) -> int:
    async with page.post("/sandbox/bot-status-url", json={"url": url}) as answer:
        return answer.status


async def test_a_bot_not_yet_known_is_not_up(page: Client) -> None:
    assert await status_of(page) == {"is_up": False, "was_up": False}


async def test_the_bots_status_is_passed_on_and_its_end_is_told(page: Client) -> None:
    async with bot_that_answers(b'{"mode": "paper", "uptime_s": 4}') as bot:
        assert await tell(page, str(bot.make_url("/status"))) == 200
        assert await status_of(page) == {"mode": "paper", "uptime_s": 4, "is_up": True}
    assert await status_of(page) == {"is_up": False, "was_up": True}


@pytest.mark.parametrize(
    ("body", "status"), [(b"nonsense", 200), (b"[1]", 200), (b'{"mode": "paper"}', 500)]
)
async def test_a_broken_answer_counts_as_none(page: Client, body: bytes, status: int) -> None:
    async with bot_that_answers(body, status) as bot:
        await tell(page, str(bot.make_url("/status")))
        assert await status_of(page) == {"is_up": False, "was_up": False}


@pytest.mark.parametrize(
    "url", ["http://example.org/", "file:///etc/hostname", "https://127.0.0.1/", "", 5, None]
)
async def test_only_an_address_of_this_machine_is_asked(page: Client, url: object) -> None:
    assert await tell(page, url) == 400


async def test_a_body_that_is_no_json_is_refused(page: Client) -> None:
    async with page.post("/sandbox/bot-status-url", data=b"{") as answer:
        assert answer.status == 400
