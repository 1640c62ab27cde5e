"""Live orders that wait, in the chat: shown in numbers, confirmed, asked about, answered once."""

from dataclasses import replace

import pytest

from bot.domain.resting import RestingState
from tests.fakes.live_services import FakeLive
from tests.telegram.conftest import ANN, ChatDoor, buttons_of, text_of


@pytest.fixture
async def live(door: ChatDoor) -> ChatDoor:
    door.services.mode_book.funded.add(ANN)
    door.services.live = FakeLive(door.services)
    asked = await door.ask("/mode live")
    await door.press(buttons_of(asked)["Yes, trade LIVE"])
    return door


def ask_about(live: ChatDoor, number: int, generation: int = 3) -> None:
    order = live.services.resting_orders[number]
    firing = {"why": "gap", "price": "0.0112", "gap": "0.31"}
    live.services.resting_orders[number] = replace(
        order, state=RestingState.ASKED, generation=generation, firing=firing
    )


async def confirmed(live: ChatDoor, typed: str) -> int:
    shown = await live.ask(typed)
    await live.press(buttons_of(shown)["Confirm"])
    return max(live.services.resting_orders)


async def test_a_live_order_is_shown_in_numbers_and_waits_once_confirmed(live: ChatDoor) -> None:
    shown = await live.ask("/limit WIF buy 5 at -5% sl 8%")
    assert text_of(shown).startswith("LIVE · Let 1 order wait?")
    assert "limit buy 5 SOL at 0.01862 SOL" in text_of(shown)
    assert "within a minute" in text_of(shown)
    (order,) = live.services.resting_orders.values()
    assert order.state is RestingState.PROPOSED
    _, placed = await live.press(buttons_of(shown)["Confirm"])
    assert text_of(placed).startswith("LIVE · 1 order waits")
    (order,) = live.services.resting_orders.values()
    assert order.state is RestingState.WORKING
    (toast,) = await live.press(buttons_of(shown)["Confirm"])
    assert "answered before" in text_of(toast)


async def test_no_leaves_nothing_waiting(live: ChatDoor) -> None:
    shown = await live.ask("/sl 12 -8%")
    assert "All that is left is" in text_of(shown)
    _, told = await live.press(buttons_of(shown)["No"])
    assert "Nothing waits by that" in text_of(told)
    (order,) = live.services.resting_orders.values()
    assert order.state is RestingState.PROPOSED


async def test_what_is_asked_about_is_answered_from_the_order_itself(live: ChatDoor) -> None:
    number = await confirmed(live, "/sl 12 -8%")
    ask_about(live, number)
    shown = await live.ask(f"/order {number}")
    assert "waits for your word" in text_of(shown)
    assert "was jumped by 31" in text_of(shown)
    _, told = await live.press(buttons_of(shown)["Keep"])
    assert "It waits on" in text_of(told)
    assert live.services.resting_orders[number].state is RestingState.WORKING


async def test_an_old_question_does_nothing(live: ChatDoor) -> None:
    number = await confirmed(live, "/sl 12 -8%")
    ask_about(live, number)
    old = buttons_of(await live.ask(f"/order {number}"))["Execute now"]
    ask_about(live, number, generation=5)
    (toast,) = await live.press(old)
    assert "answered before" in text_of(toast)
    assert live.services.resting_orders[number].state is RestingState.ASKED
    _, told = await live.press(buttons_of(await live.ask(f"/order {number}"))["Execute now"])
    assert "Placed at the market" in text_of(told)
    assert live.services.resting_orders[number].state is RestingState.SUBMITTED
    assert "under way on the chain" in text_of(await live.ask("/orders"))
