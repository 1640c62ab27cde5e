"""The people's side: state, writing, pressing, privacy mode, events and faults."""

import asyncio

import aiohttp
import pytest
from aiogram import Bot
from aiogram.types import InaccessibleMessage
from aiohttp import FormData

from bot.sandbox.telegram_api.entities.detection import detect_entities
from bot.sandbox.telegram_api.errors import BotApiError
from bot.sandbox.telegram_api.limits import FloodLimits
from bot.sandbox.telegram_api.server import serve_telegram
from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ADA, ANN, BOB, LOUNGE, PIA, TOKEN, TelegramHands
from tests.sandbox.test_telegram_api_aiogram import png

BUTTON = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def test_a_new_world_has_four_people_their_chats_and_the_lounge(
    telegram_hands: TelegramHands,
) -> None:
    state = await telegram_hands.get("/sandbox/state")
    assert state["bot"] == {"id": 777000111, "username": "kitrader_bot", "first_name": "Kitrader"}
    assert [(each["id"], each["first_name"], each["role_hint"]) for each in state["people"]] == [
        (ANN, "Ann", "basic"),
        (BOB, "Bob", "basic"),
        (PIA, "Pia", "premium"),
        (ADA, "Ada", "admin"),
    ]
    private, lounge = state["chats"][0], state["chats"][-1]
    assert (private["id"], private["type"], private["person_id"]) == (ANN, "private", ANN)
    assert (lounge["id"], lounge["type"], lounge["title"]) == (
        LOUNGE,
        "supergroup",
        "Kitrader Lounge",
    )
    assert lounge["members"] == [ANN, BOB, PIA, ADA, 777000111]
    assert lounge["admins"] == [ADA]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("good morning", False),
        ("/price BONK", True),
        ("/price@kitrader_bot BONK", True),
        ("/price@Kitrader_Bot BONK", True),
        ("/price@other_bot BONK", False),
        ("hello @kitrader_bot", True),
        ("hello @someone_else", False),
    ],
)
async def test_in_a_group_the_bot_hears_only_what_is_for_it(
    telegram_hands: TelegramHands, text: str, *, heard: bool
) -> None:
    sent = await telegram_hands.send(ANN, text, LOUNGE)
    assert (sent["update_id"] is not None) is heard
    assert (await telegram_hands.messages(LOUNGE))[-1]["text"] == text


async def test_in_a_group_the_bot_hears_replies_to_it_and_everything_as_admin(
    telegram_hands: TelegramHands,
) -> None:
    posted = await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="hello all")
    message_id = posted["result"]["message_id"]
    reply = await telegram_hands.send(BOB, "hello bot", LOUNGE, reply_to_message_id=message_id)
    assert reply["message"]["reply_to_message"]["text"] == "hello all"
    assert reply["update_id"] is not None
    group = await telegram_hands.post(
        "/sandbox/groups", title="Desk", members=[ANN], admins=[ADA, 777000111]
    )
    assert (await telegram_hands.send(ANN, "psst", group["id"]))["update_id"] is not None
    stranger = await telegram_hands.send(BOB, "psst", group["id"])
    assert stranger["status"] == 404


async def test_a_press_needs_its_button_unless_it_is_forged(telegram_hands: TelegramHands) -> None:
    await telegram_hands.send(ANN, "/start")
    await telegram_hands.call("sendMessage", chat_id=ANN, text="x", reply_markup=BUTTON)
    path = f"/sandbox/people/{ANN}/press"
    wrong = await telegram_hands.post(path, chat_id=ANN, message_id=2, callback_data="no")
    assert wrong["status"] == 400
    forged = await telegram_hands.post(
        path, chat_id=ANN, message_id=2, callback_data="no", forged=True
    )
    right = await telegram_hands.post(path, chat_id=ANN, message_id=2, callback_data="go")
    updates = (await telegram_hands.call("getUpdates", offset=forged["update_id"]))["result"]
    assert [each["callback_query"]["data"] for each in updates] == ["no", "go"]
    query = updates[1]["callback_query"]
    assert query["id"] == right["callback_query_id"]
    assert (query["from"]["id"], query["message"]["reply_markup"]) == (ANN, BUTTON)


