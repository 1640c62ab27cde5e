"""Section D of the threat list, 51 to 60: who only seems to speak, and links that promise more.

Not here, because the thing is not there: buttons for admins (56; a role or a freeze that changes
between card and press stands in) and functions that need a bot to be a group's admin (57).
"""

import random

import pytest

from bot.telegram.poller import ALLOWED_UPDATES
from tests.bad_input.quarter import Quarter, letter
from tests.journeys.people import ANN, BOB, LOUNGE, button

TRADE = "/open WIF long 1"
GROUP = {"id": LOUNGE, "type": "supergroup", "title": "Trading Lounge"}
CHANNEL = {"id": -1002000000002, "type": "channel", "title": "Pump News"}
ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
LINKED_CHANNEL = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
BOT = {"id": 777001, "is_bot": True, "first_name": "Other", "username": "other_bot"}
HIDDEN = {"type": "hidden_user", "date": 1_790_000_000, "sender_user_name": "Nobody"}
QUOTED = {"quote": {"text": TRADE, "position": 0}, "reply_to_message": letter(BOB, TRADE)}
SPOKEN_FOR = {
    "D53 anonymous admin": (
        {"from": ANONYMOUS_ADMIN, "chat": GROUP, "sender_chat": GROUP},
        "cannot see who you are",
    ),
    "D54 as a channel": ({"chat": GROUP, "sender_chat": CHANNEL}, "cannot see who you are"),
    "D54 linked channel": (
        {
            "from": LINKED_CHANNEL,
            "chat": GROUP,
            "sender_chat": CHANNEL,
            "is_automatic_forward": True,
        },
        "",
    ),
    "D55 via a bot": ({"via_bot": BOT}, "through another bot are never commands"),
    "for a business account": (
        {"business_connection_id": "bc1"},
        "through another bot are never commands",
    ),
    "by the bot of a business account": (
        {"sender_business_bot": BOT},
        "through another bot are never commands",
    ),
    "in another's private chat": ({"chat": {"id": BOB, "type": "private", "first_name": "B"}}, ""),
    "D55 by a bot": ({"from": BOT}, ""),
    "D55 forwarded": ({"forward_origin": HIDDEN}, "Forwarded messages are never commands"),
    "D55 quoted": ({"text": "nice", **QUOTED}, "a token called nice"),
    "D55 in a caption": ({"text": None, "caption": TRADE}, "read text only"),
    "D63 data of a web app": (
        {"text": None, "web_app_data": {"button_text": "Go", "data": TRADE}},
        "read text only",
    ),
    "D58 upgraded group": ({"text": None, "chat": GROUP, "migrate_to_chat_id": -1009}, ""),
    "D58 upgraded from": ({"text": None, "chat": GROUP, "migrate_from_chat_id": -9}, ""),
}
PAYLOADS = (
    "ref_{who}",
    "withdraw_all",
    "open_WIF_long_100",
    "reset",
    "t_999999999",
    "t_-1",
    "t_\u0661",
    "erase",
    "k:erase:{who}:0::aaaaaaaaaa",
    "close",
    "\u202e",
    "x" * 64,
    "x" * 4000,
)


async def test_anothers_button_in_a_group_is_not_yours(quarter: Quarter) -> None:
    """D51."""
    town = quarter.town
    for who in (ANN, BOB):
        await town.say(who, "/start")
    card = (await town.say(ANN, "/price WIF", LOUNGE)).message("WIF")
    async with quarter.harmless():
        for label in ("Buy 1", "Details", "Refresh"):
            told = await town.press(BOB, card, label)
            assert told.toast.startswith("Only Ann can use these buttons")


async def test_a_forged_button_with_anothers_owner_or_position_does_nothing(
    quarter: Quarter, settler: int
) -> None:
    """D52."""
    town, victim = quarter.town, await quarter.settler()
    receipt = (await town.say(victim, TRADE)).message()
    closing = button(receipt, "Close")
    card, data = await quarter.buy_button(settler)
    own = closing.replace(f":{victim}:", f":{settler}:")
    async with quarter.harmless():
        assert (
            "can use these buttons"
            in (await town.press_data(settler, card, closing, forged=True)).toast
        )
        assert (
            "no open position #1" in (await town.press_data(settler, card, own, forged=True)).toast
        )
        huge = data.replace(":1000000000:", ":999999999999999999:")
        assert "Too big" in (await town.press_data(settler, card, huge, forged=True)).toast
        for forged in ("k:erase:%d:0::%s", "k:go:%d:1:s9x99:%s", "k:go:%d:99999:l1x5:%s"):
            told = await town.press_data(settler, card, forged % (settler, data[-10:]), forged=True)
            assert told.toast


async def test_a_spoilt_note_on_ones_own_button_does_nothing(
    quarter: Quarter, settler: int
) -> None:
    """T4, a part of it: the rest is in `test_forged_buttons.py`."""
    chance = random.Random(4)  # noqa: S311 (a seeded chance)
    card, data = await quarter.buy_button(settler)
    pieces = data.split(":")
    async with quarter.harmless():
        for _ in range(25):
            spoilt = list(pieces)
            place = chance.randrange(len(spoilt))
            spoilt[place] = "".join(chance.choices("0az-:_\u0661\u202e", k=chance.randint(0, 12)))
            told = await quarter.town.press_data(settler, card, ":".join(spoilt), forged=True)
            assert told.toast


