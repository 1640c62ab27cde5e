"""Ephemeral messages of the sandbox: who sees one, when the bot may send one, what it then does."""

from aiogram import Bot
from aiogram.types import EphemeralMessageParameters, ReplyParameters

from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ADA, ANN, BOB, LOUNGE, TelegramHands

BUTTON = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def as_admin(hands: TelegramHands) -> None:
    await hands.post(f"/sandbox/chats/{LOUNGE}/members", status="administrator", has_rights=False)


async def whisper(hands: TelegramHands, receiver: int = ANN, **more: object) -> dict:
    told = {"receiver_user_id": receiver, **more.pop("told", {})}
    body = {"chat_id": LOUNGE, "text": "only you", "ephemeral_message_parameters": told}
    return await hands.call("sendMessage", **(body | more))


async def seen(hands: TelegramHands, viewer: int) -> list[str]:
    path = f"/sandbox/chats/{LOUNGE}/messages"
    return [m.get("text", "") for m in (await hands.get(path, viewer=viewer))["messages"]]


async def test_only_the_addressed_person_sees_a_whisper(telegram_hands: TelegramHands) -> None:
    await as_admin(telegram_hands)
    sent = (await whisper(telegram_hands))["result"]
    assert sent["message_id"] == 0
    assert sent["receiver_user"]["id"] == ANN
    assert await seen(telegram_hands, ANN) == ["only you"]
    assert await seen(telegram_hands, BOB) == []
    assert await telegram_hands.messages(LOUNGE) == [], "nor does anybody who just looks"
    event = await telegram_hands.bot_event("message")
    assert event["viewer"] == ANN


async def test_a_bot_that_is_no_admin_needs_a_press_or_an_ephemeral_command(
    telegram_hands: TelegramHands,
) -> None:
    refused = await whisper(telegram_hands)
    assert refused["description"] == "Bad Request: MESSAGE_NOT_COMMAND"
    await telegram_hands.send(ANN, "/wallet", LOUNGE, ephemeral=True)
    (update,) = (await telegram_hands.call("getUpdates"))["result"]
    asked = update["message"]
    assert (asked["message_id"], asked["receiver_user"]["is_bot"]) == (0, True)
    assert await seen(telegram_hands, BOB) == [], "the command too is seen by nobody else"
    answered = {"ephemeral_message_id": asked["ephemeral_message_id"]}
    assert (await whisper(telegram_hands, reply_parameters=answered))["ok"]
    aloud = await telegram_hands.call(
        "sendMessage", chat_id=LOUNGE, text="x", reply_parameters=answered
    )
    assert aloud["ok"] is False, "what was whispered is not answered aloud"
    to_bob = await whisper(telegram_hands, BOB, reply_parameters=answered)
    assert to_bob["description"] == "Bad Request: message to be replied not found"


async def test_a_press_lets_the_bot_whisper_for_fifteen_seconds(
    telegram_world: TelegramWorld, telegram_hands: TelegramHands
) -> None:
    now = [telegram_world.clock()]
    telegram_world.clock = telegram_world.presses._clock = lambda: now[0]
    await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="x", reply_markup=BUTTON)
    press = f"/sandbox/people/{ANN}/press"
    pressed = await telegram_hands.post(press, chat_id=LOUNGE, message_id=1, callback_data="go")
    told = {"callback_query_id": pressed["callback_query_id"]}
    assert (await whisper(telegram_hands, told=told))["ok"]
    assert (await whisper(telegram_hands, BOB, told=told))["ok"] is False, "Ann pressed, not Bob"
    now[0] += 15.5
    late = await whisper(telegram_hands, told=told)
    assert late["description"] == "Bad Request: QUERY_ID_INVALID"


async def test_nobody_outside_can_be_whispered_to(telegram_hands: TelegramHands) -> None:
    await as_admin(telegram_hands)
    await telegram_hands.post(f"/sandbox/chats/{LOUNGE}/members", user_id=BOB, status="left")
    for receiver in (BOB, 424242, 777000111):
        refused = await whisper(telegram_hands, receiver)
        assert refused["description"] == "Bad Request: USER_NOT_PARTICIPANT"
    await telegram_hands.send(ANN, "/start")
    refused = await whisper(telegram_hands, chat_id=ANN)
    assert "only to groups" in refused["description"]


