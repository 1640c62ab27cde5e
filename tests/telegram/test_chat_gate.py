"""The way to live in chat: `/live` tells what is missing, the button leads up, `/twin`, `/gate`."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresInbox
from bot.adapters.database.twins import PostgresTwins
from bot.domain.approvals import ApprovalKind
from bot.domain.gate import Stage
from bot.domain.landing_model import LandingModel
from bot.domain.users import Role
from bot.ports.mail import StoredUpdate
from bot.services.twins import TwinFigures
from tests.builders.chat_updates import ANN, a_press
from tests.builders.gate_rooms import RULES, SOL, GateRoom, gate_room
from tests.telegram.conftest import ChatDoor, buttons_of, text_of


@pytest.fixture
async def room(database: Pool, door: ChatDoor) -> GateRoom:
    """The real gate on a real database, behind the door."""
    room = await gate_room(database)
    twins = TwinFigures(
        book=PostgresTwins(database),
        tokens=room.house.board.tokens,
        clock=room.clock,
        model=lambda: LandingModel(delay_seconds=1.2),
    )
    door.services.live = SimpleNamespace(gate=room.gate, twins=twins)
    door.services.role = Role.PREMIUM
    return room


async def test_live_says_what_is_missing_in_numbers_with_bars(
    door: ChatDoor, room: GateRoom
) -> None:
    await room.played(SOL // 10)
    shown = await door.ask("/live")
    text = text_of(shown)
    assert text.startswith("LIVE · Stage 1 of 4: paper")
    assert "nothing can be bought live yet" in text
    assert "To small · Up to 0.1 SOL in one order, 0.5 SOL in 24 hours." in text
    assert "░░░░░░░░ bets: 1 of 10" in text
    assert "█░░░░░░░ days with a bet: 1 of 5" in text
    assert "sureness: too few yet, at least 2" in text
    assert "Go up to small" not in buttons_of(shown)
    *_, rules = await door.press(buttons_of(shown)["What counts"])
    assert "from 0.05 SOL on" in text_of(rules)
    assert "30% below your highest live result" in text_of(rules)


async def test_a_threshold_that_everything_passes_is_not_told_as_a_number(
    door: ChatDoor, database: Pool
) -> None:
    steps = {
        stage: replace(step, expectancy=Decimal(-1), sureness=Decimal(-1000))
        for stage, step in RULES.steps.items()
    }
    lax = await gate_room(database, replace(RULES, steps=steps))
    door.services.live = SimpleNamespace(gate=lax.gate)
    text = text_of(await door.ask("/live"))
    assert "average bet: too few yet, any will do" in text
    assert "sureness: too few yet, any will do" in text
    assert "the whole paper wallet: 0%, any will do" in text
    assert "1000" not in text
    assert "100%" not in text


async def test_whose_record_is_whole_goes_up_by_a_button_and_once(
    door: ChatDoor, room: GateRoom
) -> None:
    await room.good_record()
    await room.database.execute("UPDATE virtual_wallets SET grant_lamports = grant_lamports - 1")
    shown = await door.ask("/live")
    up = buttons_of(shown)["Go up to small"]
    # The door's own mail is in memory: the update that the books end is stored in theirs.
    raw, now = a_press(up), door.clock.now()
    stored = StoredUpdate(update_id=raw["update_id"], lane=ANN, raw=raw, received_at=now)
    await PostgresInbox(room.database, on_outbox=lambda _queued: None).store([stored])
    await door.application.handle(stored)
    _toast, risen = await room.told(ANN)
    assert risen.startswith("LIVE · You are now at small\nUp to 0.1 SOL in one order")
    *_, again = await door.press(up)
    assert "another stage by now" in text_of(again)
    assert (await room.book.state(ANN)).stage is Stage.SMALL
    assert text_of(await door.ask("/live")).startswith("LIVE · Stage 2 of 4: small")


async def test_whoever_may_hold_no_live_wallet_does_not_go_up(
    door: ChatDoor, room: GateRoom
) -> None:
    await room.good_record()
    await room.database.execute("UPDATE virtual_wallets SET grant_lamports = grant_lamports - 1")
    door.services.role = Role.BASIC
    shown = await door.ask("/live")
    assert "Going up is for premium" in text_of(shown)
    assert "Go up to small" not in buttons_of(shown)
    (refused,) = await door.press(door.button("gateup", Stage.SMALL.rank))
    assert "premium only" in text_of(refused)
    assert (await room.book.state(ANN)).stage is Stage.PAPER


async def test_twin_tells_that_there_is_nothing_yet_and_what_paper_takes(
    door: ChatDoor, room: GateRoom
) -> None:
    assert room.owner.user_id == ANN
    text = text_of(await door.ask("/twin"))
    assert "No live order with a twin yet." in text
    assert "1.2 s, as whoever runs me has set it" in text


async def test_an_admin_can_only_ask_the_others(door: ChatDoor, room: GateRoom) -> None:
    refused = await door.ask("/gate 77 small traded for years")
    assert "may not" in text_of(refused)
    door.services.role = Role.ADMIN
    assert "don't know the stage" in text_of(await door.ask("/gate 77 huge because"))
    assert "Say why" in text_of(await door.ask("/gate 77 small"))
    asked = await door.ask("/gate 77 small traded for years")
    assert "Move Zoe 77 to the stage small of live trading" in text_of(asked)
    await door.press(buttons_of(asked)["Ask them"])
    (wish,) = door.services.people.wishes
    assert (wish.kind, wish.person_id) == (ApprovalKind.GATE, 77)
    assert wish.details == {
        "stage": "small",
        "cooling_seconds": str(room.gate.cooling_seconds),
    }


async def test_without_live_trading_all_of_it_says_so(door: ChatDoor) -> None:
    door.services.live = None
    for text in ("/live", "/twin"):
        assert "has not turned on trading with real money" in text_of(await door.ask(text))
