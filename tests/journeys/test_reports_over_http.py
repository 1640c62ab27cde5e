"""Reports as people get them: figures, pictures, files and the board of a group."""

import csv
import io
from datetime import UTC, timedelta

from PIL import Image

from bot.adapters.clock import SystemClock
from tests.journeys.people import ANN, BOB, LOUNGE, Message, text_of
from tests.journeys.town import Town

_EQUITY = "SELECT count(*) FROM equity_points WHERE user_id = $1"


async def content_of(town: Town, file_id: str) -> bytes:
    async with town.wire.session.get(f"/sandbox/files/{file_id}") as answer:
        assert answer.status == 200
        return await answer.read()


async def table_of(town: Town, message: Message) -> list[dict[str, str]]:
    """Fetch the document that a message carries, as a spreadsheet would read it."""
    assert message["document"]["mime_type"].startswith("text/csv")
    content = await content_of(town, message["document"]["file_id"])
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def picture_of(town: Town, message: Message) -> Image.Image:
    picture = Image.open(io.BytesIO(await content_of(town, message["photo"][-1]["file_id"])))
    picture.load()
    return picture


async def test_a_season_is_told_in_figures_pictures_and_files(empty_town: Town) -> None:
    town = empty_town
    async with town.bot() as running:
        who = await town.newcomer("Cara")
        assert "No exits in this span." in (await town.say(who, "/pnl")).text
        await town.say(who, "/open WIF long 5")
        await running.services.performance.sample()
        assert await town.value(_EQUITY, who) == 1
        await running.services.performance.sample()
        assert await town.value(_EQUITY, who) == 1, "nothing changed"
        closed = await town.say(who, "/close 1 50")
        pnl = await town.say(who, "/pnl week")
        assert pnl.text.startswith("PAPER · P&L · 7 d · season 1\n🔴 \u2212")
        assert "1 exit · won 0% · profit factor 0" in pnl.text
        assert "need 7 days" in pnl.text
        reasons = await town.press(who, pnl.message(), "By reason")
        assert "🔴 manual \u2212" in reasons.text
        tokens = await town.press(who, reasons.message(), "Back")
        tokens = await town.press(who, tokens.message(), "By token")
        assert "🔴 WIF \u2212" in tokens.text
        back = await town.press(who, tokens.message(), "Back")
        curve = await town.press(who, back.message(), "Curve")
        assert (await picture_of(town, curve.message())).size == (1280, 960)
        assert "SOL" not in text_of(curve.message())
        light = await town.press(who, curve.message(), "Light")
        shown = await town.press(who, light.message(), "Show SOL")
        assert "SOL" in text_of(shown.message())
        card = await town.press(who, closed.message(), "Card")
        assert "To share: no SOL figures of yours" in card.text
        assert (await picture_of(town, card.message())).size == (1280, 800)
        told = await town.press(who, card.message(), "Show SOL")
        assert "think before you share it" in told.text
        season = await town.press(who, back.message(), "Card")
        assert (await picture_of(town, season.message())).size == (1280, 960)
        await town.prove_books()


