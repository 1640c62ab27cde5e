"""People in chat: asked back with the number, done at the press of yes; secrets are cut out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approvals import ApprovalKind
from bot.domain.people import Change, Verdict
from bot.domain.users import Role, Status
from bot.telegram.cleaning import clean_update
from bot.telegram.secret_pocket import PASSWORD_REMOVED, SecretPocket, without_typed_secrets
from tests.builders.chat_updates import ANN, BOB, GROUP, a_message, a_person
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

TOKEN = "i_" + "Ab9_-" * 6 + "xy"


async def told(door: ChatDoor, text: str, **more: object) -> list:
    """Say something as the receiver would hand it on: secrets in the pocket, not in the update."""
    raw = a_message(text, **more)
    door.application._pocket.keep(raw["update_id"], raw)
    return await door.take(clean_update(raw))


async def test_a_change_is_asked_back_with_name_and_number_and_done_once(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    asked = await door.ask("/ban 77 sold fake coins")
    assert "Ban Zoe 77?" in text_of(asked)
    assert "sold fake coins" in text_of(asked)
    await door.press(buttons_of(asked)["Yes"])
    assert door.services.people.changes == [(Change.BAN, 77, None, "sold fake coins")]
    (again,) = await door.press(buttons_of(asked)["Yes"])
    assert "That question is over" in text_of(again)
    assert len(door.services.people.changes) == 1


async def test_no_and_anothers_press_do_nothing(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    asked = await door.ask("/premium @zoe 30")
    (toast,) = await door.press(buttons_of(asked)["Yes"], presser=BOB)
    assert "can use these buttons" in text_of(toast)
    await door.press(buttons_of(asked)["No"])
    await door.press(buttons_of(asked)["Yes"])
    assert door.services.people.changes == []


async def test_in_a_group_the_answered_message_names_the_person_and_the_question_is_private(
    door: ChatDoor,
) -> None:
    door.services.role = Role.ADMIN
    answered = {"message_id": 5, "from": a_person(77, first_name="Zoe")}
    here, asked = await door.say("/ban spam", chat=GROUP, reply_to_message=answered)
    assert (here.chat_id, asked.chat_id) == (GROUP, ANN)
    assert "Zoe" not in text_of(here)
    assert "Ban Zoe 77?" in text_of(asked)


@pytest.mark.parametrize("sender", [{"is_bot": True}, {"id": 1087968824}, {"id": -5}])
async def test_a_bot_or_nobody_is_never_the_person_meant(door: ChatDoor, sender: dict) -> None:
    door.services.role = Role.ADMIN
    answered = {"message_id": 5, "from": a_person(77, **sender)} if "id" not in sender else {
        "message_id": 5, "from": {**a_person(77), **sender},
    }  # fmt: skip
    (answer,) = await door.say("/ban", chat=GROUP, reply_to_message=answered)
    assert "do not know whom you mean" in text_of(answer)


@pytest.mark.parametrize(
    "text",
    [
        "/ban", "/ban 0", "/ban -77", "/ban 7e1", "/ban @", "/ban \u0667\u0667", "/ban 77\u202e",
        "/premium 77 0",
        "/premium 77 -3", "/premium 77 99999", "/premium 77 1e9", "/grant 77", "/grant 77 5",
        "/grant 77 1e9 gift", "/grant 77 NaN gift", "/grant 77 --5 gift", "/promote",
        "/limits king",
        "/limits basic crown 5", "/limits basic positions", "/limits basic positions -1",
        "/limits basic leverage none", "/limits basic position 1e30", "/invite king",
        "/invite basic 0",
        "/invite basic 999999", "/revoke", "/revoke i0", "/revoke " + "9" * 400, "/whois '; DROP",
        "/users " + "%" * 4000, "/feedback",
    ],
)  # fmt: skip
async def test_bad_words_get_a_helpful_no_and_change_nothing(door: ChatDoor, text: str) -> None:
    door.services.role = Role.ADMIN
    (answer,) = await door.say(text)
    people = door.services.people
    assert len(text_of(answer)) > 20
    done = [people.changes, people.wishes, people.lowered, people.invited, people.said]
    assert done == [[]] * 5
    assert not door.services.dialogs


async def test_a_correction_is_read_with_its_sign(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    for typed, lamports in (("25", 25 * 10**9), ("+0.5", 5 * 10**8), ("-3", -3 * 10**9)):
        asked = await door.ask(f"/grant 77 {typed} contest")
        await door.press(buttons_of(asked)["Ask them"])
        wish = door.services.people.wishes[-1]
        assert (wish.kind, wish.details["lamports"]) == (ApprovalKind.CORRECT, str(lamports))


async def test_lowering_acts_and_raising_asks(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    lower = await door.ask("/limits basic positions 5")
    await door.press(buttons_of(lower)["Yes"])
    assert [one.after for one in door.services.people.lowered] == [5]
    more = await door.ask("/limits basic positions none")
    await door.press(buttons_of(more)["Ask them"])
    (wish,) = door.services.people.wishes
    assert (wish.details["name"], wish.details["value"]) == ("open_positions", None)


async def test_a_card_of_a_stranger_is_answered_by_its_button_and_nothing_forged(
    door: ChatDoor,
) -> None:
    door.services.role = Role.ADMIN
    for argument in ("", "a", "x77", "a0", "a77x", "77"):
        (toast,) = await door.press(door.button("padm", 0, argument))
        assert "don't know this button" in text_of(toast)
    await door.press(door.button("padm", 0, "r77"))
    assert door.services.people.verdicts == [(77, Verdict.REJECTED)]


async def test_a_password_is_read_once_deleted_and_stored_nowhere(door: ChatDoor) -> None:
    door.services.status = Status.PENDING
    gone, answer = await told(door, "/auth hunter2-hunter2")
    assert gone.method == "deleteMessage"
    assert "not the password" in text_of(answer)
    assert door.services.people.passwords == ["hunter2-hunter2"]
    stored = str([update.raw for update in door.inbox.updates.values()])
    assert "hunter2" not in stored
    assert door.application._pocket.of(0) == ""


async def test_a_password_in_a_group_or_amid_words_goes_unread(door: ChatDoor) -> None:
    for text, chat in (("/auth hunter2", GROUP), ("try /auth hunter2", ANN)):
        gone, answer = await told(door, text, chat=chat)
        assert gone.method == "deleteMessage"
        assert "I removed that unread" in text_of(answer)
    assert door.services.people.passwords == []


async def test_after_a_restart_the_password_and_the_link_are_asked_for_again(
    door: ChatDoor,
) -> None:
    _, answer = await door.take(clean_update(a_message("/auth hunter2")))
    assert "Send it once more" in text_of(answer)
    (answer,) = await door.take(clean_update(a_message(f"/start {TOKEN}")))
    assert "Open the link once more" in text_of(answer)


async def test_an_invitation_is_opened_by_its_link(door: ChatDoor) -> None:
    door.services.status = Status.PENDING
    (answer,) = await told(door, f"/start {TOKEN}")
    assert door.services.people.tokens == [TOKEN.removeprefix("i_")]
    assert "let in as premium" in text_of(answer)


async def test_feedback_is_answered_through_the_button(door: ChatDoor) -> None:
    await door.ask("/feedback more colours")
    door.services.role = Role.ADMIN
    await door.press(door.button("fbans", 4))
    await door.ask("they will come")
    assert door.services.people.said == ["more colours", "4: they will come"]


@given(
    before=st.text(max_size=20),
    at=st.sampled_from(["", "@kitrader_bot"]),
    space=st.sampled_from([" ", "\n", "\t", "  ", "\u00a0", ":", " = "]),
    secret=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6, max_size=40),
)
def test_no_password_behind_its_command_is_kept(
    before: str, at: str, space: str, secret: str
) -> None:
    typed = f"{before} /auth{at}{space}Q{secret}"
    kept = without_typed_secrets(typed)
    assert f"Q{secret}" not in kept.removeprefix(before)
    assert PASSWORD_REMOVED in kept


def test_what_only_looks_like_the_command_is_left_alone() -> None:
    for text in ("/authorized", "/start wallet", "/start t_7", "author /price WIF", "/auth"):
        assert without_typed_secrets(text) == text


def test_the_pocket_holds_no_more_than_it_should() -> None:
    pocket = SecretPocket()
    for number in range(1000):
        pocket.keep(number, {"message": {"text": f"/auth secret-{number}"}})
    pocket.keep(5000, {"edited_message": {"text": "/auth edited"}})
    assert (pocket.of(0), pocket.of(999), pocket.of(5000)) == ("", "secret-999", "")