async def test_a_toast_goes_to_the_one_who_pressed(telegram_hands: TelegramHands) -> None:
    await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="x", reply_markup=BUTTON)
    pressed = await telegram_hands.post(
        f"/sandbox/people/{BOB}/press", chat_id=LOUNGE, message_id=1, callback_data="go"
    )
    query_id = pressed["callback_query_id"]
    await telegram_hands.call("answerCallbackQuery", callback_query_id=query_id, text="Not yours")
    async for event in telegram_hands.events():
        if event["kind"] == "toast":
            break
    assert (event["viewer"], event["text"], event["show_alert"]) == (BOB, "Not yours", False)
    late = await telegram_hands.post(
        f"/sandbox/people/{BOB}/press?wait=0", chat_id=LOUNGE, message_id=1, callback_data="go"
    )
    assert (late["answered"], late["text"]) == (False, "")


async def test_events_are_numbered_and_replayed_from_any_point(
    telegram_hands: TelegramHands,
) -> None:
    start = (await telegram_hands.get("/sandbox/state"))["last_seq"]
    await telegram_hands.send(ANN, "one")
    await telegram_hands.call("sendMessage", chat_id=ANN, text="two")
    await telegram_hands.call("editMessageText", chat_id=ANN, message_id=2, text="three")
    await telegram_hands.call("sendChatAction", chat_id=ANN, action="typing")
    await telegram_hands.call("deleteMessage", chat_id=ANN, message_id=2)
    await telegram_hands.call("setMyCommands", commands=[{"command": "a", "description": "b"}])
    seen = []
    async with asyncio.timeout(30):
        async for event in telegram_hands.events(start):
            seen.append((event["seq"] - start, event["kind"]))
            if event["kind"] == "commands":
                break
    kinds = ["message", "message", "edit", "typing", "delete", "commands"]
    assert seen == list(enumerate(kinds, 1))
    async for event in telegram_hands.events(start + 2):
        assert event["message"]["text"] == "three"
        break


async def test_people_edit_their_own_messages_only(telegram_hands: TelegramHands) -> None:
    await telegram_hands.send(ANN, "/price BONK", LOUNGE)
    path = f"/sandbox/people/{BOB}/edit"
    stranger = await telegram_hands.post(path, chat_id=LOUNGE, message_id=1, text="/close 1")
    assert stranger["status"] == 404
    path = f"/sandbox/people/{ANN}/edit"
    await telegram_hands.post(path, chat_id=LOUNGE, message_id=1, text="/price WIF")
    update = (await telegram_hands.call("getUpdates"))["result"][-1]
    assert update["edited_message"]["text"] == "/price WIF"
    assert update["edited_message"]["edit_date"] >= update["edited_message"]["date"]


async def test_forwarded_text_names_its_origin(telegram_hands: TelegramHands) -> None:
    await telegram_hands.send(ANN, "/open BONK long 2", forward_from=BOB)
    await telegram_hands.send(ANN, "/open BONK long 3", forward_from="Somebody")
    known, hidden = (await telegram_hands.call("getUpdates"))["result"]
    assert known["message"]["forward_origin"]["sender_user"]["id"] == BOB
    assert hidden["message"]["forward_origin"]["sender_user_name"] == "Somebody"


async def test_blocking_and_unblocking_tells_the_bot(telegram_hands: TelegramHands) -> None:
    await telegram_hands.send(ANN, "/start")
    await telegram_hands.post(f"/sandbox/people/{ANN}/block")
    assert (await telegram_hands.send(ANN, "hi"))["status"] == 400
    await telegram_hands.post(f"/sandbox/people/{ANN}/unblock")
    changes = [
        each["my_chat_member"]["new_chat_member"]["status"]
        for each in (await telegram_hands.call("getUpdates"))["result"][1:]
    ]
    assert changes == ["kicked", "member"]


async def test_a_chat_of_an_earlier_world_can_be_written_to(telegram_hands: TelegramHands) -> None:
    words = {"chat_id": ANN, "text": "As I said"}
    assert (await telegram_hands.call("sendMessage", **words))["error_code"] == 403
    await telegram_hands.post(f"/sandbox/people/{ANN}/remember")
    assert (await telegram_hands.call("sendMessage", **words))["ok"] is True
    assert (await telegram_hands.post("/sandbox/people/9999/remember"))["status"] == 404