async def test_files_hold_what_the_books_do_and_are_nobody_elses(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        who = await town.newcomer("Eve")
        assert "You have no fills" in (await town.say(who, "/export fills")).text
        await town.say(who, "/open WIF long 5")
        await town.say(who, "/open JUP short 3 x2")
        await town.say(who, "/close 1 30")
        await town.say(ANN, "/open WIF long 1")
        choice = await town.say(who, "/export")
        sent = await town.press(who, choice.message(), "Fills all")
        assert text_of(sent.message()).startswith("PAPER · Fills · all seasons\n3 rows")
        fills = await table_of(town, sent.message())
        assert [(row["action"], row["side"]) for row in fills] == [
            ("open", "long"), ("open", "short"), ("close", "long"),
        ]  # fmt: skip
        realised = sum(int(row["realised_pnl_lamports"] or 0) for row in fills)
        assert realised == await town.value(
            "SELECT realised_pnl_lamports FROM virtual_wallets WHERE user_id = $1", who
        )
        orders = await table_of(town, (await town.say(who, "/export orders month")).message())
        assert [row["order_id"] for row in orders] == ["1", "2", "3"]
        moved = await table_of(town, (await town.say(who, "/export transfers year")).message())
        cash = sum(
            int(row["units"]) * ((row["to_account"] == "cash") - (row["from_account"] == "cash"))
            for row in moved
        )
        assert cash == int(fills[-1]["cash_after_lamports"])
        refused = await town.say(ANN, "/export fills", LOUNGE)
        assert "private chat" in refused.text


async def test_a_report_comes_once_at_its_hour(empty_town: Town) -> None:
    town = empty_town
    async with town.bot() as running:
        who = await town.newcomer("Dan")
        await town.say(who, "/open WIF long 5")
        asked = await town.say(who, "/report 9 +2")
        assert "every day at 9:00 UTC+2" in asked.text
        due = await town.value("SELECT next_due_at FROM daily_reports WHERE user_id = $1", who)
        assert (due.astimezone(UTC).hour, due > SystemClock().now()) == (7, True)
        await running.services.reports.send_due()
        await town.pool.execute(
            "UPDATE daily_reports SET next_due_at = now() - interval '1 minute'"
        )
        await running.services.reports.send_due()
        await running.services.reports.send_due()
        await town.until(town.is_quiet, "the report is sent")
        reports = await town.rows(
            "SELECT payload ->> 'text' AS text, state FROM outbox WHERE chat_id = $1"
            " AND priority = 5", who
        )  # fmt: skip
        assert [row["state"] for row in reports] == ["sent"]
        assert reports[0]["text"].startswith("PAPER · Your day · ")
        again = await town.value("SELECT next_due_at FROM daily_reports WHERE user_id = $1", who)
        assert again == due
        # After a long outage yesterday's news is no news.
        late = SystemClock().now() - timedelta(hours=7)
        await town.pool.execute("UPDATE daily_reports SET next_due_at = $1", late)
        await running.services.reports.send_due()
        assert await town.value("SELECT count(*) FROM outbox WHERE priority = 5") == 1
        off = await town.press(who, asked.message(), "Off")
        assert "Daily report · off" in off.text
        assert await town.value("SELECT count(*) FROM daily_reports") == 0


async def test_a_board_shows_only_those_who_joined_it_here(empty_town: Town) -> None:
    town = empty_town
    async with town.bot():
        await town.say(ANN, "/open WIF long 5")
        await town.say(BOB, "/open WIF long 5")
        empty = await town.say(ANN, "/leaderboard", LOUNGE)
        assert "Nobody has traded yet." in empty.text
        joined = await town.say(ANN, "/leaderboard join", LOUNGE)
        assert "Leaderboard · 1 trader" in joined.text
        assert "1. 🔴 Ann \u2212" in joined.text
        assert "Median \u2212" in joined.text
        assert "SOL" not in joined.text
        assert "Bob" not in joined.text
        pressed = await town.press(BOB, joined.message(), "Join")
        assert "Only Ann" in pressed.toast
        assert "2 traders" in (await town.say(BOB, "/leaderboard join", LOUNGE)).text
        left = await town.press(ANN, joined.message(), "Leave")
        assert "Ann" not in text_of(left.message())
        assert "belongs to a group" in (await town.say(ANN, "/leaderboard")).text
        gone = {
            "message_id": 900_001,
            "date": int(SystemClock().now().timestamp()),
            "chat": {"id": LOUNGE, "type": "supergroup", "title": "Lounge"},
            "from": {"id": BOB, "is_bot": False, "first_name": "Bob"},
            "left_chat_member": {"id": BOB, "is_bot": False, "first_name": "Bob"},
        }
        await town.push({"update_id": 900_000_001, "message": gone})
        assert await town.value("SELECT count(*) FROM leaderboard_members") == 0
