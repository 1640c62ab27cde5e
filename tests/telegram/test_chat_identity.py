"""Who is heard: never an anonymous admin, a channel, a bot, a forward or an edit."""

import pytest

from bot.domain.users import Status
from tests.builders.chat_updates import ANN, DATE, GROUP, a_message, a_person, a_press
from tests.telegram.conftest import ChatDoor, text_of

ANONYMOUS, CHANNEL, SERVICE = 1087968824, 136817688, 777000
SENDER_CHAT = {"id": GROUP, "type": "supergroup", "title": "Lounge"}
FORWARD = {"type": "user", "date": DATE, "sender_user": a_person(999, first_name="Eve")}
A_BOT = {"id": 55, "is_bot": True, "first_name": "Other"}


@pytest.mark.parametrize("sender", [ANONYMOUS, CHANNEL, SERVICE])
async def test_nobodys_command_is_refused_with_the_reason(door: ChatDoor, sender: int) -> None:
    person = a_person(sender, is_bot=sender != SERVICE, first_name="Group")
    raw = a_message("/price WIF", sender=sender, chat=GROUP, sender_chat=SENDER_CHAT)
    raw["message"]["from"] = person
    (answer,) = await door.take(raw)
    assert "cannot see who you are" in text_of(answer)
    assert door.services.seen == [], "nobody becomes a user"


async def test_a_channels_talk_without_a_command_is_left_alone(door: ChatDoor) -> None:
    assert await door.say("hello", chat=GROUP, sender_chat=SENDER_CHAT) == []


async def test_a_post_relayed_from_a_channel_is_left_alone(door: ChatDoor) -> None:
    more = {"sender_chat": SENDER_CHAT, "is_automatic_forward": True}
    assert await door.say("/open WIF long 5", chat=GROUP, **more) == []


async def test_a_forwarded_command_is_not_a_command(door: ChatDoor) -> None:
    answer = await door.ask("/open WIF long 5", forward_origin=FORWARD)
    assert "Forwarded messages are never commands" in text_of(answer)
    assert door.services.booked == {}


async def test_a_message_through_another_bot_is_not_a_command(door: ChatDoor) -> None:
    answer = await door.ask("/open WIF long 5", via_bot=A_BOT)
    assert "through another bot" in text_of(answer)
    assert door.services.booked == {}


async def test_another_bot_is_met_with_silence(door: ChatDoor) -> None:
    raw = a_message("/price WIF", chat=GROUP)
    raw["message"]["from"] = A_BOT
    assert await door.take(raw) == []


async def test_an_edited_command_is_not_a_command(door: ChatDoor) -> None:
    edited = a_message("/open WIF long 100", kind="edited_message", edit_date=DATE)
    (answer,) = await door.take(edited)
    assert "Edited messages are never commands" in text_of(answer)
    assert await door.take(a_message("hello", kind="edited_message", edit_date=DATE)) == []
    assert door.services.booked == {}


@pytest.mark.parametrize("presser", [ANONYMOUS, CHANNEL, SERVICE])
async def test_nobodys_press_does_nothing(door: ChatDoor, presser: int) -> None:
    data = door.button("buy", 7, "1000000000", owner=presser)
    (toast,) = await door.take(a_press(data, presser=presser, chat=GROUP))
    assert "cannot see who you are" in text_of(toast)
    assert door.services.seen == []
    assert door.services.booked == {}


async def test_identity_is_the_number_and_never_the_name(door: ChatDoor) -> None:
    await door.say("/start", sender=ANN)
    raw = a_message("/start", sender=2002)
    raw["message"]["from"] = a_person(2002, first_name="Ann", username="support")
    await door.take(raw)
    assert [person.user_id for person in door.services.seen] == [ANN, 2002]


async def test_start_tells_the_pending_only_that_they_wait(door: ChatDoor) -> None:
    door.services.status = Status.PENDING
    answer = await door.ask("/start t_7")
    assert text_of(answer).startswith("⏳ You are on the list.")
    assert "SOL" not in text_of(answer)
    assert answer.chat_id == ANN