async def test_somebody_new_can_move_in_but_take_no_taken_id(
    telegram_hands: TelegramHands,
) -> None:
    added = await telegram_hands.post("/sandbox/people", first_name="Zoe", role_hint="premium")
    assert added["id"] == 5001
    assert (await telegram_hands.send(5001, "/start"))["update_id"] is not None
    taken = await telegram_hands.post("/sandbox/people", id=ANN, first_name="Not Ann")
    assert taken["status"] == 409


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/sandbox/people/9/send", {"chat_id": 9, "text": "x"}, 404),
        (f"/sandbox/people/{ANN}/send", {"chat_id": BOB, "text": "x"}, 404),
        (f"/sandbox/people/{ANN}/send", {"chat_id": ANN, "text": "  "}, 400),
        (f"/sandbox/people/{ANN}/send", {"chat_id": ANN}, 400),
        (f"/sandbox/people/{ANN}/send", {"chat_id": ANN, "text": "x" * 4097}, 400),
        (f"/sandbox/people/{ANN}/send", {"chat_id": "1e9", "text": "x"}, 400),
        ("/sandbox/people/none/send", {"chat_id": ANN, "text": "x"}, 400),
        ("/sandbox/faults", {"fail_rate": 2}, 400),
        ("/sandbox/faults", {"fail_code": 200}, 400),
        ("/sandbox/faults", {"latency_ms": -1}, 400),
    ],
)
async def test_what_no_client_would_send_is_refused_with_a_reason(
    telegram_hands: TelegramHands, path: str, body: dict[str, object], status: int
) -> None:
    answer = await telegram_hands.post(path, **body)
    assert (answer["status"], bool(answer["error"])) == (status, True)


async def test_every_kind_of_update_is_one_of_aiograms_types(
    telegram_hands: TelegramHands, telegram_bot: Bot
) -> None:
    await telegram_hands.send(ANN, "/start")
    await telegram_hands.call("sendMessage", chat_id=ANN, text="x", reply_markup=BUTTON)
    press = f"/sandbox/people/{ANN}/press"
    await telegram_hands.post(press, chat_id=ANN, message_id=2, callback_data="go")
    await telegram_hands.post(press, chat_id=ANN, message_id=9, callback_data="no", forged=True)
    path = f"/sandbox/people/{ANN}/edit"
    await telegram_hands.post(path, chat_id=ANN, message_id=1, text="/help")
    await telegram_hands.post(f"/sandbox/people/{ANN}/block")
    form = FormData({"chat_id": str(BOB), "caption": "look"})
    form.add_field("photo", png(4, 4), filename="x.png", content_type="image/png")
    address = f"{telegram_hands.base_url}/sandbox/people/{BOB}/photo"
    async with telegram_hands.session.post(address, data=form) as response:
        assert (await response.json())["message"]["caption"] == "look"
    updates = await telegram_bot.get_updates()
    assert [each.event_type for each in updates] == [
        "message",
        "callback_query",
        "callback_query",
        "edited_message",
        "my_chat_member",
        "message",
    ]
    assert isinstance(updates[2].callback_query.message, InaccessibleMessage)
    assert updates[5].message.photo[-1].width == 4


async def test_the_first_answer_to_a_press_counts_and_the_second_is_harmless(
    telegram_hands: TelegramHands,
) -> None:
    await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="x", reply_markup=BUTTON)
    press = f"/sandbox/people/{PIA}/press"
    pressed = await telegram_hands.post(press, chat_id=LOUNGE, message_id=1, callback_data="go")
    query_id = pressed["callback_query_id"]
    long = await telegram_hands.call(
        "answerCallbackQuery", callback_query_id=query_id, text="x" * 201
    )
    assert long["description"] == "Bad Request: MESSAGE_TOO_LONG"
    for text in ("first", "second"):
        answer = await telegram_hands.call(
            "answerCallbackQuery", callback_query_id=query_id, text=text
        )
        assert answer["result"] is True
    toasts = []
    async for event in telegram_hands.events():
        if event["kind"] == "toast":
            toasts.append(event["text"])
            await telegram_hands.call("sendChatAction", chat_id=LOUNGE, action="typing")
        if event["kind"] == "typing":
            break
    assert toasts == ["first"]


