"""Curves and cards are drawn of any figures and names, and tell no more than was asked."""

import asyncio
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.adapters.pictures.cards import draw_pnl, draw_receipt
from bot.adapters.pictures.equity_curve import draw_curve
from bot.adapters.pictures.lettering import signed_percent
from bot.adapters.pictures.painter import ThreadPainter
from bot.adapters.pictures.palette import PALETTES
from bot.domain.cards import EquityCurve, FillAmounts, PnlAmounts, PnlCard, ReceiptCard
from bot.domain.charts import Theme
from bot.domain.performance import EquityPoint, Span
from bot.domain.positions import Side
from bot.domain.users import Mode
from tests.builders.examples import examples
from tests.builders.reports import DAWN, SOL, a_course
from tests.faults.calm import least_standstill_seconds

MARGIN = 40
worths = st.lists(st.integers(0, 10**20), min_size=2, max_size=30)


def a_curve(**parts: object) -> EquityCurve:
    curve = EquityCurve(
        mode=Mode.PAPER,
        theme=Theme.DARK,
        span=Span.WEEK,
        season=1,
        points=a_course(),
        drawdown=Decimal("0.05"),
    )
    return replace(curve, **parts)


def a_pnl_card(**parts: object) -> PnlCard:
    card = PnlCard(
        mode=Mode.PAPER,
        theme=Theme.DARK,
        span=Span.WEEK,
        season=2,
        at=DAWN,
        growth=Decimal("0.0834"),
        exits=42,
        win_rate=Decimal("0.62"),
        profit_factor=Decimal("1.84"),
        drawdown=Decimal("0.061"),
        sharpe=Decimal("2.31"),
        average_held=timedelta(hours=5, minutes=12),
        points=a_course(),
    )
    return replace(card, **parts)


def a_receipt_card(**parts: object) -> ReceiptCard:
    card = ReceiptCard(
        mode=Mode.PAPER,
        theme=Theme.DARK,
        symbol="WIF",
        short_mint="EKpQ\u2026zcjm",
        side=Side.LONG,
        leverage=1,
        title="Sold",
        reason="take profit",
        at=DAWN,
        decided_price=Decimal("0.018421"),
        fill_price=Decimal("0.01839"),
        impact=Decimal("0.0004"),
        growth=Decimal("0.2371"),
        held=timedelta(hours=3),
    )
    return replace(card, **parts)


def drawn(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "PNG"
    assert picture.width == 1280
    return picture.convert("RGB")


def edges_are_free(picture: Image.Image) -> bool:
    """Whether nothing but the ground reaches the right edge: no letter is cut off there."""
    edge = picture.crop((picture.width - MARGIN, 0, picture.width, picture.height))
    return len(edge.getcolors(maxcolors=1 << 20)) == 1


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("mode", list(Mode))
def test_a_picture_says_whose_money_it_is(theme: Theme, mode: Mode) -> None:
    colours = PALETTES[theme]
    own = colours.paper if mode is Mode.PAPER else colours.live
    other = colours.live if mode is Mode.PAPER else colours.paper
    for content in (
        draw_curve(a_curve(theme=theme, mode=mode)),
        draw_pnl(a_pnl_card(theme=theme, mode=mode)),
        draw_receipt(a_receipt_card(theme=theme, mode=mode)),
    ):
        counted = {colour: n for n, colour in drawn(content).getcolors(maxcolors=1 << 20)}
        assert counted.get(own, 0) > 1000
        assert counted.get(other, 0) < counted[own] / 3
        assert counted[colours.ground] > 300_000


@settings(max_examples=examples(8), deadline=None)
@given(worths, st.booleans(), st.sampled_from(list(Span)))
def test_any_course_can_be_drawn(course: list[int], amounts: bool, span: Span) -> None:
    points = tuple(
        EquityPoint(at=DAWN + timedelta(seconds=977 * place), equity_lamports=worth)
        for place, worth in enumerate(course)
    )
    picture = drawn(draw_curve(a_curve(points=points, shows_amounts=amounts, span=span)))
    assert picture.height == 960


@pytest.mark.parametrize("minutes", [0.001, 1, 59, 60 * 30, 60 * 24 * 45, 60 * 24 * 900])
def test_a_course_of_any_length_has_its_times(minutes: float) -> None:
    first, last = a_course((100, 103))
    points = (first, replace(last, at=first.at + timedelta(minutes=minutes)))
    assert drawn(draw_curve(a_curve(points=points))).size == (1280, 960)


@pytest.mark.parametrize(
    "symbol",
    ["W" * 200, "\u202egpj.exe", "\u0405OL", "i" * 300, "", "A B", "\U0001f4a9" * 40, "%s{}\\n"],
)
@pytest.mark.parametrize("side", list(Side))
def test_a_hostile_name_is_cut_or_not_drawn(symbol: str, side: Side) -> None:
    picture = drawn(draw_receipt(a_receipt_card(symbol=symbol, side=side, leverage=10)))
    assert edges_are_free(picture)
    if not symbol.isascii() or not symbol:
        plain = drawn(draw_receipt(a_receipt_card(symbol="\u00e9", side=side, leverage=10)))
        assert list(picture.tobytes()) == list(plain.tobytes())


@settings(max_examples=examples(8), deadline=None)
@given(
    st.decimals(-(10**9), 10**9, places=6),
    st.integers(-(10**20), 10**20),
    st.decimals(0, 10**9, places=3),
)
def test_figures_of_any_size_stay_inside(growth: Decimal, lamports: int, factor: Decimal) -> None:
    amounts = PnlAmounts(
        equity_lamports=abs(lamports), realised_lamports=lamports, unrealised_lamports=-lamports
    )
    held = timedelta(days=12_345)
    card = a_pnl_card(
        growth=growth, profit_factor=factor, average_held=held, exits=10**9, amounts=amounts,
        sharpe=growth, points=(),
    )  # fmt: skip
    assert edges_are_free(drawn(draw_pnl(card)))
    fill = FillAmounts(sol_lamports=abs(lamports), realised_lamports=lamports)
    receipt = a_receipt_card(growth=growth, held=held, amounts=fill, impact=abs(growth))
    assert edges_are_free(drawn(draw_receipt(receipt)))


def test_what_did_not_change_has_no_sign() -> None:
    told = [signed_percent(fraction) for fraction in (0.0, -0.0003, -0.061, 1.5)]
    assert told == ["0%", "\u22120.03%", "\u22126.1%", "+150%"]


def test_amounts_are_in_a_card_only_when_asked_for() -> None:
    amounts = PnlAmounts(equity_lamports=SOL, realised_lamports=SOL, unrealised_lamports=SOL)
    assert draw_pnl(a_pnl_card()) != draw_pnl(a_pnl_card(amounts=amounts))
    # A wallet a thousand times as large draws the same curve in percent, and another in SOL.
    large = tuple(replace(one, equity_lamports=one.equity_lamports * 1000) for one in a_course())
    assert draw_curve(a_curve(points=large)) == draw_curve(a_curve())
    shown = a_curve(points=large, shows_amounts=True)
    assert draw_curve(shown) != draw_curve(a_curve(shows_amounts=True))


async def test_the_loop_goes_on_while_cards_are_drawn() -> None:
    painter, cards = ThreadPainter(), [a_curve(), a_pnl_card(), a_receipt_card()] * 2
    await painter.draw_card(cards[0])  # the library is loaded by the first

    async def draw() -> None:
        pictures = await asyncio.gather(*(painter.draw_card(card) for card in cards))
        assert len({len(picture) for picture in pictures}) == 3

    assert await least_standstill_seconds(draw, enough_seconds=0.25) < 0.25
