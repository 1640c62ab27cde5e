"""Pictures are drawn of whatever prices and names there are, quickly, and off the event loop."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.adapters.pictures.candle_chart import HEIGHT, WIDTH, draw_chart
from bot.adapters.pictures.lettering import (
    axis_number,
    drawable,
    fitted,
    price_number,
    signed_percent,
    width,
)
from bot.adapters.pictures.painter import ThreadPainter
from bot.adapters.pictures.palette import PALETTES
from bot.adapters.pictures.scales import Frame, PriceScale, TimeScale
from bot.domain.candles import Candle, Interval
from bot.domain.charts import Chart, Deed, Level, LevelKind, Theme, TradeMark
from bot.domain.users import Mode
from tests.builders.charts import DAWN, a_chart, some_candles
from tests.builders.examples import examples
from tests.faults.calm import least_standstill_seconds

FRAME = Frame(left=0, top=0, right=1000, bottom=500)


def drawn(chart: Chart) -> Image.Image:
    picture = Image.open(io.BytesIO(draw_chart(chart)))
    assert picture.format == "PNG"
    assert picture.size == (WIDTH, HEIGHT)
    return picture.convert("RGB")


def nearly(picture: Image.Image, colour: tuple[int, int, int]) -> int:
    """Count the pixels of about a colour."""
    counted = picture.getcolors(maxcolors=1 << 20)
    return sum(n for n, one in counted if max(map(abs, map(int.__sub__, one, colour))) < 12)


def with_own(**parts: object) -> Chart:
    mark = TradeMark(at=DAWN + timedelta(hours=2), price=Decimal("0.0185"), bought=True,
                     deed=Deed.ENTRY)  # fmt: skip
    marks = (mark, replace(mark, at=DAWN + timedelta(hours=6), bought=False, deed=Deed.EXIT))
    levels = (
        Level(kind=LevelKind.ENTRY, price=Decimal("0.0185")),
        Level(kind=LevelKind.LIQUIDATION, price=Decimal("0.0191")),
    )
    return a_chart(mode=Mode.PAPER, marks=marks, levels=levels, **parts)


@pytest.mark.parametrize("theme", list(Theme))
def test_marks_and_levels_are_in_their_colours_and_only_when_there(theme: Theme) -> None:
    colours = PALETTES[theme]
    own, plain = drawn(with_own(theme=theme)), drawn(a_chart(theme=theme))
    for colour in (colours.entry, colours.exit, colours.liquidation, colours.paper):
        assert nearly(own, colour) > nearly(plain, colour) + 100
    for colour in (colours.rising, colours.rising_volume, colours.ground):
        assert nearly(plain, colour) > 1000


def test_live_and_paper_never_look_alike() -> None:
    colours = PALETTES[Theme.DARK]
    paper, live = drawn(with_own()), drawn(replace(with_own(), mode=Mode.LIVE))
    assert nearly(paper, colours.paper) > nearly(live, colours.paper) + 1000
    assert nearly(live, colours.live) > nearly(paper, colours.live) + 1000


def test_a_level_far_away_points_the_way_instead_of_flattening_the_candles() -> None:
    far = (Level(kind=LevelKind.LIQUIDATION, price=Decimal("0.9")),)
    near, away = drawn(a_chart()), drawn(a_chart(levels=far))
    assert nearly(away, PALETTES[Theme.DARK].liquidation) > 1000
    rising = PALETTES[Theme.DARK].rising
    assert nearly(away, rising) > nearly(near, rising) * 0.9


@pytest.mark.parametrize("volume", [None, Decimal(0)])
def test_where_no_volume_is_known_the_candles_have_the_room(volume: Decimal | None) -> None:
    colour = PALETTES[Theme.DARK].rising_volume
    bare = drawn(a_chart(some_candles(volume_sol=volume)))
    assert nearly(drawn(a_chart()), colour) > nearly(bare, colour) + 1000


PRICES = st.decimals("1e-24", "1e15", places=None, allow_nan=False).filter(lambda d: d > 0)


@settings(max_examples=examples(8), deadline=None)
@given(
    prices=st.lists(st.tuples(PRICES, PRICES, PRICES, PRICES), min_size=1, max_size=25),
    volumes=st.none() | st.decimals(0, "1e18", allow_nan=False),
    level=PRICES,
    symbol=st.text(max_size=20),
    theme=st.sampled_from(Theme),
    interval=st.sampled_from(Interval),
    gap=st.integers(1, 9),
)
def test_any_candles_and_any_name_can_be_drawn(
    *,
    prices: list[tuple[Decimal, ...]],
    volumes: Decimal | None,
    level: Decimal,
    symbol: str,
    theme: Theme,
    interval: Interval,
    gap: int,
) -> None:
    candles = tuple(
        Candle(
            opened_at=DAWN + number * gap * interval.length,
            open=row[0],
            high=max(row),
            low=min(row),
            close=row[3],
            volume_sol=volumes,
        )
        for number, row in enumerate(prices)
    )
    chart = Chart(
        symbol=symbol,
        short_mint="EKpQ…zcjm",
        interval=interval,
        theme=theme,
        candles=candles,
        since=candles[0].opened_at,
        until=candles[-1].opened_at + interval.length,
        mode=Mode.PAPER,
        marks=(TradeMark(at=DAWN, price=level, bought=False, deed=Deed.LIQUIDATION),),
        levels=(Level(kind=LevelKind.ENTRY, price=level),),
    )
    drawn(chart)


def test_one_candle_that_never_moved_can_be_drawn() -> None:
    price = Decimal("0.5")
    still = Candle(opened_at=DAWN, open=price, high=price, low=price, close=price)
    drawn(a_chart((still,)))


@pytest.mark.parametrize(
    "symbol",
    ["USD\u0421", "عربي", "\u202egnp", "中文", "🐶", "Z\u0351algo", "", " ", "a\u200bb", "x\ty"],
)
def test_a_name_that_is_not_plain_is_drawn_as_its_mint(symbol: str) -> None:
    assert drawable(symbol, "EKpQ…zcjm") == "EKpQ…zcjm"
    assert draw_chart(a_chart(symbol=symbol)) == draw_chart(a_chart(symbol="\u0000"))


def test_a_long_name_is_cut_to_its_room() -> None:
    assert width(fitted("W" * 400, 56, 700), 56) <= 700
    assert fitted("WIF", 56, 700) == "WIF"
    drawn(a_chart(symbol="W" * 400))


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [
        (0.0184, 0.0005, "0.0184"),
        (0.00000004157, 0.0000000001, "0.0₇416"),
        (1234.5, 100, "1234"),
        (12_500, 2_500, "12.5k"),
        (12_500, 500, "12.5k"),
        (3_000_000, 1_000_000, "3M"),
        (0, 0.5, "0.0"),
        (1e18, 1e17, "1.0e+18"),
    ],
)
def test_an_axis_is_as_exact_as_its_steps(value: float, step: float, text: str) -> None:
    assert axis_number(value, step) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.018420456, "0.01842"), (4.157e-8, "0.0₇4157"), (14_400, "14.4k"), (2.5, "2.5"),
     (0, "0"), (999.96, "1000"), (270.9, "270.9")],
)  # fmt: skip
def test_a_price_has_four_digits_and_no_trailing_zeros(value: float, text: str) -> None:
    assert price_number(value) == text


def test_changes_have_their_sign() -> None:
    assert [signed_percent(x) for x in (0.0412, -0.0004, -0.00002, 123.0, 0.0)] == [
        "+4.1%", "\u22120.04%", "\u2212<0.01%", "+12,300%", "0%",
    ]  # fmt: skip


@given(low=st.floats(0, 1e12), span=st.floats(1e-9, 1e12))
def test_the_figures_of_an_axis_are_few_and_inside(low: float, span: float) -> None:
    high = low + span
    if not high > low + abs(low) * 1e-9:
        return
    scale = PriceScale(frame=FRAME, low=low, high=high)
    figures = scale.figures(6)
    assert len(figures) <= 7
    slack = (high - low) * 1e-6
    assert all(low - slack <= figure <= high + slack for figure in figures)


@pytest.mark.parametrize(
    ("interval", "slots", "labels"),
    [
        (Interval.MINUTE, 120, ["06:00", "06:30", "07:00", "07:30"]),
        (Interval.QUARTER, 120, ["06:00", "12:00", "18:00", "7 Oct", "06:00"]),
        (Interval.DAY, 60, ["12 Oct", "26 Oct", "9 Nov", "23 Nov"]),
    ],
)
def test_times_are_round_and_few(interval: Interval, slots: int, labels: list[str]) -> None:
    since = interval.floor(DAWN)
    scale = TimeScale(frame=FRAME, since=since, length=interval.length, slots=slots)
    found = [label for _, label in scale.figures(6)]
    assert len(found) <= 7
    if interval is not Interval.DAY:
        assert found[: len(labels)] == labels


async def test_the_loop_goes_on_while_pictures_are_drawn() -> None:
    painter, charts = ThreadPainter(), [a_chart(some_candles(200)) for _ in range(4)]
    await painter.draw(charts[0])  # the library is loaded by the first

    async def draw() -> None:
        pictures = await asyncio.gather(*(painter.draw(chart) for chart in charts))
        assert len(set(pictures)) == 1

    assert await least_standstill_seconds(draw, enough_seconds=0.25) < 0.25
