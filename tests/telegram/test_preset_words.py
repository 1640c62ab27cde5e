"""A person's presets: read as typed, kept, shown on the buttons, and refused where silly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Refusal
from bot.domain.positions import Side
from bot.domain.presets import Presets, presets_from, presets_to_json
from bot.telegram.commands.presets import read_presets
from bot.telegram.order_presets import exit_choice, own_exit
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

SILLY = (
    "buy 1 5", "buy 1 5 0.001", "buy 1 5 x", "tp", "tp -5%", "sl 99%", "trail 0", "slip 90%", "eat",
)  # fmt: skip


async def test_presets_change_the_buttons_of_a_card(door: ChatDoor) -> None:
    shown = await door.ask("/presets")
    assert "Buy 1 · 5 · 10 SOL" in text_of(shown)
    await door.press(buttons_of(shown)["Buy sizes…"])
    assert "Buy 0.5 · 2 · 20 SOL" in text_of(await door.ask("0.5 2 20"))
    card = await door.ask("/price WIF")
    assert {"Buy 0.5", "Buy 2", "Buy 20"} <= set(buttons_of(card))
    await door.ask("/presets sl 12.5%")
    offer = await door.ask("/sl 12")
    _, placed = await door.press(buttons_of(offer)["Yours: −12.5%"])  # noqa: RUF001 (as we write it)
    assert "stop at" in text_of(placed)


async def test_an_entry_that_waits_has_ones_own_slippage_unless_named(door: ChatDoor) -> None:
    await door.ask("/presets slip 2%")
    await door.ask("/oco WIF 1 buy -5% or breakout +5%")
    await door.ask("/dip WIF 1 drop 5% x3 slip 7%")
    await door.ask("/sl 12 -8%")
    orders = door.services.resting_orders.values()
    assert [order.placed.slippage_bps for order in orders] == [200, 200, 700, 1500]


@pytest.mark.parametrize("text", SILLY)
async def test_silly_presets_are_refused_and_change_nothing(door: ChatDoor, text: str) -> None:
    assert "Example: /presets" in text_of(await door.ask(f"/presets {text}"))
    assert door.services.own_presets == []


@given(stored=st.dictionaries(st.sampled_from(["sizes", "stop_bps"]), st.text() | st.integers()))
def test_anything_stored_reads_as_some_presets(stored: dict[str, object]) -> None:
    assert presets_from(stored) == Presets()


def test_presets_come_back_as_they_were_kept_and_become_words() -> None:
    mine = read_presets(Presets(), ["tp", "10%", "33.5%"])
    assert presets_from(presets_to_json(mine)) == mine
    own = own_exit("p", mine)
    assert own is not None
    way, words = exit_choice(own[1])
    assert words == ["10%:50%", "33.5%:50%"]
    assert len(way.read(words, Side.LONG)) == 2
    with pytest.raises(Refusal):
        read_presets(mine, [])
