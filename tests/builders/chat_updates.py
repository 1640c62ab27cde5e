"""Raw updates as Telegram sends them."""

import itertools

_numbers = itertools.count(5001)

ANN, BOB = 1001, 1002
GROUP = -1001000000001
BOT_ID = 777000111
DATE = 1_790_000_000


def a_person(user_id: int = ANN, **parts: object) -> dict[str, object]:
    names = {ANN: "Ann", BOB: "Bob"}
    return {"id": user_id, "is_bot": False, "first_name": names.get(user_id, "Pat"), **parts}


def a_chat(chat_id: int) -> dict[str, object]:
    if chat_id > 0:
        return {"id": chat_id, "type": "private", "first_name": "Ann"}
    return {"id": chat_id, "type": "supergroup", "title": "Lounge"}


def a_message(
    text: str | None = "/start",
    *,
    sender: int = ANN,
    chat: int | None = None,
    update_id: int | None = None,
    kind: str = "message",
    **more: object,
) -> dict[str, object]:
    number = next(_numbers)
    message: dict[str, object] = {
        "message_id": number,
        "date": DATE,
        "chat": a_chat(sender if chat is None else chat),
        "from": a_person(sender),
        **more,
    }
    if text is not None:
        message["text"] = text
    return {"update_id": update_id or number, kind: message}


def a_press(
    data: str | None,
    *,
    presser: int = ANN,
    chat: int | None = None,
    asker: int | None = None,
    message_id: int = 77,
    photo: bool = False,
) -> dict[str, object]:
    number = next(_numbers)
    message: dict[str, object] = {
        "message_id": message_id,
        "date": DATE,
        "chat": a_chat(presser if chat is None else chat),
        "from": {"id": BOT_ID, "is_bot": True, "first_name": "Kitrader"},
        "text": "a screen",
    }
    if photo:
        size = {"file_id": "f", "file_unique_id": "u", "width": 1280, "height": 960}
        message = {**message, "photo": [size], "caption": message.pop("text")}
    if asker is not None:
        asked = a_message("/price WIF", sender=asker, chat=chat)["message"]
        message["reply_to_message"] = asked
    query: dict[str, object] = {
        "id": f"q{number}",
        "from": a_person(presser),
        "message": message,
        "chat_instance": "1",
    }
    if data is not None:
        query["data"] = data
    return {"update_id": number, "callback_query": query}
