"""The whole chat door over HTTP, against the sandbox's Bot API."""

import pytest

from bot.domain.errors import Unavailable
from bot.telegram.bot_api import ApiError, BotApi
from bot.telegram.command_table import TABLE
from bot.telegram.menus import set_menus
from bot.telegram.registration import identity, use_polling, use_webhook
from tests.telegram.conftest import BOT_NAME
from tests.telegram.town import ANN, BOB, LOUNGE, TOKEN, Town, town

__all__ = ["town"]  # a fixture


async def test_a_person_asks_buys_and_closes(town: Town) -> None:
    await town.send(ANN, "/price WIF")
    await town.until(ANN, lambda texts: any(t.startswith("PAPER · WIF") for t in texts))
    pressed = await town.press(ANN, ANN, "Buy 5")
    assert pressed["text"] == "Bought 270.9 WIF · #12"
    texts = await town.until(ANN, lambda texts: len(texts) == 2)
    assert texts[-1].startswith("PAPER · Bought 270.9 WIF for 5 SOL")
    await town.press(ANN, ANN, "Close all")
    await town.until(ANN, lambda texts: len(texts) == 3)
    assert len(town.door.services.booked) == 2


async def test_screens_change_in_place(town: Town) -> None:
    await town.send(ANN, "/wallet")
    await town.until(ANN, lambda texts: len(texts) == 1)
    for label, first in (
        ("Positions", "PAPER · 1 position"),
        ("#12", "PAPER · #12"),
        ("Back", "PAPER · 1 position"),
        ("Wallet", "PAPER · Wallet"),
        ("History", "PAPER · History"),
        ("Older", "PAPER · History"),
    ):
        await town.press(ANN, ANN, label)
        texts = await town.until(ANN, lambda texts, first=first: texts[-1].startswith(first))
        assert len(texts) == 1


async def test_a_buy_in_a_group_answers_in_private_and_a_stranger_cannot_press(town: Town) -> None:
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.send(ANN, "/price WIF", chat=LOUNGE)
    await town.until(LOUNGE, lambda texts: len(texts) == 1)
    stranger = await town.press(BOB, LOUNGE, "Buy 1")
    assert str(stranger["text"]).startswith("Only Ann can use these buttons")
    assert stranger["show_alert"] is True
    await town.press(ANN, LOUNGE, "Buy 1")
    _, receipt = await town.until(ANN, lambda texts: len(texts) == 2)
    assert receipt.startswith("PAPER · Bought")
    assert len(await town.until(LOUNGE, lambda texts: len(texts) == 1)) == 1


async def test_answers_keep_their_order_through_faults(town: Town) -> None:
    await town.change_faults(fail_rate=1.0, fail_code=500)
    for number in range(5):
        await town.send(ANN, f"/help {['open', 'close', 'price', 'info', 'reset'][number]}")
    await town.change_faults(fail_rate=0.0)
    texts = await town.until(ANN, lambda texts: len(texts) == 5)
    assert [text.split()[0] for text in texts] == ["/open", "/close", "/price", "/info", "/reset"]


async def test_hostile_names_pass_the_servers_own_checks(town: Town) -> None:
    token = town.door.services.tokens[0]
    hostile = '<b>"@admin" t.me/x \u202e🏳️‍🌈</b>'
    town.door.services.tokens = (type(token)(**(_parts(token) | {"name": hostile})),)
    for text in ("/price WIF", "/info WIF", "/positions"):
        await town.send(ANN, text)
    await town.until(ANN, lambda texts: len(texts) == 3)
    for message in await town.messages(ANN):
        kinds = {entity["type"] for entity in message.get("entities", [])}
        assert kinds <= {"bold", "code", "bot_command"}


def _parts(token: object) -> dict[str, object]:
    return {name: getattr(token, name) for name in token.__slots__}


async def test_the_bot_introduces_itself_and_its_commands(town: Town) -> None:
    assert (await identity(town.api)).name == BOT_NAME
    await set_menus(town.api, TABLE)
    menu = await town.api.call("getMyCommands", {"scope": {"type": "all_group_chats"}})
    assert [row["command"] for row in menu] == [
        "start", "price", "info", "check", "chart", "movers", "watchlist", "orders", "order",
        "positions", "wallet", "history", "pnl", "leaderboard", "locks", "resume", "privacy",
        "calls", "help",
    ]  # fmt: skip
    whispered = {row["command"] for row in menu if row.get("is_ephemeral")}
    assert whispered == {
        "watchlist", "orders", "order", "positions", "wallet", "history", "pnl", "locks",
    }  # fmt: skip


async def test_polling_and_pushing_can_be_chosen(town: Town) -> None:
    await use_webhook(town.api, url="https://bot.example/hook", secret="s" * 32)
    await use_polling(town.api)
    info = await town.api.call("getWebhookInfo", {})
    assert info["url"] == ""
    for secret in ("", "with space", "x" * 257, "é"):
        with pytest.raises(ValueError, match="secret"):
            await use_webhook(town.api, url="https://bot.example/hook", secret=secret)


async def test_an_error_never_shows_the_token(town: Town) -> None:
    with pytest.raises(ApiError) as refused:
        await town.api.call("sendMessage", {"chat_id": 5, "text": "x"})
    assert refused.value.code == 400
    dead = BotApi(session=town.session, base="http://127.0.0.1:9", token=TOKEN)
    with pytest.raises(Unavailable) as gone:
        await dead.call("getMe", {})
    for error in (refused.value, gone.value):
        assert "sandbox-token" not in f"{error!r} {error} {error.__cause__} {vars(error)}"
