"""Jupiter's limits are kept and its pauses obeyed, and its key shows nowhere."""

import logging
from bisect import bisect_left
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.venues.jupiter.client import JupiterClient, Lost, Reply
from bot.adapters.venues.jupiter.settings import (
    PLAN_LIMITS,
    JupiterPlan,
    JupiterSettings,
    steady_rate,
)
from bot.adapters.venues.jupiter.turns import Turns
from bot.adapters.venues.jupiter.venue import JupiterVenue
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT, USDC_MINT
from bot.ports.swap_venue import Rejected, SwapRequest, Unknown
from tests.builders.swap_worlds import swap_world
from tests.fakes.hand_clock import HandClock
from tests.fakes.web_source import WebSource, web_source

KEY = "canary-key-that-nobody-sees"
REQUEST = SwapRequest(
    mint_in=SOL_MINT, mint_out=USDC_MINT, amount_in=10**8, taker="", slippage_bps=50
)


@pytest.fixture
async def site() -> AsyncIterator[WebSource]:
    async with web_source() as source:
        yield source


def settings(url: str) -> JupiterSettings:
    return JupiterSettings(base_url=url, api_key=KEY, plan=JupiterPlan.FREE, timeout_seconds=0.3)


@pytest.mark.parametrize("plan", JupiterPlan)
async def test_no_minute_sees_more_than_the_plan_allows(plan: JupiterPlan) -> None:
    clock, allowed = HandClock(), PLAN_LIMITS[plan].requests * 60
    turns = Turns(PLAN_LIMITS[plan].requests, burst=4, clock=clock, sleep=clock.sleep)
    moments = []
    for _ in range(int(allowed) + 40):
        assert await turns.take(longest_seconds=1_000)
        moments.append(clock.monotonic())
    for place, start in enumerate(moments):
        assert bisect_left(moments, start + 60) - place <= allowed
    assert steady_rate(PLAN_LIMITS[plan].requests, 4) > 0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "{now+7}"}, 7),
        ({"x-ratelimit-reset": "{now+7}", "Retry-After": "3"}, 7),
        ({"Retry-After": "3"}, 3),
        ({"x-ratelimit-reset": "soon", "Retry-After": "3"}, 3),
        ({"x-ratelimit-reset": "{now-7}"}, 0),
        ({"x-ratelimit-reset": "99999999999"}, 600),
        ({}, 2),
    ],
)
async def test_a_pause_is_as_long_as_the_answer_asks(
    headers: Mapping[str, str], seconds: float
) -> None:
    clock = HandClock()
    now = int(clock.now().timestamp())
    given = {
        name: text.replace("{now+7}", str(now + 7)).replace("{now-7}", str(now - 7))
        for name, text in headers.items()
    }
    turns = Turns(10.0, burst=4, clock=clock, sleep=clock.sleep)
    turns.obey(given)
    assert turns.pause_seconds() == pytest.approx(seconds, abs=1)
    assert await turns.take(longest_seconds=0.5) is (seconds == 0)


async def test_a_pause_that_comes_while_one_stands_in_line_holds_it_back() -> None:
    clock = HandClock()

    async def storm(seconds: float) -> None:
        clock.advance(seconds)
        turns.obey({"Retry-After": "3"})

    turns = Turns(1.0, burst=1, clock=clock, sleep=storm)
    assert await turns.take(longest_seconds=5)
    assert not await turns.take(longest_seconds=5)


async def test_the_key_goes_into_a_header_and_into_no_error_log_or_repr(
    site: WebSource, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    async with JupiterClient(settings(site.url), SystemClock()) as client:
        venue = JupiterVenue(client, SystemClock())
        for status, body in ((401, b"{}"), (500, b"x"), (302, b""), (200, b"[]")):
            site.status, site.body = status, body
            client.asking.obey({"Retry-After": "0"})
            with pytest.raises(Unavailable) as failed:
                await venue.quote(REQUEST)
            told.append(repr(failed.value))
        told += [repr(client), repr(client.settings), repr(vars(venue))]
    assert [asked["x-api-key"] for asked in site.asked_with] == [KEY] * 4
    told += [caplog.text, *capsys.readouterr()]
    assert not [text for text in told if KEY in text or site.url in text.replace(_base(client), "")]


def _base(client: JupiterClient) -> str:
    return f"base_url='{client.settings.base_url}'"


async def test_a_redirect_is_not_followed_with_the_key(site: WebSource) -> None:
    async with web_source() as other:
        site.status, site.headers = 302, {"Location": other.url}
        async with JupiterClient(settings(site.url), SystemClock()) as client:
            assert await client.get("/swap/v2/order", {}) == Reply(status=302, body={})
        assert other.paths == []


async def test_an_endless_or_slow_answer_is_lost(site: WebSource) -> None:
    small = replace(settings(site.url), largest_body_bytes=1_000)
    async with JupiterClient(small, SystemClock()) as client:
        site.body = bytes(100_000)
        lost = await client.get("/x", {})
        assert lost == Lost(why="answer too large", was_sent=True)
        site.hangs = True
        assert await client.get("/x", {}) == Lost(why="timed out", was_sent=True)
        site.released.set()


async def test_where_nobody_listens_nothing_left_us(unused_tcp_port: int) -> None:
    nowhere = replace(
        settings(f"http://127.0.0.1:{unused_tcp_port}"),
        execute_seconds=0.1,
        post_again_seconds=0.03,
    )
    async with swap_world() as world:
        offer = await world.venue.offer(world.buying())
        signed = world.signed(offer)
    async with JupiterClient(nowhere, SystemClock()) as client:
        venue = JupiterVenue(client, SystemClock())
        first = await venue.execute("id", signed, 1, is_first_post=True)
        assert isinstance(first, Rejected)
        assert first.words.startswith("never reached")
        assert isinstance(await venue.execute("id", signed, 1, is_first_post=False), Unknown)


async def test_a_refused_key_settles_nothing_of_what_was_handed_in() -> None:
    """A gateway's no says that it did not pass the bytes on; that is a word, and no proof."""

    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=401, text="{}")

    application = web.Application()
    application.router.add_post("/swap/v2/execute", refuse)
    async with swap_world() as world:
        offer = await world.venue.offer(world.buying())
        signed = world.signed(offer)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        hasty = replace(settings(url), execute_seconds=0.1, post_again_seconds=0.03)
        async with JupiterClient(hasty, SystemClock()) as client:
            said = await JupiterVenue(client, SystemClock()).execute(
                "id", signed, 1, is_first_post=True
            )
    finally:
        await runner.cleanup()
    assert isinstance(said, Unknown)
    assert said.signature
