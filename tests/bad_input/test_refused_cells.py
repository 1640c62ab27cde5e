"""Refused commands and buttons with the whole bot and its database: nothing comes of them.

Every handler is in its place. `benchmarks/refused_cells.py` plays all refused cells of the matrix;
here are the commands of those who come near to being allowed, and a part of the buttons.
"""

import random
import secrets

import pytest

from bot.telegram import command_table
from bot.telegram.turn import Command
from tests.bad_input.quarter import Quarter
from tests.bad_input.refused_cells import play, refused, settle
from tests.builders.matrix import Cell, Spot, Subject

NEAR = {
    Subject.BASIC,
    Subject.PENDING,
    Subject.FROZEN,
    Subject.BANNED,
    Subject.GROUP_ADMIN,
    Subject.ANONYMOUS,
}
BUTTONS = 200


@pytest.fixture(scope="package")
async def settled(settled_quarter: Quarter) -> None:
    """Let everybody of the matrix live in the quarter."""
    await settle(settled_quarter.town)


async def require_nothing(quarter: Quarter, cells: list[Cell]) -> None:
    played = await play(quarter.town, cells)
    assert "\n".join(played.changed) == ""
    assert played.shown == []
    assert played.outcome.failures == 0
    await quarter.calm()


@pytest.mark.usefixtures("settled")
async def test_a_refused_command_changes_nothing_and_shows_nothing(quarter: Quarter) -> None:
    played = [
        cell
        for cell in refused()
        if isinstance(cell.row, Command)
        and cell.where in {Spot.PRIVATE, Spot.GROUP}  # a topic is a group, channels are not heard
        and cell.who in NEAR
    ]
    await require_nothing(quarter, played)
    print(f"{len(played)} refused commands")  # noqa: T201 (what the issue asks to see)


@pytest.mark.usefixtures("settled")
async def test_a_refused_button_changes_nothing_and_shows_nothing(
    quarter: Quarter,
) -> None:
    buttons = [cell for cell in refused() if not isinstance(cell.row, Command)]
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")  # noqa: T201 (pytest shows it where the test fails)
    chance = random.Random(seed)  # noqa: S311 (a seeded chance)
    await require_nothing(quarter, chance.sample(buttons, BUTTONS))
    print(f"{BUTTONS} of {len(buttons)} refused buttons")  # noqa: T201 (what the issue asks to see)


@pytest.mark.usefixtures("settled")
async def test_the_control_of_an_allowed_command_is_found(quarter: Quarter) -> None:
    watch = Cell(who=Subject.BASIC, where=Spot.PRIVATE, row=command_table.by_name()["watch"])
    assert watch.is_listed
    (row,) = (await play(quarter.town, [watch])).changed
    assert row.startswith("watchlist")
