"""Private figures asked for in a group: whispered, or brought into the private chat; never aloud.

The door works on the sandbox, which takes and refuses ephemeral messages as Telegram does.
"""

import asyncio
from collections.abc import Mapping

import pytest

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import ApiError
from bot.telegram.layout import INSTEAD, WHISPER
from bot.telegram.whispers import WhisperingApi
from tests.telegram.town import ANN, BOB, LOUNGE, Town, town

__all__ = ["town"]  # a fixture

FIGURES = ("/wallet", "/positions", "/history", "/pnl", "/orders", "/order", "/watchlist", "/locks")
NOTE = "That is for you alone. It is in our private chat."


def whisper_to(person: int, **more: object) -> Mapping[str, object]:
    told = {"receiver_user_id": person}
    return {"chat_id": LOUNGE, "text": "9 SOL", WHISPER: told, **more}


async def test_every_command_with_private_figures_is_whispered_where_the_bot_is_an_admin(
    town: Town,
) -> None:
    await town.seat("administrator", has_rights=False)
    for number, command in enumerate(FIGURES, start=1):
        await town.send(ANN, command, LOUNGE)
        await town.until(LOUNGE, lambda texts, n=number: len(texts) == n, ANN)
    for others in (BOB, None):
        assert not [m for m in await town.messages(LOUNGE, others) if m["from"]["is_bot"]]
    assert await town.messages(ANN) == []


async def test_elsewhere_the_figures_come_into_the_private_chat_and_the_group_gets_a_note(
    town: Town,
) -> None:
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.send(ANN, "/wallet", LOUNGE)
    assert await town.until(LOUNGE, lambda texts: len(texts) == 1) == [NOTE]
    texts = await town.until(ANN, lambda texts: len(texts) == 2)
    assert texts[-1].startswith("PAPER · Wallet")
    (note,) = (m for m in await town.messages(LOUNGE) if m["from"]["is_bot"])
    ((button,),) = note["reply_markup"]["inline_keyboard"]
    assert button["url"].endswith("?start=wallet")


async def test_who_never_opened_the_private_chat_finds_the_way_in_the_note(town: Town) -> None:
    await town.send(ANN, "/wallet", LOUNGE)
    assert await town.until(LOUNGE, lambda texts: len(texts) == 1) == [NOTE]
    await town.send(ANN, "/start wallet")
    texts = await town.until(ANN, lambda texts: len(texts) == 1)
    assert texts[0].startswith("PAPER · Wallet")


async def test_an_ephemeral_command_is_answered_by_a_whisper_without_any_right(town: Town) -> None:
    await town.send(ANN, "/wallet", LOUNGE, ephemeral=True)
    (shown,) = await town.until(LOUNGE, lambda texts: len(texts) == 1, ANN)
    assert shown.startswith("PAPER · Wallet")
    assert await town.messages(LOUNGE, BOB) == [], "neither the asking nor the answer"


async def test_what_is_asked_in_a_whisper_is_refused_in_a_whisper(town: Town) -> None:
    await town.send(BOB, "/settings", LOUNGE, ephemeral=True)
    (refused,) = await town.until(LOUNGE, lambda texts: len(texts) == 1, BOB)
    assert "may not do that" in refused
    await town.send(BOB, "/price nonsense", LOUNGE, ephemeral=True)
    await town.until(LOUNGE, lambda texts: len(texts) == 2, BOB)
    assert await town.messages(LOUNGE, ANN) == []


async def test_a_whisper_is_leafed_through_in_place_by_its_addressee_alone(town: Town) -> None:
    await town.seat("administrator")
    await town.send(ANN, "/wallet", LOUNGE)
    await town.until(LOUNGE, lambda texts: len(texts) == 1, ANN)
    shown = next(m for m in await town.messages(LOUNGE, ANN) if m["from"]["is_bot"])
    labels = [b["text"] for row in shown["reply_markup"]["inline_keyboard"] for b in row]
    assert {"Positions", "History", "Open private chat"} <= set(labels)
    assert "Reset" not in labels, "what acts in private only has no button here"
    await town.press(ANN, LOUNGE, "Positions")
    texts = await town.until(LOUNGE, lambda texts: "1 position" in texts[0], ANN)
    assert len(texts) == 1
    data = shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    forged = {"chat_id": LOUNGE, "message_id": shown["message_id"], "callback_data": data}
    told = await town.act(f"people/{BOB}/press?wait=5", forged=True, **forged)
    assert "Only" in str(told["text"]), "nor does a forged press of Bob's act"
    assert [m for m in await town.messages(LOUNGE, BOB) if m["from"]["is_bot"]] == []


