"""The chat page over HTTP: what is served, under which rules, and what is refused."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox.chat_page.application import make_chat_page_application

Client = TestClient[aiohttp.web.Request, aiohttp.web.Application]


@pytest.fixture
async def page() -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_chat_page_application())) as client:
        yield client


async def test_the_page_comes_with_a_policy_that_loads_nothing_from_elsewhere(page: Client) -> None:
    async with page.get("/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        policy = answer.headers["Content-Security-Policy"]
        assert "Kitrader" in await answer.text()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("js/main.js", "text/javascript"),
        ("js/world/pane.js", "text/javascript"),
        ("css/theme.css", "text/css"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_static_files_have_their_type(page: Client, path: str, kind: str) -> None:
    async with page.get(f"/page/{path}") as answer:
        assert answer.status == 200
        assert answer.content_type == kind
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["application.py", "../application.py", "..%2fapplication.py", "js", "js/", "%00", "a"]
)
async def test_nothing_but_the_page_is_served(page: Client, path: str) -> None:
    async with page.get(f"/page/{path}") as answer:
        assert answer.status == 404


async def test_another_website_may_not_ask(page: Client) -> None:
    async with page.get("/", headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403


async def test_the_page_itself_may_ask(page: Client) -> None:
    origin = f"http://{page.host}:{page.port}"
    async with page.get("/", headers={"Origin": origin}) as answer:
        assert answer.status == 200