@pytest.mark.parametrize("case", SPOKEN_FOR)
async def test_what_no_person_typed_is_never_a_command(quarter: Quarter, case: str) -> None:
    parts, words = SPOKEN_FOR[case]
    message = {key: value for key, value in (letter(ANN, TRADE) | parts).items() if value}
    async with quarter.harmless():
        answer = await quarter.town.push({"message": message})
        assert words in answer.text
        assert words or not answer.messages, "bots and services are met with silence"


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post"])
async def test_a_post_in_a_channel_is_ignored(quarter: Quarter, kind: str) -> None:
    """D54."""
    post = letter(ANN, TRADE, chat=CHANNEL, sender_chat=CHANNEL)
    async with quarter.harmless():
        assert (await quarter.town.push({kind: post})).text == ""


UNASKED = {
    "D67 inline query": ("inline_query", {"id": "1", "query": "/wallet", "offset": ""}),
    "D67 chosen result": ("chosen_inline_result", {"result_id": "1", "query": TRADE}),
    "D68 business": ("business_message", letter(ANN, TRADE, business_connection_id="b1")),
    "D68 edited business": ("edited_business_message", letter(ANN, TRADE)),
    "D68 guest": ("guest_message", letter(ANN, TRADE)),
    "D68 managed bot": ("managed_bot", {"user": {"id": ANN}, "text": TRADE}),
}


@pytest.mark.parametrize("case", UNASKED)
async def test_a_kind_of_update_that_nobody_asked_for_does_and_tells_nothing(
    quarter: Quarter, case: str
) -> None:
    kind, body = UNASKED[case]
    assert kind not in ALLOWED_UPDATES
    async with quarter.harmless():
        sender = {"from": {"id": ANN, "is_bot": False, "first_name": "Ann"}}
        assert (await quarter.town.push({kind: sender | body})).text == ""


async def test_nobodys_press_is_refused_in_words(quarter: Quarter) -> None:
    """D53: the press of an anonymous admin."""
    card, data = await quarter.buy_button(ANN)
    press = {"id": "1", "from": ANONYMOUS_ADMIN, "chat_instance": "1", "data": data}
    async with quarter.harmless():
        await quarter.town.push({"callback_query": press | {"message": card}})
        said = "SELECT payload ->> 'text' FROM outbox ORDER BY notice_id DESC LIMIT 1"
        assert "cannot see who you are" in await quarter.town.value(said)


async def test_a_press_in_the_private_chat_of_another_buys_nothing(quarter: Quarter) -> None:
    """With one's own fresh data: Telegram shows nobody the chat of another."""
    _, data = await quarter.buy_button(ANN)
    person = {"id": ANN, "is_bot": False, "first_name": "Ann"}
    place = {"message_id": 1, "date": 0, "chat": {"id": BOB, "type": "private"}}
    press = {"id": "1", "from": person, "chat_instance": "1", "data": data, "message": place}
    async with quarter.harmless():
        assert (await quarter.town.push({"callback_query": press})).messages == []


@pytest.mark.parametrize(
    ("status", "words"), [("frozen", "account is frozen"), ("banned", "cannot use this bot")]
)
async def test_a_right_lost_since_the_card_is_lost_at_the_press(
    quarter: Quarter, status: str, words: str
) -> None:
    """D56: the status is looked up when the order is booked, not when the buttons were cut."""
    town, who = quarter.town, await quarter.settler()
    card, data = await quarter.buy_button(who)
    await town.value("UPDATE users SET status = $2 WHERE user_id = $1", who, status)
    async with quarter.harmless():
        assert words in (await town.press_data(who, card, data)).toast
        again = await town.say(who, TRADE)
        # The banned are answered once, and then met with silence.
        assert (again.messages == []) if status == "banned" else (words in again.text)


async def test_what_a_role_allowed_when_the_card_was_cut_is_not_allowed_later(
    quarter: Quarter,
) -> None:
    """D56: an order above the limit of the role that its owner has now."""
    town, who = quarter.town, await quarter.town.newcomer(is_premium=True)
    await town.say(who, "/start")
    await town.value("UPDATE users SET role = 'basic' WHERE user_id = $1", who)
    async with quarter.harmless():
        assert "above your 100 SOL limit" in (await town.say(who, "/open WIF long 150")).text


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: f"D59 {ascii(payload)[:20]}")
async def test_a_deep_link_only_opens_a_screen(
    quarter: Quarter, settler: int, payload: str
) -> None:
    async with quarter.harmless():
        answer = await quarter.town.say(settler, f"/start {payload.format(who=settler)}")
        assert answer.text
        assert "Bought" not in answer.text


async def test_random_bytes_as_a_payload_open_the_beginning(quarter: Quarter, settler: int) -> None:
    """D59: 64 of any byte."""
    chance = random.Random(59)  # noqa: S311 (a seeded chance)
    async with quarter.harmless():
        for _ in range(5):
            junk = chance.randbytes(64).decode("latin-1")
            assert (await quarter.push(settler, f"/start {junk}")).text


@pytest.mark.parametrize(
    "name", ["Support \u2705", "Ada", "<b>Ada</b>", "@admin", "x" * 10_000, "\u202e\u200b", " "]
)
async def test_a_name_gives_no_right(quarter: Quarter, name: str) -> None:
    """D60: the numeric id alone says who somebody is, whatever they and others are called."""
    town, who = quarter.town, await quarter.settler()
    person = {"id": who, "is_bot": False, "first_name": name, "username": "ada_admin"}
    async with quarter.harmless():
        answer = await quarter.push(who, "/start", **{"from": person})
        assert "You have 100 SOL to practise with" in answer.text
        assert len(answer.text) < 600
        assert "x10" not in (await quarter.push(who, "/wallet", **{"from": person})).text
    role = await town.value("SELECT role FROM users WHERE user_id = $1", who)
    assert role == "basic"
