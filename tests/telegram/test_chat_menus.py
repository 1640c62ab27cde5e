"""Menus of one's own: an admin's commands for whoever becomes one, in the language one chose."""

import pytest

from bot.domain.approvals import ApprovalKind, Wish
from bot.domain.languages import Language
from bot.domain.notices import Notice, Priority
from bot.domain.people import Person
from bot.domain.users import Role, Status
from bot.sandbox.telegram_api.command_book import CommandScope
from bot.telegram.command_table import TABLE
from bot.telegram.menus import menu_notice, no_menu_notice, set_menus
from bot.telegram.people_news import PeopleNews
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, BOB
from tests.fakes.hand_clock import HandClock
from tests.fakes.people_services import an_approval
from tests.telegram.conftest import ChatDoor
from tests.telegram.town import Town, town

__all__ = ["town"]  # a fixture

OWN = {"type": "chat", "chat_id": ANN}


@pytest.fixture
def news() -> PeopleNews:
    return PeopleNews(
        clock=HandClock(),
        chance=seeded(7),
        bot_name="kitrader_bot",
        language_of=lambda _one: Language.SPANISH,
    )


def commands_of(notice: Notice) -> dict[str, str]:
    rows = notice.payload["commands"]
    assert isinstance(rows, list)
    return {row["command"]: row["description"] for row in rows}


def test_whoever_becomes_an_admin_gets_their_menu_in_their_language(news: PeopleNews) -> None:
    promoted = an_approval(wish=Wish(kind=ApprovalKind.PROMOTE, person_id=ANN, details={}))
    told, menu = news.carried_out(promoted)
    assert told.method == "sendMessage"
    assert (menu.chat_id, menu.method, menu.priority) == (ANN, "setMyCommands", Priority.REPORT)
    assert menu.payload["scope"] == OWN
    assert {"halt", "users", "wallet"} <= set(commands_of(menu))
    assert "saldo" in commands_of(menu)["wallet"]
    ann = Person(
        user_id=ANN, first_name="Ann", username=None, role=Role.BASIC, status=Status.ACTIVE
    )
    for role, is_given in ((Role.ADMIN, True), (Role.PREMIUM, False)):
        methods = [one.method for one in news.used(BOB, ann, role)]
        assert ("setMyCommands" in methods) is is_given


def test_whoever_is_an_admin_no_more_sees_the_menu_of_everybody(news: PeopleNews) -> None:
    demoted = an_approval(wish=Wish(kind=ApprovalKind.DEMOTE, person_id=ANN, details={}))
    _, menu = news.carried_out(demoted)
    assert (menu.chat_id, menu.method) == (ANN, "deleteMyCommands")
    assert menu.payload == {"scope": OWN}
    details = {"lamports": "1000000000"}
    corrected = an_approval(wish=Wish(kind=ApprovalKind.CORRECT, person_id=ANN, details=details))
    assert len(news.carried_out(corrected)) == 1


@pytest.mark.parametrize(("role", "is_there"), [(Role.BASIC, False), (Role.ADMIN, True)])
async def test_who_chooses_a_language_has_their_commands_in_it(
    door: ChatDoor, role: Role, is_there: bool
) -> None:
    door.services.role = role
    _, menu = await door.say("/language ru")
    assert menu.payload["scope"] == OWN
    assert ("halt" in commands_of(menu)) is is_there
    russian = commands_of(menu)["wallet"]
    _, _, again = await door.press(door.button("lang", 0, "en"))
    assert commands_of(again)["wallet"] != russian


async def test_telegram_takes_the_menus_and_gives_them_up_again(town: Town) -> None:
    await set_menus(town.api, TABLE, {ANN: Language.ENGLISH, 404: Language.ENGLISH})
    own = CommandScope(type="chat", chat_id=ANN)
    everybody = town.world.commands.menus[CommandScope(type="all_private_chats"), ""]
    assert len(town.world.commands.menus[own, ""]) > len(everybody)
    await town.door.inbox.outbox.put([no_menu_notice(ANN)])
    await town.holds(lambda: (own, "") not in town.world.commands.menus)
    await town.door.inbox.outbox.put([menu_notice(ANN, Role.ADMIN, Language.ENGLISH, TABLE)])
    await town.holds(lambda: (own, "") in town.world.commands.menus)
