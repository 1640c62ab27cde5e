"""Groups: how one is set up, by whom, and what its settings let through."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import Refusal
from bot.domain.groups import Audience, GroupSettings
from bot.domain.users import Role
from tests.builders.chat_updates import ANN, BOB, GROUP, a_message, a_press
from tests.builders.matrix import TOPIC
from tests.builders.views import WIF_MINT
from tests.fakes.group_services import FakeGroupClosing
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

NEW_GROUP = -1009000000009


def set_up(door: ChatDoor, **parts: object) -> None:
    here = GroupSettings(chat_id=GROUP, is_set_up=True)
    door.services.groups._known[GROUP] = replace(here, **parts)


@pytest.fixture
def managed(door: ChatDoor) -> ChatDoor:
    """A group whose Telegram admin is Ann, who has no role with us."""
    door.services.members.admins.add(ANN)
    return door


async def test_an_admin_of_the_group_sets_it_up(managed: ChatDoor) -> None:
    shown = await managed.ask("/setup", chat=GROUP)
    assert "not set up yet" in text_of(shown)
    for label, words in (("Who", "premium and admins"), ("News", "here: on"), ("Quiet", ": on")):
        (toast, edit) = await managed.press(buttons_of(shown)[label], chat=GROUP)
        assert toast.method == "answerCallbackQuery"
        assert words in text_of(edit)
        assert "is set up" in text_of(edit)
    assert managed.services.groups.of(GROUP).audience is Audience.MEMBERS


async def test_who_manages_nothing_sets_nothing_up(door: ChatDoor) -> None:
    assert "Only admins of this group" in text_of(await door.ask("/setup", chat=GROUP))
    for argument in ("who", "alerts", "price", "topic", "bind", "", "cmd"):
        (toast,) = await door.press(door.button("gset", 0, argument), chat=GROUP)
        assert "Only admins of this group" in text_of(toast)
    assert door.services.group_book.kept == {}


async def test_an_ex_admin_of_the_group_is_refused_at_the_press(managed: ChatDoor) -> None:
    shown = await managed.ask("/setup", chat=GROUP)
    managed.services.members.admins.clear()
    (toast,) = await managed.press(buttons_of(shown)["Who"], chat=GROUP)
    assert "Only admins of this group" in text_of(toast)
    assert managed.services.group_book.kept == {}


async def test_where_telegram_tells_nothing_sure_nobody_is_an_admin(managed: ChatDoor) -> None:
    managed.services.members.sees = False
    assert "Make me an admin" in text_of(await managed.ask("/setup", chat=GROUP))


async def test_money_is_not_for_admins_of_a_group(managed: ChatDoor) -> None:
    (toast,) = await managed.press(managed.button("gset", 0, "buy"), chat=GROUP)
    assert "those who run this bot" in text_of(toast)
    managed.services.role = Role.ADMIN
    await managed.press(managed.button("gset", 0, "buy"), chat=GROUP)
    assert managed.services.groups.of(GROUP).closed == {"buy"}
    (toast,) = await managed.press(managed.button("buy", 7, "1000000000"), chat=GROUP)
    assert "switched off in this group" in text_of(toast)
    assert managed.services.booked == {}


async def test_a_closed_command_and_its_button_do_nothing(door: ChatDoor) -> None:
    set_up(door, closed=frozenset({"price"}))
    assert "switched off" in text_of(await door.ask("/price WIF", chat=GROUP))
    (toast,) = await door.press(door.button("card", 7), chat=GROUP)
    assert "switched off" in text_of(toast)
    assert "WIF" in text_of(await door.ask("/price WIF")), "in private it works"


@pytest.mark.parametrize(
    ("audience", "role", "is_answered"),
    [
        (Audience.EVERYBODY, Role.BASIC, True),
        (Audience.MEMBERS, Role.BASIC, False),
        (Audience.MEMBERS, Role.PREMIUM, True),
        (Audience.ADMINS, Role.PREMIUM, False),
        (Audience.ADMINS, Role.ADMIN, True),
    ],
)
async def test_a_group_says_whom_i_answer(
    door: ChatDoor, audience: Audience, role: Role, is_answered: bool
) -> None:
    set_up(door, audience=audience)
    door.services.role = role
    answer = text_of(await door.ask("/price WIF", chat=GROUP))
    assert ("answer only some" in answer) is not is_answered


async def test_a_topic_is_kept_and_admins_of_ours_are_heard_everywhere(door: ChatDoor) -> None:
    set_up(door, thread_id=TOPIC)
    topic = {"message_thread_id": TOPIC, "is_topic_message": True}
    assert "another topic" in text_of(await door.ask("/price WIF", chat=GROUP))
    there = await door.ask("/price WIF", chat=GROUP, **topic)
    assert there.payload["message_thread_id"] == TOPIC
    door.services.role = Role.ADMIN
    assert "Everybody, in sums" in text_of(await door.ask("/status", chat=GROUP))


async def test_a_quiet_group_hears_no_refusals(door: ChatDoor) -> None:
    set_up(door, quiet=True, closed=frozenset({"price"}))
    assert await door.say("/price WIF", chat=GROUP) == []
    assert await door.say("/alerts", chat=GROUP) == []


async def test_a_pasted_address_is_a_call_where_the_group_wants_it(door: ChatDoor) -> None:
    unbound = await door.ask(WIF_MINT, chat=GROUP)
    assert "Buy 1" in buttons_of(unbound), "a group that nobody set up sees the whole card"
    set_up(door)
    card = await door.ask(WIF_MINT, chat=GROUP)
    assert "First called here by Ann" in text_of(card)
    assert "x3" in text_of(card)
    assert "x2" in text_of(card)
    set_up(door, cards=False)
    assert await door.say(WIF_MINT, chat=GROUP) == []


async def test_calls_are_shown_with_the_median(door: ChatDoor) -> None:
    shown = text_of(await door.ask("/calls", chat=GROUP))
    assert "1. WIF x3 (x2) · Ann" in shown
    assert "median best x3" in shown
    assert "is for groups" in text_of(await door.ask("/calls"))


async def test_a_group_that_moves_keeps_all_of_it_once_in_either_order(door: ChatDoor) -> None:
    set_up(door, quiet=True)
    door.services.group_book.kept = {GROUP: door.services.groups.of(GROUP)}
    for raw in (
        a_message(None, chat=GROUP, migrate_to_chat_id=NEW_GROUP),
        a_message(None, chat=NEW_GROUP, migrate_from_chat_id=GROUP),
    ):
        assert await door.take(raw) == []
    assert door.services.group_book.moves == {GROUP: NEW_GROUP}


async def test_closing_asks_first_and_only_the_asker_answers(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    asked = await door.ask("/closeall", chat=GROUP)
    assert "14 positions of 3 members, 61.2 SOL." in text_of(asked)
    yes = buttons_of(asked)["Yes, close 14"]
    (toast,) = await door.press(yes, presser=BOB, chat=GROUP, asker=ANN)
    assert "Only Ann" in text_of(toast)
    (_, done) = await door.press(yes, chat=GROUP)
    assert "Closed 13 positions" in text_of(done)
    assert "1 cannot be closed" in text_of(done)
    (toast,) = await door.press(yes, chat=GROUP)
    assert "over" in text_of(toast)


@pytest.fixture
async def cut_off(door: ChatDoor, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The press of a closing that stopped in the middle, with the bot."""
    door.services.role = Role.ADMIN
    asked = await door.ask("/closeall", chat=GROUP)
    press = a_press(buttons_of(asked)["Yes, close 14"], chat=GROUP)

    async def dies(*told: object) -> None:
        await told[-1](14)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(FakeGroupClosing, "close", dies)
        with pytest.raises(asyncio.CancelledError):
            await door.take(press)
    return press


