"""The page of commands is what the tables say, and the tables are sound."""

from dataclasses import replace

import pytest

from bot.telegram import action_table, command_table
from bot.telegram.callbacks import Press
from bot.telegram.command_page import page
from bot.telegram.commands import movers
from bot.telegram.table_check import BrokenTableError, check_tables
from bot.telegram.turn import Turn
from tests.house.project import ROOT

COMMANDS, ACTIONS = command_table.by_name(), action_table.by_name()


def test_the_page_of_commands_is_that_of_the_tables() -> None:
    written = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert written == page(), "see the head of bot/telegram/command_page.py"


def test_the_tables_are_sound() -> None:
    check_tables(COMMANDS, ACTIONS)


def test_a_command_without_a_row_would_not_start() -> None:
    less = {name: row for name, row in COMMANDS.items() if row.name != "movers"}
    with pytest.raises(BrokenTableError, match=r"movers\.movers has no row"):
        check_tables(less, ACTIONS)


def test_a_button_without_a_row_would_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    async def press_more(turn: Turn, press: Press) -> None:
        raise AssertionError((turn, press))

    press_more.__module__ = movers.__name__
    monkeypatch.setattr(movers, "press_more", press_more, raising=False)
    with pytest.raises(BrokenTableError, match="press_more has no row"):
        check_tables(COMMANDS, ACTIONS)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"help_line": ""}, "not explained"),
        ({"long_help": ""}, "not explained"),
        ({"example": "/info WIF"}, "another's"),
    ],
)
def test_an_unsound_row_would_not_start(change: dict[str, str], fault: str) -> None:
    spoilt = {**COMMANDS, "price": replace(COMMANDS["price"], **change)}
    with pytest.raises(BrokenTableError, match=fault):
        check_tables(spoilt, ACTIONS)


def test_money_that_does_nothing_once_expired_would_not_start() -> None:
    spoilt = {**ACTIONS, "buy": replace(ACTIONS["buy"], when_stale=None)}
    with pytest.raises(BrokenTableError, match="does nothing once expired"):
        check_tables(COMMANDS, spoilt)


def test_two_buttons_of_one_name_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two buttons"):
        action_table.by_name((*action_table.TABLE, action_table.TABLE[0]))