async def test_only_the_addressee_presses_and_the_bot_edits_by_the_ephemeral_id(
    telegram_hands: TelegramHands,
) -> None:
    await as_admin(telegram_hands)
    sent = (await whisper(telegram_hands, reply_markup=BUTTON))["result"]
    path = f"/sandbox/chats/{LOUNGE}/messages"
    (shown,) = (await telegram_hands.get(path, viewer=ANN))["messages"]
    button = {"chat_id": LOUNGE, "message_id": shown["message_id"], "callback_data": "go"}
    assert (await telegram_hands.post(f"/sandbox/people/{BOB}/press", **button))["status"] == 400
    await telegram_hands.post(f"/sandbox/people/{ANN}/press", **button)
    update = (await telegram_hands.call("getUpdates"))["result"][-1]
    held = update["callback_query"]["message"]
    assert (held["message_id"], held["ephemeral_message_id"]) == (0, sent["ephemeral_message_id"])
    named = {"chat_id": LOUNGE, "ephemeral_message_id": held["ephemeral_message_id"]}
    for wrong in ({"receiver_user_id": BOB}, {"receiver_user_id": ANN, "ephemeral_message_id": 5}):
        gone = await telegram_hands.call("editEphemeralMessageText", text="y", **(named | wrong))
        assert gone["description"] == "Bad Request: MESSAGE_ID_INVALID"
    plain = await telegram_hands.call(
        "editMessageText", chat_id=LOUNGE, message_id=shown["message_id"], text="y"
    )
    assert plain["description"] == "Bad Request: message to edit not found"
    named["receiver_user_id"] = ANN
    edited = await telegram_hands.call("editEphemeralMessageText", text="y", **named)
    assert edited["result"] is True
    assert await seen(telegram_hands, ANN) == ["y"]
    assert (await telegram_hands.call("deleteEphemeralMessage", **named))["result"] is True
    assert (await telegram_hands.call("deleteEphemeralMessage", **named))["ok"] is False


async def test_aiogram_reads_and_answers_an_ephemeral_command(
    telegram_hands: TelegramHands, telegram_bot: Bot
) -> None:
    await telegram_hands.send(ANN, "/wallet", LOUNGE, ephemeral=True)
    (update,) = await telegram_bot.get_updates()
    sent = await telegram_bot.send_message(
        LOUNGE,
        "yours",
        ephemeral_message_parameters=EphemeralMessageParameters(receiver_user_id=ANN),
        reply_parameters=ReplyParameters(ephemeral_message_id=update.message.ephemeral_message_id),
    )
    assert (sent.message_id, sent.receiver_user.id) == (0, ANN)
    assert await telegram_bot.edit_ephemeral_message_text(
        chat_id=LOUNGE,
        receiver_user_id=ANN,
        ephemeral_message_id=sent.ephemeral_message_id,
        text="still yours",
    )


async def test_an_old_server_knows_no_whispers_and_says_them_aloud(
    telegram_world: TelegramWorld, telegram_hands: TelegramHands
) -> None:
    telegram_world.knows_whispers = False
    gone = await telegram_hands.call(
        "deleteEphemeralMessage", chat_id=LOUNGE, receiver_user_id=ANN, ephemeral_message_id=1
    )
    assert gone["error_code"] == 404
    assert (await whisper(telegram_hands))["result"]["message_id"] == 1


async def test_a_menu_keeps_which_commands_are_ephemeral(telegram_hands: TelegramHands) -> None:
    rows = [
        {"command": "wallet", "description": "yours", "is_ephemeral": True},
        {"command": "price", "description": "a price"},
    ]
    scope = {"type": "all_group_chats"}
    await telegram_hands.call("setMyCommands", commands=rows, scope=scope)
    assert (await telegram_hands.call("getMyCommands", scope=scope))["result"] == rows


async def test_places_in_a_group_are_told_as_telegram_tells_them(
    telegram_hands: TelegramHands,
) -> None:
    members = f"/sandbox/chats/{LOUNGE}/members"

    async def standing(person: int) -> dict:
        asked = {"chat_id": LOUNGE, "user_id": person}
        return (await telegram_hands.call("getChatMember", **asked))["result"]

    await telegram_hands.post(members, user_id=ANN, status="creator")
    assert (await standing(ANN))["status"] == "creator"
    await telegram_hands.post(members, user_id=BOB, status="administrator", has_rights=False)
    titled = await standing(BOB)
    assert (titled["status"], titled["can_change_info"]) == ("administrator", False)
    await telegram_hands.post(members, user_id=ADA, status="administrator", is_anonymous=True)
    assert (await standing(ADA))["is_anonymous"] is True
    await as_admin(telegram_hands)
    await telegram_hands.send(ADA, "/setup", LOUNGE)
    heard = (await telegram_hands.call("getUpdates"))["result"][-1]["message"]
    assert heard["from"]["username"] == "GroupAnonymousBot"
    assert heard["sender_chat"]["id"] == LOUNGE
    for person in (424242, "x"):
        assert (await telegram_hands.post(members, user_id=person, status="left"))["status"] >= 400
    assert (await telegram_hands.post(members, user_id=ANN, status="king"))["status"] == 400


async def test_the_bot_hears_that_it_was_removed_and_taken_back(
    telegram_hands: TelegramHands,
) -> None:
    members = f"/sandbox/chats/{LOUNGE}/members"
    await telegram_hands.post(members, status="kicked", by=ADA)
    refused = await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="x")
    assert refused["description"] == "Forbidden: bot was kicked from the supergroup chat"
    await telegram_hands.post(members, status="member")
    assert (await telegram_hands.call("sendMessage", chat_id=LOUNGE, text="x"))["ok"]
    changes = [u["my_chat_member"] for u in (await telegram_hands.call("getUpdates"))["result"]]
    assert [one["new_chat_member"]["status"] for one in changes] == ["kicked", "member"]
    assert changes[0]["from"]["id"] == ADA
