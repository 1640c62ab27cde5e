"""The audit log and one's own data in the chat: who may look, what is asked before deleting."""

import pytest

from bot.domain.users import Role, Status
from bot.telegram.documents import DOCUMENT
from tests.builders.chat_updates import ANN, GROUP
from tests.fakes.audit_services import an_entry
from tests.telegram.conftest import ChatDoor, buttons_of, text_of


async def test_an_admin_reads_who_did_what(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    answer = await door.ask("/audit 1001 role.changed")
    assert door.services.audit.asked == [(1001, "rolechanged", None)]
    assert "Ada (9) changed the role of Ann (1001)" in text_of(answer)
    assert "to premium" in text_of(answer)


async def test_older_rows_come_with_the_same_filter(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    door.services.audit.entries = [an_entry(number) for number in range(20, 10, -1)]
    older = buttons_of(await door.ask("/audit 1001 role"))["Older"]
    await door.press(older)
    assert door.services.audit.asked[-1] == (1001, "role", 13)


@pytest.mark.parametrize("action", ["odd_thing", "a.b", "x" * 90])
async def test_an_action_of_tomorrow_has_words_too(door: ChatDoor, action: str) -> None:
    door.services.role = Role.ADMIN
    door.services.audit.entries = [an_entry(action=action, why="/close all @ann", count=3)]
    words = text_of(await door.ask("/audit"))
    assert "Ada (9)" in words
    assert "count 3" in words


@pytest.mark.parametrize("typed", ["/audit @ann", "/audit Привет", "/audit 1e9"])
async def test_what_is_no_person_and_no_action_is_told(door: ChatDoor, typed: str) -> None:
    door.services.role = Role.ADMIN
    assert "Try" in text_of(await door.ask(typed)) or "number" in text_of(await door.ask(typed))


async def test_nobody_else_reads_it_and_that_they_tried_is_written_down(door: ChatDoor) -> None:
    assert "may not do that" in text_of(await door.ask("/audit"))
    await door.press(door.button("audit"))
    assert door.services.audit.refusals == [
        (ANN, "not_permitted", "/audit"),
        (ANN, "not_permitted", "button audit"),
    ]


async def test_anothers_button_is_written_down_too(door: ChatDoor) -> None:
    await door.press(door.button("wallet", owner=2002))
    assert door.services.audit.refusals == [(ANN, "not_yours", "button wallet")]


async def test_who_is_banned_or_frozen_is_written_down_when_they_try(door: ChatDoor) -> None:
    door.services.status = Status.BANNED
    await door.say("/price WIF")
    door.services.status = Status.FROZEN
    await door.say("/open WIF long 1")
    assert [code for _, code, _ in door.services.audit.refusals] == ["banned", "frozen"]


async def test_other_refusals_are_not_written_down(door: ChatDoor) -> None:
    await door.say("/open WIF long 1e9")
    await door.say("/nonsense")
    assert door.services.audit.refusals == []


async def test_my_data_says_what_is_kept_and_who_looked(door: ChatDoor) -> None:
    door.services.audit.entries = [an_entry(action="staff.looked", what="wallet")]
    words = text_of(await door.ask("/mydata"))
    assert "Messages between us: a week" in words
    assert "Ada (9) looked at Ann (1001)" in words
    assert "what wallet" in words


async def test_all_of_it_comes_as_a_file(door: ChatDoor) -> None:
    export = buttons_of(await door.ask("/mydata"))["Export"]
    _, document = await door.press(export)
    assert document.method == "sendDocument"
    assert document.payload[DOCUMENT] == {
        "name": "kitrader_my_data.zip",
        "recipe": {"what": "my_data", "user_id": ANN},
    }


async def test_deleting_asks_first_and_can_be_taken_back(door: ChatDoor) -> None:
    shown = buttons_of(await door.ask("/mydata"))
    question = (await door.press(shown["Delete…"]))[-1]
    assert "books balance only as a whole" in text_of(question)
    assert door.services.my_data.wish is None
    yes = buttons_of(question)["Yes, delete"]
    done = (await door.press(yes))[-1]
    assert "You asked to be deleted: on" in text_of(done)
    assert door.services.my_data.wish is not None
    assert "question is over" in str((await door.press(yes))[0].payload)
    back = (await door.press(buttons_of(done)["Cancel deletion"]))[-1]
    assert "Nothing will be deleted" in text_of(back)
    assert door.services.my_data.wish is None


async def test_an_old_question_deletes_nothing(door: ChatDoor) -> None:
    shown = buttons_of(await door.ask("/mydata"))
    yes = buttons_of((await door.press(shown["Delete…"]))[-1])["Yes, delete"]
    door.clock.advance(16 * 60)
    assert "question is over" in str((await door.press(yes))[0].payload)
    assert door.services.my_data.wish is None


async def test_an_admin_sees_who_asks_to_be_deleted(door: ChatDoor) -> None:
    shown = buttons_of(await door.ask("/mydata"))
    await door.press(buttons_of((await door.press(shown["Delete…"]))[-1])["Yes, delete"])
    door.services.role = Role.ADMIN
    listed = buttons_of(await door.ask("/audit"))["1 deletion request"]
    assert f"{ANN} asked" in text_of((await door.press(listed))[-1])


async def test_privacy_is_a_screenful_and_open_to_all(door: ChatDoor) -> None:
    door.services.status = Status.PENDING
    words = text_of(await door.ask("/privacy"))
    assert "/mydata" in words
    assert len(words) < 1200
    door.services.status = Status.ACTIVE
    assert "/mydata" in text_of((await door.say("/privacy", chat=GROUP))[0])