async def test_a_press_can_be_answered_for_150_seconds() -> None:
    now = [1_000_000.0]
    world = TelegramWorld(TOKEN, clock=lambda: now[0])
    press = world.presses.open(person_id=ANN, chat_id=ANN)
    now[0] += 150
    assert world.presses.find_open(press.query_id) is press
    now[0] += 1
    assert world.presses.find_open(press.query_id) is None


async def test_an_uploaded_page_is_never_shown_in_place(telegram_hands: TelegramHands) -> None:
    await telegram_hands.send(ANN, "/start")
    form = FormData({"chat_id": str(ANN)})
    kind = "text/html; charset=utf-8"
    form.add_field("document", b"<script>", filename="x.html", content_type=kind)
    address = f"{telegram_hands.base_url}/bot{TOKEN}/sendDocument"
    async with telegram_hands.session.post(address, data=form) as response:
        document = (await response.json())["result"]["document"]
    assert document["mime_type"] == "text/html"
    address = f"{telegram_hands.base_url}/sandbox/files/{document['file_id']}"
    async with telegram_hands.session.get(address) as response:
        assert response.headers["Content-Disposition"] == "attachment"
        assert await response.read() == b"<script>"


async def test_threads_exist_in_forums_only(telegram_hands: TelegramHands) -> None:
    forum = await telegram_hands.post(
        "/sandbox/groups", title="Forum", members=[ANN], admins=[ADA], is_forum=True
    )
    sent = await telegram_hands.call(
        "sendMessage", chat_id=forum["id"], text="x", message_thread_id=7
    )
    assert (sent["result"]["message_thread_id"], sent["result"]["is_topic_message"]) == (7, True)
    said = await telegram_hands.send(ANN, "/price", forum["id"], message_thread_id=7)
    assert said["message"]["message_thread_id"] == 7


async def test_a_world_outlives_its_server() -> None:
    world = TelegramWorld(TOKEN)
    async with aiohttp.ClientSession() as session:
        for served in range(2):
            async with serve_telegram(world) as base_url:
                hands = TelegramHands(base_url=base_url, session=session)
                await hands.send(ANN, f"number {served}")
                assert len((await hands.call("getUpdates"))["result"]) == served + 1


def test_flood_limits_let_bursts_through_and_name_the_wait() -> None:
    now = [0.0]
    limits = FloodLimits(lambda: now[0])
    for _ in range(3):
        limits.admit(ANN)
    with pytest.raises(BotApiError) as flood:
        limits.admit(ANN)
    assert flood.value.retry_after == 1
    now[0] += 1
    limits.admit(ANN)
    for chat_id in range(1, 30):
        limits.admit(chat_id)
    with pytest.raises(BotApiError, match="Too Many Requests: retry after 1"):
        limits.admit(9999)


async def test_a_hanging_call_goes_on_when_the_fault_is_lifted(
    telegram_hands: TelegramHands,
) -> None:
    await telegram_hands.post("/sandbox/faults", hang=True, methods=["getMe"], latency_ms=1)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        hanging = group.create_task(telegram_hands.call("getMe"))
        await asyncio.sleep(0.02)
        assert not hanging.done()
        await telegram_hands.post("/sandbox/faults", hang=False)
    assert hanging.result()["ok"] is True
    plan = await telegram_hands.get("/sandbox/faults")
    assert (plan["latency_ms"], plan["methods"]) == (1, ["getme"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/open BONK", [("bot_command", 0, 5)]),
        ("🚀 /open", [("bot_command", 3, 5)]),
        ("a/b 1/2", []),
        (
            "ask @ann_basic, $SOL #moon",
            [("mention", 4, 10), ("cashtag", 16, 4), ("hashtag", 21, 5)],
        ),
        ("https://a.io/x?y=1.", [("url", 0, 18)]),
        ("bonk.fun or a@b.com", [("url", 0, 8), ("email", 12, 7)]),
        ("1.5 SOL at 0.00001", []),
        ("So11111111111111111111111111111111111111112", []),
    ],
)
def test_commands_mentions_and_links_are_found(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    found = [(each.type, each.offset, each.length) for each in detect_entities(text)]
    assert found == expected
