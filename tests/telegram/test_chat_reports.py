"""Reports in chat: every figure named, private ones in private, files and boards harmless."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.domain.daily_reports import ReportHour
from bot.domain.errors import Unavailable
from bot.domain.notices import Priority
from bot.domain.performance import Exits, Span
from bot.ports.exports import Export
from bot.ports.performance import ReasonResult, TokenResult
from bot.telegram.bot_api import Attachment
from bot.telegram.daily_reports import DailyReportNotices
from bot.telegram.documents import DOCUMENT, DocumentApi
from bot.telegram.layout import LONGEST_MESSAGE, PICTURE
from bot.telegram.rich_text import utf16_units
from bot.telegram.screens import exports, leaderboards, performance, reports
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, BOB, GROUP
from tests.builders.reports import a_board, a_card, a_report, an_export, some_exits
from tests.builders.views import a_token
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import ChatDoor, buttons_of, text_of
from tests.telegram.test_chat_screens import KEYS

CSV = b"\xef\xbb\xbforder_id\r\n1\r\n"


def words_of(screen: object) -> str:
    return screen.text.render()[0]


def test_a_report_names_every_figure_with_its_unit() -> None:
    text = words_of(performance.pnl(a_report(), KEYS))
    assert text.splitlines() == [
        "PAPER · P&L · 7 d · season 2",
        "🟢 +1 SOL ($121) · +1%",
        "Equity 101 SOL ($12.2k) · since 6 Oct 06:00 UTC",
        "Realised +1 SOL · open now +0.1 SOL",
        "Fees, counted above: network 0.00075 SOL · pools 0.05 SOL",
        "24 exits · won 62.5% · profit factor 1.5",
        "Each +0.0417 SOL on average · held 3 h 0 min",
        "Max drawdown 4.8% (5 SOL)",
        "Sharpe 1.23 · Sortino 2.1 (a year)",
    ]


def test_funding_has_its_own_line_and_its_place_among_the_parts() -> None:
    report = a_report(funding_lamports=10**9 // 4)
    text = words_of(performance.pnl(report, KEYS))
    assert "Realised +0.75 SOL · open now +0.1 SOL" in text
    assert "Funding of shorts, counted above: 0.25 SOL (modelled)" in text
    text = words_of(performance.by_reason(report, KEYS))
    assert "🟢 take profit +1 SOL · 24 exits, won 62.5%" in text
    assert "🔴 funding of shorts −0.25 SOL\nRealised in all +0.75 SOL" in text  # noqa: RUF001 (as people read it)
    paying = TokenResult(token=a_token(), exits=Exits(), funding_lamports=10**9 // 4)
    text = words_of(performance.by_token(a_report(by_token=(paying,), exits=Exits()), KEYS))
    assert "🔴 WIF −0.25 SOL\n" in text  # noqa: RUF001 (as people read it)


def test_a_season_without_exits_or_days_says_so() -> None:
    text = words_of(performance.pnl(a_report(exits=Exits(), days=3, is_whole=False), KEYS))
    assert "No exits in this span." in text
    assert "Sharpe and Sortino need 7 days, here are 3." in text
    assert "cannot be priced whole" in text
    assert "none lost" in words_of(
        performance.pnl(a_report(exits=some_exits(lost_lamports=0, losses=0)), KEYS)
    )


def test_the_parts_and_the_rest_are_the_whole() -> None:
    one = some_exits(exits=1, wins=1, losses=0, gained_lamports=10**9, lost_lamports=0)
    hostile = [a_token(symbol=f"@evil{number}.com") for number in range(14)]
    parts = tuple(TokenResult(token=token, exits=one) for token in hostile)
    whole = some_exits(exits=14, wins=14, gained_lamports=14 * 10**9, lost_lamports=0)
    screen = performance.by_token(a_report(by_token=parts, exits=whole), KEYS)
    text, entities = screen.text.render()
    assert "and 2 more exits: +2 SOL" in text
    assert "Realised in all +14 SOL" in text
    assert [entity["type"] for entity in entities].count("code") == 12
    assert utf16_units(text) < LONGEST_MESSAGE
    reason = ReasonResult(reason="take_profit", exits=one)
    text = words_of(performance.by_reason(a_report(by_reason=(reason,)), KEYS))
    assert "🟢 take profit +1 SOL · 1 exit, won 100%" in text


def test_a_caption_tells_amounts_only_after_they_were_asked_for() -> None:
    for what, screen in (("curve", performance.curve), ("card", performance.card)):
        hidden, shown = screen(a_card(what), KEYS), screen(a_card(what, shows_amounts=True), KEYS)
        words = words_of(hidden).replace("no SOL figures", "")
        assert "SOL" not in words
        assert "SOL" in words_of(shown)
        labels = [button.text for row in hidden.rows for button in row]
        assert {"Show SOL", "Light"} <= set(labels)
        assert hidden.picture["amounts"] is False
        assert len(repr(hidden.picture)) < 200, "the outbox holds no picture"
    receipt = performance.receipt(a_card("receipt"), KEYS)
    assert "no SOL figures of yours" in words_of(receipt)
    assert receipt.picture["order"] > 0


async def test_pnl_leads_to_its_parts_and_pictures(door: ChatDoor) -> None:
    pnl = await door.ask("/pnl month")
    assert text_of(pnl).startswith("PAPER · P&L · 30 d")
    assert "· 30 d ·" in buttons_of(pnl)
    _, week = await door.press(buttons_of(pnl)["7 d"])
    assert text_of(week).startswith("PAPER · P&L · 7 d")
    _, tokens = await door.press(buttons_of(week)["By token"])
    assert "by token" in text_of(tokens)
    _, curve = await door.press(buttons_of(week)["Curve"])
    assert (curve.method, curve.payload[PICTURE]["span"]) == ("sendPhoto", "week")
    _, light = await door.press(buttons_of(curve)["Light"], photo=True)
    assert light.payload[PICTURE]["theme"] == "light"
    _, told = await door.press(buttons_of(light)["Show SOL"], photo=True)
    assert told.payload[PICTURE]["amounts"] is True


@pytest.mark.parametrize("command", ["/report 9", "/export fills"])
async def test_ones_own_figures_never_go_into_a_group(door: ChatDoor, command: str) -> None:
    answer = await door.ask(command, chat=GROUP)
    assert "only in our private chat" in text_of(answer)
    assert door.services.hours == {}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/pnl year", "day, week, month or all"),
        ("/pnl week week", "I don't know what to do with week"),
        ("/report 25", "0 to 23"),
        ("/report 9 Berlin", "distance from UTC"),
        ("/report 9 +15", "distance from UTC"),
        ("/export =cmd", "orders, fills or transfers"),
        ("/export fills decade", "all, month or year"),
        ("/leaderboard maybe", "join or /leaderboard leave"),
        ("/leaderboard", "belongs to a group"),
    ],
)
async def test_what_cannot_be_read_is_refused_with_what_can(
    door: ChatDoor, typed: str, words: str
) -> None:
    answer = text_of(await door.ask(typed))
    assert words in answer.replace("neither join nor leave", "join or /leaderboard leave")
    assert (door.services.hours, door.services.boards) == ({}, set())


async def test_a_report_is_set_changed_and_stopped(door: ChatDoor) -> None:
    asked = await door.ask("/report")
    assert "Daily report · off" in text_of(asked)
    await door.ask("/report 9 +5:30")
    assert door.services.hours[ANN] == ReportHour(hour=9, offset_minutes=330)
    shown = await door.ask("/report")
    assert "every day at 9:00 UTC+5:30" in text_of(shown)
    await door.press(buttons_of(shown)["20:00"])
    assert door.services.hours[ANN].hour == 20
    await door.ask("/report off")
    assert door.services.hours == {}


@pytest.mark.parametrize("argument", ["24", "99", "x", "0x1", "offf"])
async def test_a_forged_hour_sets_nothing(door: ChatDoor, argument: str) -> None:
    await door.press(door.button("report", 0, argument))
    assert door.services.hours == {}


def test_an_hour_is_told_with_its_distance() -> None:
    assert reports.clock(ReportHour(hour=7)) == "7:00 UTC"
    assert reports.clock(ReportHour(hour=7, offset_minutes=-210)) == "7:00 UTC\u22123:30"


def test_the_daily_report_is_private_news_that_waits_for_others() -> None:
    notices = DailyReportNotices(clock=HandClock(), chance=seeded(3), bot_name="b")
    (notice,) = notices(ANN, a_report(span=Span.DAY))
    assert (notice.chat_id, notice.priority) == (ANN, Priority.REPORT)
    assert text_of(notice).startswith("PAPER · Your day · 7 Oct · season 2")
    assert "1 position open." in text_of(notice)


async def test_a_file_goes_out_as_a_recipe_and_is_written_when_sent(door: ChatDoor) -> None:
    sent = await door.ask("/export fills year")
    assert (sent.method, sent.priority) == ("sendDocument", Priority.REPLY)
    assert len(repr(sent.payload)) < 700, "the outbox holds no file"
    wire = Wire()
    answer = await DocumentApi(wire, write).call(sent.method, sent.payload)
    assert answer == {"message_id": 6}
    ((method, payload, attachment),) = wire.calls
    assert method == "sendDocument"
    assert payload["document"] == f"attach://{attachment.name}"
    assert DOCUMENT not in payload
    assert (attachment.file_name, attachment.content) == ("kitrader_paper_fills.csv", CSV)
    assert attachment.content_type.startswith("text/csv")


async def test_other_calls_pass_and_a_file_that_fails_is_told(door: ChatDoor) -> None:
    wire = Wire()
    await DocumentApi(wire, write).call("sendMessage", {"text": "hi"})
    assert wire.calls == [("sendMessage", {"text": "hi"}, None)]
    sent = await door.ask("/export orders")

    async def fail(_: Mapping[str, object]) -> bytes:
        raise ValueError("hostile")

    await DocumentApi(wire, fail).call(sent.method, sent.payload)
    assert wire.calls[-1][0] == "sendMessage"
    assert "could not be written" in str(wire.calls[-1][1]["text"])

    async def away(_: Mapping[str, object]) -> bytes:
        raise Unavailable("database")

    with pytest.raises(Unavailable):
        await DocumentApi(wire, away).call(sent.method, sent.payload)


def test_many_files_are_numbered_and_what_is_left_out_is_said() -> None:
    view = an_export(Export.TRANSFERS, files=3, left_out=4)
    first, *_, last = exports.files(view, ANN)
    assert "file 1 of 3" in str(first.payload["caption"])
    assert "left" not in str(first.payload["caption"])
    assert "4 more files do not fit" in str(last.payload["caption"])


async def test_a_board_is_joined_and_left_by_its_reader_alone(door: ChatDoor) -> None:
    await door.ask("/leaderboard join", chat=GROUP)
    assert door.services.boards == {(GROUP, ANN)}
    shown = await door.ask("/leaderboard", chat=GROUP)
    leave = buttons_of(shown)["Leave"]
    (toast,) = await door.press(leave, presser=BOB, chat=GROUP, asker=ANN)
    assert "Only Ann" in text_of(toast)
    assert door.services.boards == {(GROUP, ANN)}
    toast, _ = await door.press(leave, chat=GROUP)
    assert text_of(toast) == "You are off the board"
    assert door.services.boards == set()


def test_a_board_has_percentages_medians_and_harmless_names() -> None:
    names = ["Ann", "@admin", "\u202egpj.exe", "https://t.me/x", "X" * 300]
    screen = leaderboards.board(a_board(names), KEYS)
    text, entities = screen.text.render()
    assert text.startswith("PAPER · Leaderboard · 5 traders\nMedian +2% · drawdown 5%\n")
    assert "1. 🟢 Ann +12% · drawdown 5% · S1" in text
    assert "1 yet to trade" in text
    assert "SOL" not in text
    assert "\u202e" not in text
    assert "X" * 25 not in text
    marked = {
        text.encode("utf-16-le")[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode(
            "utf-16-le"
        )
        for e in entities
        if e["type"] == "code"
    }
    assert {"@admin", "https://t.me/x"} <= marked
    full = leaderboards.board(a_board(["N" * 60] * 200), KEYS)
    assert utf16_units(words_of(full)) < LONGEST_MESSAGE
    assert "and 180 more" in words_of(full)


async def test_who_leaves_a_group_leaves_its_board(door: ChatDoor) -> None:
    door.services.boards |= {(GROUP, ANN), (GROUP, BOB)}
    left = {"id": BOB, "is_bot": False, "first_name": "Bob"}
    assert await door.say(None, chat=GROUP, left_chat_member=left) == []
    assert door.services.boards == {(GROUP, ANN)}


def test_durations_have_their_two_largest_units() -> None:
    told = [performance.duration(timedelta(seconds=s)) for s in (5, 90, 3_700, 200_000)]
    assert told == ["5 s", "1 min", "1 h 1 min", "2 d 7 h"]


def test_a_huge_factor_is_cut() -> None:
    exits = some_exits(gained_lamports=10**18, lost_lamports=1)
    assert "profit factor >999" in words_of(performance.pnl(a_report(exits=exits), KEYS))
    assert exits.profit_factor == Decimal(10**18)
    assert replace(exits, lost_lamports=0).profit_factor is None


class Wire:
    """Notes what it was called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Mapping[str, object], Attachment | None]] = []

    async def call(
        self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
    ) -> object:
        assert seconds > 0
        self.calls.append((method, payload, None))
        return {"message_id": 5}

    async def upload(
        self, method: str, payload: Mapping[str, object], attachment: Attachment
    ) -> object:
        self.calls.append((method, payload, attachment))
        return {"message_id": 6}


async def write(recipe: Mapping[str, object]) -> bytes:
    assert recipe["user_id"] == 1001
    return CSV
