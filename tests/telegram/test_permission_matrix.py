"""The whole matrix: everybody, every command and button, everywhere; only the listed cells act.

The application, its hearing, its doors, permissions, places and groups are the product's; the
services keep everything in memory, and each handler is replaced by one that notes that it was
reached. What handlers then do with a real database is in `tests/bad_input/test_refused_cells.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.users import Permission, PersonSeen, Role, Status, User
from bot.ports.mail import StoredUpdate
from bot.telegram import action_table, command_table
from bot.telegram.application import Application
from bot.telegram.callbacks import Press, new_nonce
from bot.telegram.receiver import lane_of
from bot.telegram.turn import Action, Command, Place, Turn
from tests.builders.chance import seeded
from tests.builders.matrix import (
    STANDING,
    WHERE,
    WHO_MAY,
    Cell,
    Subject,
    cells,
    pressed,
    sender,
    spoken,
)
from tests.builders.views import a_user
from tests.fakes.chat_services import FakeServices
from tests.fakes.hand_clock import HandClock
from tests.fakes.mail_boxes import FakeInbox
from tests.telegram.conftest import BOT_NAME


class KnownPeople(FakeServices):
    """Services that know everybody of the matrix."""

    async def identify(self, person: PersonSeen) -> User:
        self.seen.append(person)
        role, status = STANDING.get(person.user_id, (Role.BASIC, Status.ACTIVE))
        return a_user(person.user_id, role=role, status=status)


@dataclass(slots=True, kw_only=True)
class Stage:
    """An application whose handlers only say that they were reached."""

    commands: Sequence[Command]
    actions: Sequence[Action]
    clock: HandClock = field(default_factory=HandClock)
    inbox: FakeInbox = field(default_factory=FakeInbox)
    reached: list[str] = field(default_factory=list)
    services: KnownPeople = field(init=False)
    application: Application = field(init=False)
    number: int = 1

    def __post_init__(self) -> None:
        """Build the application from rows that only note."""
        self.services = KnownPeople(inbox=self.inbox)
        self.application = Application(
            services=self.services,
            inbox=self.inbox,
            clock=self.clock,
            chance=seeded(7),
            bot_name=BOT_NAME,
            commands=tuple(self.noted_command(row) for row in self.commands),
            actions=tuple(self.noted_action(row) for row in self.actions),
        )

    async def acts(self, cell: Cell) -> bool:
        """Play one cell; tells whether its handler was reached."""
        self.number += 1
        self.clock.advance(10)  # so that nobody seems to flood
        self.reached.clear()
        raw = self._update(cell)
        stored = StoredUpdate(
            update_id=self.number, lane=lane_of(raw), raw=raw, received_at=self.clock.now()
        )
        await self.inbox.store([stored])
        await self.application.handle(stored)
        assert self.inbox.failures.get(self.number) == "", f"{cell}: every update is closed"
        assert self.reached in ([], [cell.row.name]), f"{cell}: another row acted"
        return bool(self.reached)

    def _update(self, cell: Cell) -> dict[str, object]:
        if isinstance(cell.row, Command):
            return spoken(cell, cell.row.example, self.number)
        owner = sender(cell.who)["id"]
        assert isinstance(owner, int)
        nonce = new_nonce(self.clock.now(), seeded(self.number))
        data = Press(action=cell.row.name, owner=owner, target=7, nonce=nonce).pack()
        return pressed(cell, data, self.number)

    def noted_command(self, row: Command) -> Command:
        async def reached(turn: Turn, _typed: object) -> None:
            self.reached.append(row.name)
            await turn.finish()

        return replace(row, handler=reached)

    def noted_action(self, row: Action) -> Action:
        async def reached(turn: Turn, _press: object) -> None:
            self.reached.append(row.name)
            await turn.finish()

        return replace(row, handler=reached, when_stale=row.when_stale and reached)


@pytest.fixture(scope="module")
def all_cells() -> tuple[Cell, ...]:
    return tuple(cells())


def test_the_policy_knows_every_permission_and_place() -> None:
    """A new one needs its line in `tests/builders/matrix.py`, thought about by somebody."""
    assert set(WHO_MAY) == set(Permission)
    assert set(WHERE) == set(Place)


async def test_only_the_listed_cells_act(
    all_cells: tuple[Cell, ...], record_property: Callable[[str, object], None]
) -> None:
    stage = Stage(commands=command_table.TABLE, actions=action_table.TABLE)
    wrong = [str(cell) for cell in all_cells if await stage.acts(cell) is not cell.is_listed]
    acting = sum(cell.is_listed for cell in all_cells)
    told = f"{len(all_cells)} cells: {acting} act, {len(all_cells) - acting} are refused"
    record_property("matrix", told)
    print(told)  # noqa: T201 (what the issue asks to see)
    assert wrong == []


async def test_the_control_of_a_row_let_loose_is_found() -> None:
    """The same matrix with one row that asks for less than the table says."""
    loose = replace(command_table.by_name()["halt"], permission=Permission.READ_HELP)
    stage = Stage(commands=(loose,), actions=action_table.TABLE)
    strict = command_table.by_name()["halt"]
    spoilt = [cell for cell in cells() if cell.row.name == "halt" and isinstance(cell.row, Command)]
    assert all(cell.row is strict for cell in spoilt)
    wrong = [cell for cell in spoilt if await stage.acts(cell) is not cell.is_listed]
    assert {cell.who for cell in wrong} == {
        Subject.PREMIUM,
        Subject.BASIC,
        Subject.PENDING,
        Subject.FROZEN,
        Subject.STRANGER,
        Subject.GROUP_ADMIN,
    }


async def test_nobody_is_met_who_is_not_a_person(all_cells: tuple[Cell, ...]) -> None:
    """Bots, channels and anonymous admins are not even looked up, so their ids are not stored."""
    stage = Stage(commands=command_table.TABLE, actions=action_table.TABLE)
    nobody = {Subject.ANONYMOUS, Subject.CHANNEL, Subject.OTHER_BOT}
    for cell in all_cells:
        if cell.who in nobody:
            await stage.acts(cell)
    assert stage.services.seen == []
