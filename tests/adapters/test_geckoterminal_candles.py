"""GeckoTerminal's candles are read with distrust, and asked for politely."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.clock import SystemClock
from bot.adapters.price_sources.geckoterminal_candles import (
    GeckoTerminalCandles,
    read_candles,
    site_settings,
)
from bot.adapters.price_sources.http_source import Garbled, HttpSource
from bot.domain.candles import Interval
from bot.domain.errors import Unavailable
from bot.domain.identifiers import SOL_MINT
from bot.sandbox.market.catalogue import WIF
from bot.sandbox.market.market import Market
from bot.sandbox.price_api.application import PriceApi
from bot.sandbox.price_api.geckoterminal import make_geckoterminal_application
from bot.sandbox.solana_rpc.chain import Chain
from tests.builders.rpc_pools import seeded_chance
from tests.fakes.hand_clock import HandClock
from tests.fakes.web_source import WebSource, web_source
from tests.sandbox.solana_fixtures import running

MINT = str(WIF)
ROW = [1_760_000_400, 0.018, 0.02, 0.017, 0.019, 12.5]


def body(*rows: object, base: str = MINT, quote: str = SOL_MINT) -> bytes:
    return orjson.dumps(
        {
            "data": {
                "id": "5c2c7b66-2d5d-4f4d-9c1e-1f3b0f9e3c11",
                "type": "ohlcv_request_response",
                "attributes": {"ohlcv_list": list(rows)},
            },
            "meta": {"base": {"address": base}, "quote": {"address": quote}},
        }
    )


def site(source: WebSource, clock: HandClock) -> HttpSource:
    settings = replace(site_settings(source.url), timeout_seconds=0.3)
    return HttpSource(settings, clock=clock, chance=seeded_chance(), sleep=clock.sleep)


def test_a_candle_is_exact_and_oldest_first() -> None:
    later = [ROW[0] + 60, 1, 1, 1, 1, 0]
    first, second = read_candles(body(later, ROW), MINT)
    assert first.opened_at == datetime.fromtimestamp(1_760_000_400, UTC)
    assert (first.open, first.high) == (Decimal("0.018"), Decimal("0.02"))
    assert (first.low, first.close, first.volume_sol) == (
        Decimal("0.017"), Decimal("0.019"), Decimal("12.5"),
    )  # fmt: skip
    assert (first.source, first.ticks, second.close) == ("GeckoTerminal", 0, 1)


@pytest.mark.parametrize("sides", [(MINT, "USDC"), ("other", SOL_MINT), (SOL_MINT, SOL_MINT)])
def test_a_pool_of_other_tokens_gives_nothing(sides: tuple[str, str]) -> None:
    assert read_candles(body(ROW, base=sides[0], quote=sides[1]), MINT) == []


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        [1, 2, 3, 4, 5],
        ["1760000400", 1, 1, 1, 1, 1],
        [1_760_000_400.5, 1, 1, 1, 1, 1],
        [10**12, 1, 1, 1, 1, 1],
        [-60, 1, 1, 1, 1, 1],
        [1_760_000_400, 0, 1, 1, 1, 1],
        [1_760_000_400, -1, 1, 1, 1, 1],
        [1_760_000_400, 1e30, 1e30, 1, 1, 1],
        [1_760_000_400, None, 1, 1, 1, 1],
        [True, 1, 1, 1, 1, 1],
    ],
)
def test_a_bad_row_is_left_out(row: object) -> None:
    assert [candle.close for candle in read_candles(body(row, ROW), MINT)] == [Decimal("0.019")]


def test_a_number_with_a_monstrous_exponent_is_left_out() -> None:
    text = body(ROW).replace(b"0.02", b"1e999999999")
    assert read_candles(text, MINT) == []


def test_a_wick_that_ends_inside_the_body_is_drawn_out() -> None:
    (candle,) = read_candles(body([ROW[0], 5, 4, 6, 3, 1]), MINT)
    assert (candle.high, candle.low) == (5, 3)


@pytest.mark.parametrize("text", [b"", b"<html>", b"[]", b"{}", b'{"data":null}', b"[" * 9000])
def test_what_is_no_answer_is_garbled(text: bytes) -> None:
    with pytest.raises(Garbled):
        read_candles(text, MINT)


WHOLE = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.recursive(
        st.none() | st.booleans() | WHOLE | FLOATS | st.text(),
        lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
def test_any_rows_are_read_or_left_out(row: object) -> None:
    for candle in read_candles(body(row, row), MINT):
        assert 0 < candle.low <= candle.open <= candle.high


async def test_it_is_asked_for_a_pool_in_the_token_s_own_price() -> None:
    clock = HandClock()
    async with web_source() as source, site(source, clock) as http:
        source.body = body(ROW)
        found = await GeckoTerminalCandles(http, clock).candles("POOL", MINT, Interval.QUARTER, 7)
        assert source.paths == ["/networks/solana/pools/POOL/ohlcv/minute"]
        assert len(found) == 1


async def test_an_unknown_pool_has_no_candles_and_is_no_failure() -> None:
    clock = HandClock()
    async with web_source() as source, site(source, clock) as http:
        source.status = 404
        for _ in range(6):
            clock.advance(4)
            assert (
                await GeckoTerminalCandles(http, clock).candles("POOL", MINT, Interval.DAY, 7) == []
            )


async def test_its_limit_and_its_pauses_are_kept() -> None:
    clock = HandClock()
    async with web_source() as source, site(source, clock) as http:
        candles = GeckoTerminalCandles(http, clock)
        source.body = body(ROW)
        for _ in range(4):
            await candles.candles("POOL", MINT, Interval.DAY, 7)
        with pytest.raises(Unavailable, match="asked too often"):
            await candles.candles("POOL", MINT, Interval.DAY, 7)
        clock.advance(60)
        source.status, source.headers = 429, {"Retry-After": "45"}
        with pytest.raises(Unavailable, match="HTTP 429"):
            await candles.candles("POOL", MINT, Interval.DAY, 7)
        clock.advance(44)
        with pytest.raises(Unavailable, match="asked for a pause"):
            await candles.candles("POOL", MINT, Interval.DAY, 7)


async def test_garbled_answers_open_the_circuit() -> None:
    clock = HandClock()
    async with web_source() as source, site(source, clock) as http:
        source.body = b"nonsense"
        for _ in range(5):
            with pytest.raises(Unavailable, match="garbled"):
                await GeckoTerminalCandles(http, clock).candles("P", MINT, Interval.DAY, 7)
            clock.advance(1)
        with pytest.raises(Unavailable, match="resting"):
            await GeckoTerminalCandles(http, clock).candles("P", MINT, Interval.DAY, 7)


async def test_the_sandbox_answers_in_its_shape_and_ends_at_the_pools_price() -> None:
    market, clock = Market(Chain(), seed=7), SystemClock()
    api = PriceApi(chain=market.chain, requests_per_minute=30)
    wif = next(token for token in market.tokens() if token.mint == WIF)
    pool = next(each for each in wif.pools if str(each.quote.mint) == SOL_MINT)
    async with running(make_geckoterminal_application(api)) as base:
        settings = replace(site_settings(base), burst=30)
        async with HttpSource(settings, clock=clock, chance=seeded_chance()) as http:
            source = GeckoTerminalCandles(http, clock)
            for interval in Interval:
                found = await source.candles(str(pool.address), MINT, interval, 50)
                assert len(found) in {49, 50}
                assert found[-1].opened_at + interval.length <= clock.now()
                steps = {b.opened_at - a.opened_at for a, b in itertools.pairwise(found)}
                assert steps == {interval.length}
                assert all(c.volume_sol is not None and c.volume_sol > 0 for c in found)
            minutes = await source.candles(str(pool.address), MINT, Interval.MINUTE, 10)
            assert clock.now() - minutes[-1].opened_at < timedelta(minutes=3)
            assert abs(minutes[-1].close / pool.price() - 1) < Decimal("0.1")
            assert await source.candles("unknown", MINT, Interval.MINUTE, 10) == []
