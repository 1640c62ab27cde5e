"""Who is what in a group, as Telegram tells it live, and what becomes of a bot that is removed.

The door works on the sandbox, whose getChatMember and my_chat_member answer as Telegram's do.
"""

import pytest

from bot.domain.errors import Refusal
from bot.domain.groups import GroupSettings
from bot.domain.notices import Notice
from bot.domain.users import Role
from bot.telegram.layout import Screen, to_send
from bot.telegram.poller import ALLOWED_UPDATES
from bot.telegram.receiver import lane_of
from bot.telegram.rich_text import Text
from tests.builders.chat_updates import BOT_ID, GROUP
from tests.builders.views import a_user
from tests.telegram.town import ADA, ANN, BOB, LOUNGE, Town, town

__all__ = ["town"]  # a fixture

PIA = 2001


async def asked(town: Town, person: int, text: str) -> str:
    """Ask in the lounge and give the bot's answer."""
    before = len([m for m in await town.messages(LOUNGE) if m["from"]["id"] == BOT_ID])
    await town.send(person, text, LOUNGE)
    return (await town.until(LOUNGE, lambda texts: len(texts) > before))[-1]


async def test_who_may_set_a_group_up_is_asked_of_telegram_live(town: Town) -> None:
    assert "cannot see for sure" in await asked(town, ANN, "/setup"), "the bot is no admin"
    await town.seat("administrator", has_rights=False)
    assert "Only admins of this group" in await asked(town, ANN, "/setup")
    await town.seat("administrator", ANN, has_rights=False)
    assert "right to change the group's info" in await asked(town, ANN, "/setup")
    await town.seat("administrator", ANN)
    assert "not set up yet" in await asked(town, ANN, "/setup")
    await town.seat("creator", BOB)
    assert "not set up yet" in await asked(town, BOB, "/setup")
    await town.seat("member", ANN)
    assert "Only admins of this group" in await asked(town, ANN, "/setup")
    assert town.door.services.group_book.kept == {}


async def test_who_lost_the_right_presses_the_old_buttons_in_vain(town: Town) -> None:
    await town.seat("administrator")
    await town.seat("administrator", ANN)
    await asked(town, ANN, "/setup")
    await town.seat("left", ANN)
    await town.seat("member", ANN)
    pressed = await town.press(ANN, LOUNGE, "Quiet")
    assert "Only admins of this group" in str(pressed["text"])
    assert town.door.services.group_book.kept == {}


async def test_an_anonymous_admin_is_nobody_to_us(town: Town) -> None:
    await town.seat("administrator")
    await town.seat("creator", ADA, is_anonymous=True)
    assert "cannot see who you are" in await asked(town, ADA, "/setup")
    assert "cannot see who you are" in await asked(town, ADA, "/closeall")
    assert town.door.services.group_book.kept == {}


async def test_the_owner_of_a_group_is_not_enough_for_money(town: Town) -> None:
    await town.seat("administrator")
    await town.seat("creator", ANN)
    assert "may not do that" in await asked(town, ANN, "/closeall")
    await asked(town, ANN, "/setup")
    await town.press(ANN, LOUNGE, "Commands")
    await town.until(LOUNGE, lambda texts: texts[-1].startswith("Commands in this group"))
    pressed = await town.press(ANN, LOUNGE, "✓ Buy buttons")
    assert "those who run this bot" in str(pressed["text"])
    assert town.door.services.group_book.kept == {}


async def test_those_who_are_closed_are_those_who_are_here_now(town: Town) -> None:
    groups, admin = town.door.services.groups, a_user(ADA, role=Role.ADMIN)
    town.door.services.group_book.met_people |= {(one, LOUNGE) for one in (ANN, BOB, PIA, ADA)}
    with pytest.raises(Refusal) as refused:
        await groups.members(admin, LOUNGE)
    assert refused.value.code == "bot_not_admin"
    await town.seat("administrator", has_rights=False)
    await town.seat("left", BOB)
    await town.seat("kicked", PIA)
    assert await groups.members(admin, LOUNGE) == [ANN, ADA]


def a_letter(chat: int, text: str) -> Notice:
    return to_send(Screen(text=Text(text)), chat)


async def test_a_removed_bot_sends_nothing_more_at_once_and_goes_on_when_it_is_back(
    town: Town,
) -> None:
    known, outbox = town.door.services.groups._known, town.door.inbox.outbox
    known[LOUNGE] = GroupSettings(chat_id=LOUNGE, is_set_up=True, alerts=True)
    town.door.services.group_book.kept[LOUNGE] = known[LOUNGE]
    assert town.door.services.groups.with_alerts() == [LOUNGE]
    await town.change_faults(hang=True, methods=["sendMessage"])
    await outbox.put([a_letter(LOUNGE, str(number)) for number in range(3)])
    await town.seat("kicked", by=ADA)
    await town.holds(lambda: town.reachability.is_closed(LOUNGE))
    await town.holds(lambda: not town.door.services.groups.with_alerts())
    assert town.door.services.group_book.kept[LOUNGE].is_gone
    await town.change_faults(hang=False)
    await outbox.put([a_letter(LOUNGE, "later")])
    await town.holds(lambda: outbox.is_drained)
    assert outbox.delivered == {}
    assert await town.messages(LOUNGE) == []
    await town.seat("member", by=ANN)
    await town.holds(lambda: not town.reachability.is_closed(LOUNGE))
    assert outbox.closed == {}
    assert town.door.services.groups.with_alerts() == [LOUNGE]
    await outbox.put([a_letter(LOUNGE, "again")])
    assert await town.until(LOUNGE, lambda texts: len(texts) == 1) == ["again"]


async def test_who_blocks_the_bot_is_sent_nothing_until_they_take_it_back(town: Town) -> None:
    await town.send(ANN, "/start")
    await town.until(ANN, lambda texts: len(texts) == 1)
    await town.act(f"people/{ANN}/block")
    await town.holds(lambda: town.reachability.is_closed(ANN))
    outbox = town.door.inbox.outbox
    await outbox.put([a_letter(ANN, "a warning")])
    await town.holds(lambda: outbox.is_drained)
    assert "the bot is kicked" in outbox.closed[ANN], "found out from no failed message"
    await town.act(f"people/{ANN}/unblock")
    await town.holds(lambda: not town.reachability.is_closed(ANN))
    await outbox.put([a_letter(ANN, "another")])
    assert (await town.until(ANN, lambda texts: len(texts) == 2))[-1] == "another"


async def test_a_group_that_nobody_set_up_has_nothing_to_mark(town: Town) -> None:
    await town.seat("left")
    await town.holds(lambda: town.reachability.is_closed(LOUNGE))
    await town.seat("administrator")
    await town.holds(lambda: not town.reachability.is_closed(LOUNGE))
    assert town.door.services.group_book.kept == {}


def test_removals_of_one_group_are_in_one_order_whoever_removes() -> None:
    assert "my_chat_member" in ALLOWED_UPDATES
    changes = [
        {"update_id": 1, "my_chat_member": {"chat": {"id": GROUP}, "from": {"id": who}}}
        for who in (ANN, BOB)
    ]
    assert {lane_of(one) for one in changes} == {GROUP}
