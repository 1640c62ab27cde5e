"""Candles are asked for politely and in time, and movers are those that can be traded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.candles import Candle, Interval
from bot.domain.errors import Unavailable
from bot.domain.identifiers import USDC_MINT
from bot.domain.pools.reading import PoolKind
from bot.ports.books import TokenMetrics
from bot.ports.candles import PriceNow
from bot.ports.chain import PoolPlace
from bot.services.candles import Candles
from bot.services.movers import Movers, Span
from bot.services.price_board import PriceBoard
from tests.builders.charts import some_candles
from tests.builders.desks import SOL, pool, token
from tests.builders.views import a_user
from tests.fakes.hand_clock import HandClock

KEEP = {Interval.MINUTE: 3, Interval.DAY: 100}


class Shelf:
    """Notes what it was asked."""

    def __init__(self) -> None:
        self.builds_left = 3
        self.figured: list[Sequence[PriceNow]] = []
        self.kept: list[tuple[int, Interval, int]] = []
        self.days: Sequence[datetime] = ()
        self.before: Mapping[Interval, datetime] = {}

    async def make_days(self, days: Sequence[datetime]) -> int:
        self.days = days
        return len(days)

    async def build(self, now: datetime) -> bool:
        assert now
        self.builds_left -= 1
        return self.builds_left > 0

    async def window(
        self, token_id: int, interval: Interval, since: datetime, now: datetime
    ) -> list[Candle]:
        raise AssertionError((token_id, interval, since, now))

    async def keep(self, token_id: int, interval: Interval, candles: Sequence[Candle]) -> int:
        self.kept.append((token_id, interval, len(candles)))
        return len(candles)

    async def day_figures(
        self, prices: Sequence[PriceNow], now: datetime
    ) -> dict[int, TokenMetrics]:
        assert now
        self.figured.append(prices)
        return {one.token_id: metrics(one.token_id, "0.1", "0.2") for one in prices}

    async def forget(self, before: Mapping[Interval, datetime]) -> int:
        self.before = before
        return 0


class Site:
    """Gives the same candles for every pool, or is away."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Interval]] = []
        self.is_away = False

    async def candles(
        self, pool_address: str, mint: str, interval: Interval, limit: int
    ) -> list[Candle]:
        assert limit > 100
        self.asked.append((pool_address, mint, interval))
        if self.is_away:
            raise Unavailable("GeckoTerminal", "asked too often")
        return list(some_candles(5, source="GeckoTerminal"))


def metrics(token_id: int, hour: str, day: str) -> TokenMetrics:
    return TokenMetrics(
        token_id=token_id,
        change_24h=Decimal(day),
        high_24h=None,
        low_24h=None,
        change_1h=Decimal(hour),
    )


def board_of(*symbols: str, clock: HandClock, **parts: int) -> PriceBoard:
    board = PriceBoard()
    for number, symbol in enumerate(symbols, 1):
        mint = USDC_MINT if symbol == "USDC" else f"mint-{symbol}"
        kept = token(number, mint=mint, symbol=symbol)
        place = PoolPlace(address=f"p{number}", kind=PoolKind.RAYDIUM_AMM_V4, source="", mint=mint)
        board.track(kept, (place,))
        reading = replace(pool(mint=mint, **parts), address=f"p{number}")
        assert board.set_price(number, [reading], clock.now())
    return board


def candles_on(board: PriceBoard, shelf: Shelf, site: Site | None, clock: HandClock) -> Candles:
    return Candles(board=board, shelf=shelf, source=site, clock=clock, keep_days=KEEP)


async def test_building_goes_on_until_nothing_waits_and_figures_come_once_a_minute() -> None:
    clock, shelf = HandClock(), Shelf()
    board = board_of("WIF", "BONK", clock=clock)
    candles = candles_on(board, shelf, None, clock)
    await candles.build()
    await candles.build()
    clock.advance(60)
    await candles.build()
    assert shelf.builds_left < 0
    assert [len(prices) for prices in shelf.figured] == [2, 2]
    assert board.metrics[1].change_24h == Decimal("0.2")


async def test_days_are_made_ahead_and_candles_forgotten_by_interval() -> None:
    clock, shelf = HandClock(), Shelf()
    candles = candles_on(PriceBoard(), shelf, None, clock)
    await candles.make_days()
    assert [day.date() - clock.now().date() for day in shelf.days] == [
        timedelta(days=ahead) for ahead in range(3)
    ]
    await candles.forget()
    assert shelf.before == {one: clock.now() - timedelta(days=n) for one, n in KEEP.items()}


async def test_the_site_is_asked_for_a_few_at_a_time_and_not_again_for_hours() -> None:
    clock, shelf, site = HandClock(), Shelf(), Site()
    board = board_of("WIF", "BONK", "JUP", clock=clock)
    candles = candles_on(board, shelf, site, clock)
    await candles.fill_in()
    await candles.fill_in()
    await candles.fill_in()
    assert len(site.asked) == len(set(site.asked)) == 6
    assert site.asked[0] == ("p1", "mint-WIF", Interval.QUARTER)
    await candles.fill(1, Interval.HOUR)
    assert len(site.asked) == 6
    clock.advance(7 * 3600)
    await candles.fill(1, Interval.HOUR)
    assert len(site.asked) == 7


async def test_who_was_refused_may_ask_again_soon() -> None:
    clock, shelf, site = HandClock(), Shelf(), Site()
    candles = candles_on(board_of("WIF", clock=clock), shelf, site, clock)
    site.is_away = True
    with pytest.raises(Unavailable):
        await candles.fill_in()
    await candles.fill(1, Interval.MINUTE)
    site.is_away = False
    await candles.fill(1, Interval.MINUTE)
    assert shelf.kept == [(1, Interval.MINUTE, 5)]


async def test_without_a_site_or_a_pool_nothing_is_asked() -> None:
    clock, shelf, site = HandClock(), Shelf(), Site()
    await candles_on(board_of("WIF", clock=clock), shelf, None, clock).fill(1, Interval.MINUTE)
    unpriced = PriceBoard()
    unpriced.track(token(9, symbol="NEW"), ())
    await candles_on(unpriced, shelf, site, clock).fill(9, Interval.MINUTE)
    assert site.asked == shelf.kept == []


async def test_movers_are_both_ends_and_only_what_can_be_traded() -> None:
    clock, ann = HandClock(), a_user()
    board = board_of("UP", "MORE", "DOWN", "USDC", "OLD", clock=clock)
    changes = {1: ("0.1", "-0.2"), 2: ("0.5", "0.3"), 3: ("-0.4", "0.1"), 4: ("9", "9")}
    board.metrics = {n: metrics(n, *both) for n, both in changes.items()}
    movers = Movers(board=board, clock=clock)
    hour = await movers.movers(ann, Span.HOUR)
    assert [line.token.symbol for line in hour.gainers] == ["MORE", "UP"]
    assert [line.token.symbol for line in hour.losers] == ["DOWN"]
    assert hour.compared == 3, "money and what has no history are left out"
    day = await movers.movers(ann, Span.DAY)
    assert [line.token.symbol for line in day.losers] == ["UP"]
    clock.advance(600)
    assert (await movers.movers(ann, Span.DAY)).compared == 0, "old prices move nothing"


async def test_what_has_next_to_no_liquidity_is_no_mover() -> None:
    clock = HandClock()
    board = board_of("DUST", clock=clock, sol_reserve=SOL, token_reserve=10**6)
    board.metrics = {1: metrics(1, "5", "5")}
    assert (await Movers(board=board, clock=clock).movers(a_user(), Span.DAY)).compared == 0
