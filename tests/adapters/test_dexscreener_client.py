"""DexScreener is asked within its limits, and its troubles are `Unavailable` and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.adapters.price_sources.dexscreener import DexScreener, dexscreener_site
from bot.adapters.price_sources.http_source import HttpSource
from bot.domain.errors import Unavailable
from tests.builders.dexscreener_pairs import MINT, POOL, body_of, pair
from tests.builders.rpc_pools import seeded_chance
from tests.fakes.hand_clock import HandClock
from tests.fakes.web_source import WebSource, web_source


@asynccontextmanager
async def build(
    source: WebSource, clock: HandClock, timeout_seconds: float = 10.0
) -> AsyncIterator[DexScreener]:
    site = replace(
        dexscreener_site(source.url), timeout_seconds=timeout_seconds, largest_body_bytes=10_000
    )
    http = HttpSource(site, clock=clock, chance=seeded_chance(), sleep=clock.sleep)
    async with http:
        yield DexScreener(http, clock)


async def test_the_pools_of_a_mint_are_asked_for_by_its_pairs() -> None:
    async with web_source() as source, build(source, HandClock()) as dexscreener:
        source.body = body_of(pair())
        assert [place.address for place in await dexscreener.places(MINT)] == [POOL]
        assert source.paths == [f"/token-pairs/v1/solana/{MINT}"]


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (500, b"oops", "HTTP 500"),
        (200, b"<html>", "not JSON"),
        (200, b"3", "not a list"),
        (200, b"[" + b" " * 20_000 + b"]", "too large"),
    ],
)
async def test_a_bad_answer_is_unavailable(status: int, body: bytes, word: str) -> None:
    async with web_source() as source, build(source, HandClock()) as dexscreener:
        source.status, source.body = status, body
        with pytest.raises(Unavailable, match=word):
            await dexscreener.places(MINT)


async def test_a_hanging_source_times_out() -> None:
    async with web_source() as source, build(source, HandClock(), 0.2) as dexscreener:
        source.hangs = True
        with pytest.raises(Unavailable, match=r"timed out|ReadTimeout"):
            await dexscreener.places(MINT)


async def test_nobody_there_is_unavailable() -> None:
    nowhere = WebSource(url="http://127.0.0.1:9")
    async with build(nowhere, HandClock()) as dexscreener:
        with pytest.raises(Unavailable, match="ConnectError"):
            await dexscreener.places(MINT)


async def test_a_broken_encoding_is_unavailable() -> None:
    async with web_source() as source, build(source, HandClock()) as dexscreener:
        source.headers, source.body = {"Content-Encoding": "gzip"}, b"not gzip"
        with pytest.raises(Unavailable, match="DecodingError"):
            await dexscreener.places(MINT)


async def test_retry_after_is_obeyed() -> None:
    clock = HandClock()
    async with web_source() as source, build(source, clock) as dexscreener:
        source.status, source.headers = 429, {"Retry-After": "30"}
        with pytest.raises(Unavailable, match="HTTP 429"):
            await dexscreener.places(MINT)
        source.status = 200
        clock.advance(29)
        with pytest.raises(Unavailable, match="pause"):
            await dexscreener.places(MINT)
        clock.advance(2)
        assert await dexscreener.places(MINT) == []
        assert len(source.paths) == 2


async def test_after_five_failures_it_rests_and_then_one_good_answer_brings_it_back() -> None:
    clock = HandClock()
    async with web_source() as source, build(source, clock) as dexscreener:
        source.status = 500
        for _ in range(7):
            with pytest.raises(Unavailable):
                await dexscreener.places(MINT)
        assert len(source.paths) == 5
        source.status = 200
        clock.advance(31)
        assert await dexscreener.places(MINT) == []


async def test_it_is_asked_no_more_often_than_its_limit() -> None:
    clock = HandClock()
    async with web_source() as source, build(source, clock) as dexscreener:
        started = clock.monotonic()
        for _ in range(100):
            await dexscreener.places(MINT)
        assert clock.monotonic() - started > 19
        assert len(source.paths) == 100
