"""Candles are the prices' own: the same however often and wherever their building was cut off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.database.candles import PostgresCandles
from bot.adapters.database.connection import Pool
from bot.adapters.database.shelf import PostgresShelf
from bot.domain.candles import INTERVALS, OWN, Candle, Interval, rolled
from bot.ports.candles import PriceNow
from tests.builders.books import known_token
from tests.builders.examples import examples
from tests.builders.price_rows import PriceRow, record

MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
NIGHT = MORNING + timedelta(days=1, minutes=1)
SECOND = timedelta(seconds=1)


def tick(seconds: float, price: str, token_id: int = 1) -> PriceRow:
    return PriceRow(
        token_id=token_id,
        price=Decimal(price),
        usd=None,
        liquidity_lamports=10**12,
        slot=int(seconds),
        source="raydium_amm_v4",
        received_at=MORNING + timedelta(seconds=seconds),
    )


def as_pieces(rows: Sequence[PriceRow]) -> list[Candle]:
    ordered = sorted(rows, key=lambda row: row.received_at)
    return [
        Candle(opened_at=r.received_at, open=r.price, high=r.price, low=r.price, close=r.price)
        for r in ordered
    ]


def theirs(minute: int, price: str, volume: str | None = "3.5") -> Candle:
    return Candle(
        opened_at=MORNING + timedelta(minutes=minute),
        open=Decimal(price),
        high=Decimal(price) * 2,
        low=Decimal(price) / 2,
        close=Decimal(price),
        volume_sol=None if volume is None else Decimal(volume),
        ticks=0,
        source="GeckoTerminal",
    )


async def build_all(shelf: PostgresCandles, now: datetime) -> None:
    while await shelf.build(now):
        pass


async def stored(database: Pool) -> list[tuple[object, ...]]:
    rows = await database.fetch("SELECT * FROM candles ORDER BY 1, 2, 3")
    return [tuple(row.values()) for row in rows]


async def test_candles_of_every_interval_are_what_the_ticks_say(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    rows = [tick(37 * n, str(1 + (n * 7919) % 100)) for n in range(2300)]
    await record(prices, rows)
    await build_all(shelf, NIGHT)
    for interval in INTERVALS:
        expected = rolled(as_pieces(rows), interval)
        found = await shelf.window(1, interval, MORNING, NIGHT)
        assert found == expected, interval


async def test_building_again_from_nothing_gives_the_same_candles(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    for hour in range(26):
        at = [hour * 3600 + 240 * n for n in range(15)]
        await record(prices, [tick(s, str(1 + s % 97), t) for s in at for t in (1, 2)])
        await build_all(shelf, MORNING + timedelta(hours=hour + 1, seconds=11))
    before = await stored(database)
    await database.execute("TRUNCATE candles, candle_progress")
    await build_all(shelf, MORNING + timedelta(hours=26, seconds=11))
    assert await stored(database) == before


@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    at=st.lists(st.integers(0, 7_000), min_size=1, max_size=60, unique=True),
    cuts=st.lists(st.integers(0, 7_200), max_size=8),
)
async def test_wherever_building_is_cut_off_the_candles_are_the_same(
    database: Pool, at: list[int], cuts: list[int]
) -> None:
    await database.execute("TRUNCATE candles, candle_progress, token_prices")
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    rows = [tick(s, str(1 + s % 13)) for s in sorted(at)]
    done = 0
    for cut in sorted(cuts):
        due = [row for row in rows[done:] if row.slot <= cut]
        await record(prices, due)
        done += len(due)
        # A kill undoes what was not committed: the build that follows begins where it began.
        async with database.acquire() as connection:
            undone = connection.transaction()
            await undone.start()
            await connection.fetchval("SELECT build_candles($1)", MORNING + cut * SECOND)
            await undone.rollback()
        await shelf.build(MORNING + cut * SECOND)
    await record(prices, rows[done:])
    await build_all(shelf, MORNING + timedelta(hours=3))
    for interval in INTERVALS[:4]:
        found = await shelf.window(1, interval, MORNING, MORNING + timedelta(hours=3))
        assert found == rolled(as_pieces(rows), interval)


async def test_a_price_that_comes_late_is_still_counted(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    await record(prices, [tick(10, "5"), tick(70, "6")])
    await shelf.build(MORNING + timedelta(seconds=310))
    await record(prices, [tick(271, "9")])
    await shelf.build(MORNING + timedelta(seconds=380))
    (candle,) = await shelf.window(
        1, Interval.FIVE_MINUTES, MORNING, MORNING + timedelta(seconds=380)
    )
    assert (candle.high, candle.close, candle.ticks) == (9, 9, 3)


async def test_the_candle_that_still_forms_is_read_with_the_others(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    await record(prices, [tick(60 * n, str(n + 1)) for n in range(76)])
    now = MORNING + timedelta(minutes=75, seconds=15)
    await build_all(shelf, now)
    await record(prices, [tick(60 * 75 + 14, "500")])
    first, forming = await shelf.window(1, Interval.HOUR, MORNING, now)
    assert (first.open, first.close, first.ticks) == (1, 60, 60)
    assert (forming.open, forming.close, forming.high, forming.ticks) == (61, 500, 500, 17)


async def test_other_peoples_candles_never_overwrite_ours(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    await record(prices, [tick(60 * n, "7") for n in range(5, 10)])
    await build_all(shelf, MORNING + timedelta(minutes=11))
    given_candles = [theirs(minute, "100") for minute in range(10)]
    assert await shelf.keep(1, Interval.MINUTE, given_candles) == 5
    found = await shelf.window(1, Interval.MINUTE, MORNING, MORNING + timedelta(minutes=11))
    assert [candle.close for candle in found] == [100] * 5 + [7] * 5
    assert [candle.source for candle in found] == ["GeckoTerminal"] * 5 + [OWN] * 5
    # What pools cannot tell, the volume, is taken even so.
    assert {candle.volume_sol for candle in found} == {Decimal("3.5")}
    assert await shelf.keep(1, Interval.MINUTE, given_candles) == 0


async def test_larger_candles_say_that_part_of_them_is_not_ours(database: Pool) -> None:
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    await shelf.keep(1, Interval.MINUTE, [theirs(minute, "100") for minute in range(8)])
    await record(prices, [tick(60 * n, "7") for n in (8, 9)])
    await build_all(shelf, MORNING + timedelta(minutes=16))
    until = MORNING + timedelta(minutes=16)
    found = await shelf.window(1, Interval.FIVE_MINUTES, MORNING, until)
    assert [(candle.source, candle.open, candle.close) for candle in found] == [
        ("mixed", 100, 7)
    ]  # the five minutes that are theirs alone are left to them


async def test_days_are_made_ahead_and_take_what_came_before_them(database: Pool) -> None:
    shelf, late = PostgresCandles(database), MORNING + timedelta(days=40)
    await database.execute(
        "INSERT INTO token_prices VALUES (1, $1, 2, NULL, 3, 4, 'x'), (1, $2, 2, NULL, 3, 4, 'x')",
        late,
        late + timedelta(days=1),
    )
    assert await database.fetchval("SELECT count(*) FROM token_prices_default") == 2
    days = [late, late + timedelta(days=1), late + timedelta(days=2)]
    assert await shelf.make_days(days) == 3
    assert await shelf.make_days(days) == 0
    assert await database.fetchval("SELECT count(*) FROM token_prices_default") == 0
    assert await database.fetchval("SELECT count(*) FROM token_prices") == 2


async def test_old_candles_go_by_interval(database: Pool) -> None:
    shelf = PostgresCandles(database)
    for interval in (Interval.MINUTE, Interval.DAY):
        await shelf.keep(1, interval, [theirs(0, "1"), theirs(1440, "1")])
    assert await shelf.forget({Interval.MINUTE: MORNING + timedelta(hours=1)}) == 1
    assert len(await shelf.window(1, Interval.DAY, MORNING, NIGHT)) == 2


async def test_the_days_figures_come_from_candles(database: Pool) -> None:
    token_id = (await known_token(database)).token_id
    prices, shelf = PostgresShelf(database), PostgresCandles(database)
    now = MORNING + timedelta(hours=24, minutes=20)
    rows = [tick(300 * n, str(100 + n % 60), token_id) for n in range(288)]
    await record(prices, [replace(row, price=row.price * 2) for row in rows[-12:]] + rows[:-12])
    await build_all(shelf, now)
    price = PriceNow(token_id=token_id, price=Decimal(150), liquidity_lamports=9, holders=1234)
    figures = (await shelf.day_figures([price], now))[token_id]
    # The first quarter hour within a day opened with the sixth price.
    assert figures.change_24h == pytest.approx(Decimal(150) / 106 - 1, abs=Decimal("1e-6"))
    assert (figures.low_24h, figures.high_24h) == (100, 2 * (100 + 287 % 60))
    assert figures.volatility_24h is not None
    assert len(figures.shape_24h) == 24
    assert set(figures.shape_24h) <= set("01234567")
    kept = await database.fetchrow("SELECT * FROM token_metrics")
    assert kept is not None
    assert (kept["liquidity_lamports"], figures.holders) == (9, 1234)
    # A source that is silent takes nothing back.
    later = await shelf.day_figures([replace(price, holders=None)], now)
    assert later[token_id].holders == 1234


async def test_a_token_without_history_has_no_figures_but_a_row(database: Pool) -> None:
    token_id = (await known_token(database)).token_id
    price = PriceNow(token_id=token_id, price=Decimal(1), liquidity_lamports=9)
    figures = (await PostgresCandles(database).day_figures([price], MORNING))[token_id]
    assert (figures.change_24h, figures.high_24h, figures.shape_24h) == (None, None, "")