async def test_an_old_server_is_found_out_before_anything_is_said_aloud(town: Town) -> None:
    town.world.knows_whispers = False
    await town.seat("administrator")
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.send(ANN, "/wallet", LOUNGE)
    assert await town.until(LOUNGE, lambda texts: len(texts) == 1) == [NOTE]
    await town.until(ANN, lambda texts: len(texts) == 2)


async def test_a_server_that_says_a_whisper_aloud_is_taken_back_and_trusted_no_more(
    town: Town,
) -> None:
    await town.seat("administrator")
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    api = WhisperingApi(town.api)
    await api.call("sendMessage", whisper_to(ANN))
    town.world.knows_whispers = False
    for _ in range(2):
        await api.call("sendMessage", whisper_to(ANN))
    assert [m["deleted"] for m in await town.messages(LOUNGE)] == [True], "one slip, taken back"
    assert [m["text"] for m in await town.messages(ANN)][-2:] == ["9 SOL", "9 SOL"]


async def test_a_refused_whisper_is_brought_into_the_private_chat_or_owned_up_to(
    town: Town,
) -> None:
    api = WhisperingApi(town.api)
    with pytest.raises(ApiError, match="nobody could be told"):
        await api.call("sendMessage", whisper_to(ANN))  # no admin, and no private chat
    note = {"chat_id": LOUNGE, "text": "see our chat"}
    await api.call("sendMessage", whisper_to(ANN, **{INSTEAD: note}))
    assert [m["text"] for m in await town.messages(LOUNGE)] == ["see our chat"]
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    sent = await api.call("sendMessage", whisper_to(ANN, message_thread_id=7))
    assert isinstance(sent, dict)
    assert (sent["chat"]["id"], sent["text"]) == (ANN, "9 SOL")


async def test_a_whisper_that_is_gone_is_shown_anew_in_the_private_chat(town: Town) -> None:
    api = WhisperingApi(town.api)
    gone = {"chat_id": LOUNGE, "receiver_user_id": ANN, "ephemeral_message_id": 5, "text": "9 SOL"}
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await api.call("editEphemeralMessageText", gone)
    assert (await town.messages(ANN))[-1]["text"] == "9 SOL"
    with pytest.raises(ApiError, match="MESSAGE_ID_INVALID"):
        await api.call("editEphemeralMessageReplyMarkup", gone)


async def test_a_flood_or_an_outage_is_the_senders_to_wait_for(town: Town) -> None:
    await town.seat("administrator")
    api = WhisperingApi(town.api)
    await town.change_faults(fail_rate=1, fail_code=429, retry_after=1)
    for method, payload in (
        ("sendMessage", whisper_to(ANN)),
        ("editEphemeralMessageText", {"chat_id": LOUNGE, "text": "x"}),
    ):
        with pytest.raises(ApiError) as flood:
            await api.call(method, payload)
        assert flood.value.retry_after == 1
    await town.change_faults(fail_rate=1, fail_code=502)
    with pytest.raises((ApiError, Unavailable)):
        await api.call("sendMessage", whisper_to(ANN))
    await town.change_faults(fail_rate=0)
    assert await town.messages(LOUNGE, ANN) == []


async def test_an_answer_that_comes_too_late_for_a_whisper_is_not_lost(town: Town) -> None:
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.change_faults(hang=True, methods=["sendMessage"])
    await town.send(ANN, "/wallet", LOUNGE, ephemeral=True)
    await asyncio.sleep(0.1)
    clock = town.world.clock
    town.world.clock = lambda: clock() + 16
    await town.change_faults(hang=False)
    texts = await town.until(ANN, lambda texts: len(texts) == 2)
    assert texts[-1].startswith("PAPER · Wallet")
    assert await town.messages(LOUNGE, BOB) == []
