"""The refused cells of the matrix with the whole bot and its database: nothing comes of them.

Commands are played with every handler in its place, by those who may not, where they may not. That
buttons are refused too is `tests/telegram/test_permission_matrix.py`'s to show, and forged ones are
in `test_forged_presses.py`.
"""

import re

import pytest

from bot.domain.users import Role, Status
from bot.telegram.turn import Command
from tests.bad_input.quarter import Quarter, now_s
from tests.builders.matrix import IDS, STANDING, Cell, Spot, Subject, cells, sender, spoken

_FIGURES = re.compile(r"[0-9.]+ SOL|equity|R[0-9]|Wallet [0-9]", re.ASCII)
PLAYED = {
    Subject.BASIC,
    Subject.PENDING,
    Subject.FROZEN,
    Subject.BANNED,
    Subject.GROUP_ADMIN,
    Subject.ANONYMOUS,
}
_BEGUN = "UPDATE users SET role = $2, status = $3 WHERE user_id = $1"
_TURNED_AWAY = """
    INSERT INTO admissions (user_id, state, asked_at, decided_by, decided_at)
    VALUES ($1, 'rejected', now(), $1, now())
"""
_SHOWN = """
    SELECT payload ->> 'text' FROM outbox o JOIN inbox i USING (update_id)
    WHERE i.arrival > $1 AND payload ->> 'text' IS NOT NULL
"""
_EVERYTHING = [
    # That somebody banned was told so once is noted, so that silence follows.
    f"SELECT (to_jsonb(t) - 'is_ban_answered')::text FROM {table} t ORDER BY 1"  # noqa: S608 (ours)
    for table in ("users", "accounts", "transfers", "orders", "positions", "resting_orders",
                  "trading_stops", "alerts", "virtual_wallets", "role_limits", "dialogs")
]  # fmt: skip


@pytest.fixture
async def people(quarter: Quarter) -> Quarter:
    """The quarter with everybody of the matrix in it, as the database knows them."""
    for who in PLAYED - {Subject.ANONYMOUS}:
        user_id = IDS[who]
        body = {"id": user_id, "first_name": sender(who)["first_name"]}
        await quarter.town.wire.post("/sandbox/people", body)
        await quarter.town.say(user_id, "/help")
        role, status = STANDING.get(user_id, (Role.BASIC, Status.ACTIVE))
        await quarter.town.value(_BEGUN, user_id, role.value, status.value)
    # The door stands open here: whom nobody had turned away would come in with their next word.
    await quarter.town.value(_TURNED_AWAY, IDS[Subject.PENDING])
    return quarter


def refused() -> list[Cell]:
    """Give the refused cells of commands: a topic is a group, channels are not heard."""
    return [
        cell
        for cell in cells()
        if isinstance(cell.row, Command)
        and not cell.is_listed
        and cell.where in {Spot.PRIVATE, Spot.GROUP}
        and cell.who in PLAYED
    ]


async def test_a_refused_command_changes_nothing_and_shows_nothing(people: Quarter) -> None:
    town, played = people.town, refused()
    seen = await town.value("SELECT coalesce(max(arrival), 0) FROM inbox")
    first = 600_000_000
    before = [await town.rows(query) for query in _EVERYTHING]
    for number, cell in enumerate(played, start=first):
        update = spoken(cell, cell.row.example, number, date=now_s())
        await town.wire.post("/sandbox/updates/raw", update)
    await town.until(lambda: _is_done(people, first, len(played)), "all were answered")
    assert [await town.rows(query) for query in _EVERYTHING] == before
    await people.calm()
    shown = [row[0] for row in await town.rows(_SHOWN, seen)]
    assert [words for words in shown if _FIGURES.search(words)] == []
    print(f"{len(played)} refused commands")  # noqa: T201 (what the issue asks to see)


async def _is_done(quarter: Quarter, first: int, count: int) -> bool:
    query = "SELECT count(*) FROM inbox WHERE closed_at IS NOT NULL AND update_id >= $1"
    return bool(await quarter.town.value(query, first) >= count)