async def test_a_closing_that_was_cut_off_is_taken_up_by_its_own_press_alone(
    door: ChatDoor, cut_off: dict[str, object]
) -> None:
    (toast,) = await door.press(cut_off["callback_query"]["data"], chat=GROUP)
    assert "over" in text_of(toast), "another press of the same button is another matter"
    door.clock.advance(120)
    (_, done) = await door.take(cut_off)
    assert "Closed 13 positions" in text_of(done)
    assert "stopped in between, and took it up again" in text_of(done)


async def test_a_closing_cut_off_long_ago_says_how_far_it_came(
    door: ChatDoor, cut_off: dict[str, object]
) -> None:
    door.clock.advance(20 * 60)
    (_, told) = await door.take(cut_off)
    assert "stopped in the middle of closing 14 positions" in text_of(told)
    assert "14 are still open. Send /closeall" in text_of(told)


@pytest.mark.parametrize("seconds", [60, 20 * 60])
async def test_a_closing_cut_off_where_nobody_is_seen_any_more_owns_up(
    door: ChatDoor, cut_off: dict[str, object], seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sees_nobody(*_told: object) -> None:
        raise Refusal("bot_not_admin")

    for name in ("close", "question"):
        monkeypatch.setattr(FakeGroupClosing, name, sees_nobody)
    door.clock.advance(seconds)
    (_, told) = await door.take(cut_off)
    assert "stopped in the middle of closing 14 positions" in text_of(told)
    assert "cannot see for sure now" in text_of(told)


async def test_a_broadcast_is_shown_first_and_sent_once(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    asked = await door.ask("/broadcast Back at 22:00 UTC,\nten minutes")
    assert "Back at 22:00 UTC,\nten minutes" in text_of(asked)
    assert "7 people" in text_of(asked)
    (_, done) = await door.press(buttons_of(asked)["Yes, send"])
    assert "Queued for 7" in text_of(done)
    await door.press(buttons_of(asked)["Yes, send"])
    assert len(door.services.broadcasts) == 1
    assert "chat_id" not in door.services.broadcasts[0]
    assert "too long" in text_of(await door.ask("/broadcast " + "x" * 3_500))


async def test_logs_and_settings_reach_the_asking_admin_alone(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    for text in ("/logs warning started", "/settings"):
        whisper = await door.ask(text, chat=GROUP)
        assert whisper.payload["ephemeral_message_parameters"] == {"receiver_user_id": ANN}
        assert "ephemeral_message_parameters" not in (await door.ask(text)).payload


async def test_people_are_counted_in_a_group_and_named_in_private_only(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    for text in ("/users", "/users Zoe"):
        shown = text_of(await door.ask(text, chat=GROUP))
        assert "People: 7\nadmin: 2 · premium: 0 · basic: 5\nbanned: 1" in shown
        assert "Zoe" not in shown
    assert "Zoe" in text_of(await door.ask("/users"))
    door.services.role = Role.BASIC
    assert await door.say("/users", chat=GROUP) == [], "it may be another bot's command"


async def test_help_in_a_group_is_of_what_its_settings_let_through(door: ChatDoor) -> None:
    assert "/price" in text_of(await door.ask("/help", chat=GROUP))
    set_up(door, closed=frozenset({"price"}))
    shown = text_of(await door.ask("/help", chat=GROUP))
    assert "/price" not in shown
    assert "/wallet" in shown, "whispered, it may be asked for here"
    assert "switched off in this group" in text_of(await door.ask("/help price", chat=GROUP))
    assert "/price" in text_of(await door.ask("/help price")), "in private it is explained"


async def test_risk_in_a_group_is_everybodys_in_sums_and_for_admins(door: ChatDoor) -> None:
    assert "private chat" in text_of(await door.ask("/risk", chat=GROUP))
    door.services.role = Role.ADMIN
    shown = text_of(await door.ask("/risk", chat=GROUP))
    assert "in sums" in shown
    assert "WIF 6 SOL · 2" in shown
