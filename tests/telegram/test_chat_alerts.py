"""Alerts in the chat: typed, guided, listed, changed, and stamped when they leave."""

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.alert_hours import Loudness, QuietHours
from bot.domain.alerts import AlertKind
from bot.telegram.layout import STAMP
from bot.telegram.stamps import StampedApi
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import ChatDoor, buttons_of, text_of


async def test_an_alert_is_set_as_typed_and_said_as_understood(door: ChatDoor) -> None:
    answer = await door.ask("/alert WIF below $0.5")
    assert "Alert set" in text_of(answer)
    assert "WIF below $0.5" in text_of(answer)
    assert "50% away" in text_of(answer)
    assert {"Edit…", "Alerts", "Delete"} <= set(buttons_of(answer))
    moved = await door.ask("/alert wif moves 10%")
    assert "WIF moves ±10% from 0.02 SOL" in text_of(moved)
    mine = await door.ask("/alert position 12 pnl below -10%")
    assert "before the costs of leaving" in text_of(mine)
    await door.ask("/alert equity above 120")
    listed = text_of(await door.ask("/alerts"))
    assert "4 set" in listed
    assert "4. Equity above 120 SOL" in listed


async def test_the_guided_way_leads_from_the_card_to_an_alert(door: ChatDoor) -> None:
    card = await door.ask("/price WIF")
    _, choices = await door.press(buttons_of(card)["Alert"])
    assert {"+5%", "+10%", "−5%", "−10%", "Moves ±10%", "Amount…"} <= set(buttons_of(choices))  # noqa: RUF001 (as people read it)
    _, placed = await door.press(buttons_of(choices)["−10%"])  # noqa: RUF001 (as people read it)
    assert "WIF down 10% from 0.02 SOL" in text_of(placed)
    _, question = await door.press(buttons_of(choices)["Amount…"])
    assert question.payload["reply_markup"]["force_reply"]
    typed = await door.ask("$0.05")
    assert "WIF above $0.05" in text_of(typed)
    assert await door.ask("/alert")


async def test_an_alert_is_edited_snoozed_and_deleted_by_buttons(door: ChatDoor) -> None:
    await door.ask("/alert WIF above 0.03")
    listed = await door.ask("/alerts")
    _, one = await door.press(buttons_of(listed)["1"])
    _, snoozed = await door.press(buttons_of(one)["Snooze 8h"])
    assert "snoozed until 20:00 UTC" in text_of(snoozed)
    _, woken = await door.press(buttons_of(snoozed)["Watch now"])
    assert "snoozed" not in text_of(woken)
    await door.press(buttons_of(woken)["Edit…"])
    assert "WIF below 0.01 SOL" in text_of(await door.ask("below 0.01"))
    _, gone = await door.press(buttons_of(woken)["Delete"])
    assert "deleted" in text_of(gone)
    assert "none set" in text_of(await door.ask("/alerts"))
    (toast,) = await door.press(door.button("adel", 1))
    assert "not set any more" in str(toast.payload)


async def test_long_lists_have_pages(door: ChatDoor) -> None:
    for level in range(1, 9):
        await door.ask(f"/alert WIF above {level}")
    first = await door.ask("/alerts")
    assert "7. " not in text_of(first)
    _, second = await door.press(buttons_of(first)["Farther"])
    assert "7. WIF above 7 SOL" in text_of(second)
    assert "Closer" in buttons_of(second)


async def test_snoozing_from_the_news_leaves_the_news(door: ChatDoor) -> None:
    await door.ask("/alert WIF above 0.03")
    (toast,) = await door.press(door.button("asnz", 1, "1"))
    assert toast.method == "answerCallbackQuery"
    assert "Snoozed for 1 h" in str(toast.payload["text"])


async def test_loudness_and_quiet_hours_are_set_by_buttons_and_words(door: ChatDoor) -> None:
    settings = await door.ask("/alerts settings")
    assert "No quiet hours" in text_of(settings)
    _, changed = await door.press(buttons_of(settings)["Price: on"])
    assert door.services.alert_wishes[-1].of(AlertKind.PRICE) is Loudness.SILENT
    _, quiet = await door.press(buttons_of(changed)["Quiet 22-7"])
    assert "Quiet 22:00 to 07:00" in text_of(quiet)
    await door.press(buttons_of(quiet)["Quiet: silent or off"])
    await door.ask("/alerts quiet 23:30-6")
    await door.ask("/alerts clock -3:30")
    wishes = door.services.alert_wishes[-1]
    assert wishes.quiet == QuietHours(from_minute=1410, to_minute=360, loudness=Loudness.OFF)
    assert wishes.offset_minutes == -210
    assert "UTC−03:30" in text_of(await door.ask("/alerts settings"))  # noqa: RUF001 (as people read it)
    for nonsense in ("/alerts quiet never", "/alerts clock 99", "/alerts sing"):
        assert "quiet 22-7" in text_of(await door.ask(nonsense)) or "late" in text_of(
            await door.ask(nonsense)
        )
    assert "No alert has fired" in text_of(await door.ask("/alerts late"))


async def test_forged_buttons_change_nothing(door: ChatDoor) -> None:
    for action, target, argument in (
        ("aput", 7, "x5"),
        ("aput", 7, "u1"),
        ("asnz", 1, "9"),
        ("aset", 99, "k"),
        ("aset", 0, "q9"),
    ):
        await door.press(door.button(action, target, argument))
    assert door.services.alerts_set == {}
    assert door.services.alert_wishes == []


async def test_the_seconds_until_sending_are_written_at_each_try() -> None:
    sent: list[Mapping[str, object]] = []

    class Wire:
        async def call(
            self, method: str, payload: Mapping[str, object], *, seconds: float = 20.0
        ) -> object:
            assert (method, seconds) == ("sendMessage", 20.0)
            sent.append(payload)
            return True

    clock = HandClock()
    api = StampedApi(Wire(), clock)
    began = (clock.now() - timedelta(seconds=1.24)).isoformat()
    entities = [{"type": "bold", "offset": 0, "length": 3}]
    payload = {"chat_id": 1, "text": "WIF", "entities": entities, STAMP: began}
    await api.call("sendMessage", payload)
    clock.advance(30)
    await api.call("sendMessage", payload)
    await api.call("sendMessage", {"chat_id": 1, "text": "plain"})
    assert [one["text"] for one in sent] == ["WIF · sent +1.2 s", "WIF · sent +31.2 s", "plain"]
    assert all(STAMP not in one for one in sent)
    assert sent[0]["entities"] == entities
