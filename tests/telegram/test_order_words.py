"""What a person types of an order is read as meant, or refused by name; nothing of it can hurt."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.candles import Interval
from bot.domain.errors import Refusal
from bot.domain.levels import Level, LevelUnit
from bot.domain.positions import Side
from bot.domain.resting_plans import (
    BreakEven,
    EntryPlan,
    Exit,
    Size,
    SizeUnit,
    Stop,
    TakeProfit,
    TimeExit,
    Trailing,
)
from bot.telegram.order_figures import read_duration, read_level
from bot.telegram.order_presets import EXIT_WAYS, WAYS, entry_code, exit_choice, read_entry_code
from bot.telegram.order_words import (
    SpokenSale,
    read_breakout,
    read_dips,
    read_limit,
    read_oco,
    read_open,
    read_profits,
    read_schedule,
    read_stop,
)
from bot.telegram.texts import REFUSALS

LONG, SHORT = Side.LONG, Side.SHORT
READERS: tuple[Callable[[list[str]], object], ...] = (
    lambda words: read_open(words, LONG),
    lambda words: read_limit(words, 7),
    lambda words: read_breakout(words, 7),
    lambda words: read_oco(words, 7),
    lambda words: read_schedule(words, 7),
    lambda words: read_dips(words, 7),
    *(lambda words, way=way: way.read(words, SHORT) for way in EXIT_WAYS.values()),
)
OURS = (
    "buy", "sell", "short", "at", "or", "breakout", "every", "drop", "risk", "stop", "sl", "tp",
    "trail", "be", "exit", "in", "for", "slip", "mc", "5", "-8%", "30%:50%", "2atr", "15m", "4h",
    "x3", "$0.02", "1.5M", "10%", "0.0₇4157", "all",
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789.,kKmMbB$%:+-−eE_ ₀₇٣xhdw", max_size=20),  # noqa: RUF001 (hostile)
    st.sampled_from(
        ["1e9", "1e1000000", "NaN%", "Infinity", "-0%", "0x10", "1_000", "٣%", "9" * 400, "x0", ":"]
    ),
    st.sampled_from(OURS),
)


def percent(value: int) -> Level:
    return Level(unit=LevelUnit.PERCENT, value=Decimal(value))


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("0.02", LevelUnit.SOL, "0.02"),
        ("0.0₇4157", LevelUnit.SOL, "0.00000004157"),
        ("$1.5k", LevelUnit.USD, "1500"),
        ("-7.5%", LevelUnit.PERCENT, "-7.5"),
        ("−7.5%", LevelUnit.PERCENT, "-7.5"),  # noqa: RUF001 (as we write it ourselves)
        ("mc5M", LevelUnit.CAP_USD, "5000000"),
        ("mcap:$2B", LevelUnit.CAP_USD, "2000000000"),
        ("BE", LevelUnit.PERCENT, "0"),
    ],
)
def test_a_level_is_a_price_dollars_a_change_or_a_market_cap(
    text: str, unit: LevelUnit, value: str
) -> None:
    assert read_level(text).level == Level(unit=unit, value=Decimal(value))


@pytest.mark.parametrize(
    ("text", "span"),
    [("30m", timedelta(minutes=30)), ("4H", timedelta(hours=4)), ("2w", timedelta(weeks=2))],
)
def test_a_length_of_time_has_its_unit(text: str, span: timedelta) -> None:
    assert read_duration(text) == span


@pytest.mark.parametrize(
    ("side", "words", "level"),
    [
        (LONG, "8%", percent(-8)),
        (LONG, "-8%", percent(-8)),
        (LONG, "+10%", percent(10)),
        (SHORT, "8%", percent(8)),
        (SHORT, "-8%", percent(8)),
        (SHORT, "+10%", percent(-10)),
        (SHORT, "be", percent(0)),
    ],
)
def test_a_stops_percentage_counts_the_positions_gain(side: Side, words: str, level: Level) -> None:
    assert read_stop([words], side) == (Stop(level=level),)


def test_an_entry_may_bring_every_exit_in_any_order() -> None:
    words = "5 x2 tp 30%:50 60%:50% exit 4h:25% trail 2atr 15m sl mc 5M be +10% slip 3%"
    typed = read_open(words.split(), SHORT)
    exits: tuple[Exit, ...] = (
        TakeProfit(level=percent(-30), share_percent=50),
        TakeProfit(level=percent(-60), share_percent=50),
        TimeExit(after=timedelta(hours=4), share_percent=25),
        Trailing(atr_times=Decimal(2), atr_interval=Interval.QUARTER),
        Stop(level=Level(unit=LevelUnit.CAP_USD, value=Decimal(5_000_000))),
        BreakEven(level=percent(-10)),
    )
    assert typed.exits == exits
    assert (typed.leverage, typed.slippage_bps) == (2, 300)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("5", Size(unit=SizeUnit.LAMPORTS, value=Decimal(5 * 10**9))),
        ("0.5sol", Size(unit=SizeUnit.LAMPORTS, value=Decimal(5 * 10**8))),
        ("10%", Size(unit=SizeUnit.CASH_PERCENT, value=Decimal(10))),
        ("all", Size(unit=SizeUnit.CASH_PERCENT, value=Decimal(100))),
        ("risk 1.5% stop 8%", Size(unit=SizeUnit.RISK_PERCENT, value=Decimal("1.5"))),
    ],
)
def test_a_size_is_in_sol_a_share_of_the_wallet_or_by_risk(text: str, size: Size) -> None:
    typed = read_open(text.split(), LONG)
    assert typed.size == size
    assert typed.exits == ((Stop(level=percent(-8)),) if "risk" in text else ())


def test_bare_percentages_of_entries_lie_on_the_usual_side() -> None:
    def level(plan: object) -> Level:
        assert isinstance(plan, EntryPlan)
        return plan.level

    assert level(read_limit(["buy", "5", "at", "5%"], 7)) == percent(-5)
    assert level(read_limit(["short", "5", "at", "5%"], 7)) == percent(5)
    assert level(read_breakout(["5", "at", "5%"], 7)) == percent(5)
    assert level(read_breakout(["short", "5", "at", "5%"], 7)) == percent(-5)
    pair = read_oco(["5", "buy", "4%", "or", "breakout", "6%", "for", "3d"], 7)
    assert (pair.level, pair.other and pair.other.level) == (percent(-4), percent(6))
    assert pair.expires_in == timedelta(days=3)


def test_a_sale_takes_a_share_of_what_is_held() -> None:
    sale = read_limit(["sell", "50%", "at", "+30%"], 7)
    assert sale == SpokenSale(share_percent=50, level=percent(30), expires_in=None)


def test_repeated_buys_say_how_often() -> None:
    schedule = read_schedule(["1", "every", "4h", "x10", "sl", "8%"], 7)
    assert (schedule.every, schedule.times) == (timedelta(hours=4), 10)
    dips = read_dips(["1", "drop", "5%", "x3"], 7)
    assert (dips.drop_percent, dips.times) == (5, 3)


def test_a_ladder_has_as_many_steps_as_typed() -> None:
    steps = read_profits(["20%:30%", "0.05:30", "tp", "$9:40%"], LONG)
    assert [one.share_percent for one in steps if isinstance(one, TakeProfit)] == [30, 30, 40]


@pytest.mark.parametrize(
    ("read", "text", "code", "named"),
    [
        (0, "5 fast", "bad_leverage", "fast"),
        (0, "5 x2 now", "bad_order_word", "now"),
        (0, "5 sl", "missing_argument", "stop"),
        (0, "5 sl soon", "not_a_level", "soon"),
        (0, "5 for 3d", "bad_order_word", "for"),
        (0, "200%", "bad_size", "200%"),
        (0, "-5%", "bad_size", "-5%"),
        (0, "risk 1%", "missing_argument", "stop"),
        (0, "5 tp 30%:200%", "not_a_percentage", "200%"),
        (0, "5 trail wide", "bad_distance", "wide"),
        (0, "5 exit soon", "bad_duration", "soon"),
        (1, "hold 5 at 1", "bad_order_side", "hold"),
        (1, "buy 5 at", "missing_argument", "level"),
        (1, "sell 5000% at 3", "not_a_percentage", "5000%"),
        (3, "5 buy 4%", "missing_argument", "or"),
        (4, "1 every 4h", "missing_argument", "times"),
        (4, "1 every 0h x3", "bad_duration", "0h"),
        (5, "1 drop 5% lots", "bad_times", "lots"),
        (1, "buy 5 at mc", "missing_argument", "mc"),
    ],
)
def test_a_word_that_is_not_understood_is_named(
    read: int, text: str, code: str, named: str
) -> None:
    with pytest.raises(Refusal) as refused:
        READERS[read](text.split())
    assert refused.value.code == code
    assert named in str(list(refused.value.fields.values()))


@given(words=st.lists(HOSTILE, max_size=12), read=st.sampled_from(READERS))
def test_any_words_at_all_are_read_or_refused_in_words(
    words: list[str], read: Callable[[list[str]], object]
) -> None:
    refusal = refusal_of(lambda: read([piece for word in words for piece in word.split()]))
    assert refusal is None or refusal.code in REFUSALS
    assert refusal is None or all(len(str(field)) <= 64 for field in refusal.fields.values())


@pytest.mark.parametrize("code", WAYS)
def test_every_guided_entry_is_a_plan_that_could_have_been_typed(code: str) -> None:
    for choice in range(len(WAYS[code].choices)):
        for size in (10_000_000, 123_456_789, 5 * 10**9):
            cut = entry_code(code, size, choice)
            assert len(cut) <= 18
            plan = read_entry_code(cut, 7)
            entry = getattr(plan, "entry", None)
            assert entry is not None
            assert entry.size == Size(unit=SizeUnit.LAMPORTS, value=Decimal(size))
    WAYS[code].read(WAYS[code].hint.split(), 7)


@pytest.mark.parametrize("code", EXIT_WAYS)
def test_every_guided_exit_could_have_been_typed(code: str) -> None:
    for choice in range(len(EXIT_WAYS[code].choices)):
        way, words = exit_choice(f"{code}{choice}")
        assert way.read(words, LONG) != way.read(words, SHORT) or code in "te" or words == ["be"]
    EXIT_WAYS[code].read(EXIT_WAYS[code].hint.split(",")[0].split(" or ")[0].split(), LONG)


@given(st.text(alphabet="lsbodptex0123456789", max_size=18))
def test_forged_codes_are_no_buttons_of_ours(code: str) -> None:
    for read in (exit_choice, lambda text: read_entry_code(text, 7)):
        refusal = refusal_of(lambda read=read: read(code))
        assert refusal is None or refusal.code == "bad_button"


def refusal_of(act: Callable[[], object]) -> Refusal | None:
    try:
        act()
    except Refusal as refusal:
        return refusal
    return None
