"""The refused cells of the matrix, pushed at the whole bot and its database, and what came of it.

Everybody of the matrix lives in the town and has a wallet, so that there is something that a
refused command or button could change or show; with positions too, where no price moves.
"""

import asyncio
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.users import Role, Status
from bot.telegram.callbacks import Press, new_nonce
from bot.telegram.turn import Command
from tests.bad_input.forgeries import Outcome, Update, push_all
from tests.bad_input.quarter import now_s
from tests.builders.chance import seeded
from tests.builders.matrix import IDS, STANDING, Cell, Subject, cells, pressed, sender, spoken
from tests.journeys.town import Town

NOBODY = {Subject.ANONYMOUS, Subject.CHANNEL, Subject.OTHER_BOT}
_numbers = itertools.count(600_000_000)
_FIGURES = re.compile(r"[0-9.]+ SOL|equity|R[0-9]|Wallet [0-9]", re.ASCII)
_BEGUN = "UPDATE users SET role = $2, status = $3 WHERE user_id = $1"
_TURNED_AWAY = "INSERT INTO admissions VALUES ($1, 'rejected', now(), $2, now())"
_SHOWN = """
    SELECT payload ->> 'text' FROM outbox o JOIN inbox i USING (update_id)
    WHERE i.arrival > $1 AND payload ->> 'text' IS NOT NULL
"""
# That somebody banned was told so once is noted, so that silence follows; and the clock marks each
# wallet's equity meanwhile.
_NOT_THEIRS = "'{is_ban_answered,day_on,day_lamports,peak_lamports}'::text[]"
_EVERYTHING = {
    table: f"SELECT (to_jsonb(t) - {_NOT_THEIRS})::text FROM {table} t ORDER BY 1"  # noqa: S608 (ours)
    for table in (
        "users",
        "accounts",
        "transfers",
        "orders",
        "positions",
        "resting_orders",
        "trading_stops",
        "alerts",
        "virtual_wallets",
        "role_limits",
        "dialogs",
        "groups",
        "approvals",
        "invitations",
        "live_wallets",
        "star_invoices",
        "trading_locks",
        "role_grants",
        "own_freezes",
        "watchlist",
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of refused cells: rows that changed, before and after, and texts with figures."""

    outcome: Outcome
    changed: Sequence[str]
    shown: Sequence[str]


def refused() -> Iterator[Cell]:
    """Give every refused cell, from the tables as they are now."""
    return (cell for cell in cells() if not cell.is_listed)


async def settle(town: Town, *, holding: str = "") -> None:
    """Let everybody of the matrix move in, who is somebody, as the database is to know them.

    `holding` is an order that each places before: with its prices still, nothing else changes it.
    """
    async with asyncio.TaskGroup() as group:
        for who in set(Subject) - NOBODY:
            group.create_task(_move_in(town, who, holding or "/start"))


async def _move_in(town: Town, who: Subject, first: str) -> None:
    user_id = IDS[who]
    await town.wire.post(
        "/sandbox/people", {"id": user_id, "first_name": sender(who)["first_name"]}
    )
    await town.say(user_id, "/help")
    if who is not Subject.STRANGER:
        await town.say(user_id, first)
    role, status = STANDING.get(user_id, (Role.BASIC, Status.ACTIVE))
    await town.value(_BEGUN, user_id, role.value, status.value)
    if status is Status.PENDING:
        # Whom nobody turned away is let in at their next word: the town's doors are open.
        await town.value(_TURNED_AWAY, user_id, IDS[Subject.ADMIN])


async def play(town: Town, played: Sequence[Cell]) -> Played:
    """Push the cells, wait until all are dealt with, and hold the database against before."""
    seen = await town.value("SELECT coalesce(max(arrival), 0) FROM inbox")
    before = await _rows(town)
    outcome = await push_all(town, map(_update, played))
    changed = sorted(before ^ await _rows(town))
    texts = [row[0] for row in await town.rows(_SHOWN, seen)]
    shown = [text for text in texts if _FIGURES.search(text)]
    return Played(outcome=outcome, changed=changed, shown=shown)


async def _rows(town: Town) -> set[str]:
    return {
        f"{table}: {row[0]}"
        for table, query in _EVERYTHING.items()
        for row in await town.rows(query)
    }


def _update(cell: Cell) -> Update:
    if isinstance(cell.row, Command):
        update = spoken(cell, cell.row.example, next(_numbers), date=now_s())
    else:
        update = pressed(cell, _own_button(cell), next(_numbers), date=now_s())
    return {name: value for name, value in update.items() if name != "update_id"}


def _own_button(cell: Cell) -> str:
    """Give a fresh button of the presser's own, about their first position."""
    owner, now = sender(cell.who)["id"], datetime.now(UTC)  # noqa: TID251 (the bot's clock is real)
    assert isinstance(owner, int)
    nonce = new_nonce(now, seeded(next(_numbers)))
    return Press(action=cell.row.name, owner=owner, target=1, nonce=nonce).pack()
