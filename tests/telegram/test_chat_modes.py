"""Paper and live never mix: each screen is of one mode, and each button acts in that one alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.notices import Notice
from bot.domain.users import Mode, Role
from bot.services.modes import Modes
from bot.telegram import action_table, command_table
from bot.telegram.action_table import by_name
from bot.telegram.callbacks import Keys, read_press
from bot.telegram.commands.trading import AMOUNT_QUESTION
from bot.telegram.live_commands import LIVE_ACTIONS, LIVE_COMMANDS
from bot.telegram.turn import Place
from tests.builders.chat_updates import ANN, BOB, GROUP
from tests.builders.modes import MARKS
from tests.builders.views import a_user
from tests.fakes.hand_clock import HandClock
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

# What operators see of all wallets on paper, and what is of real money in any mode.
OF_EVERYBODY = {
    *("status", "stat", "how"),
    *(row.name for row in LIVE_COMMANDS),
    *(row.name for row in LIVE_ACTIONS if by_name()[row.name].is_of_any_mode),
}
OTHER = {Mode.PAPER: Mode.LIVE, Mode.LIVE: Mode.PAPER}
NOW = HandClock().now()


async def go_live(door: ChatDoor) -> list[Notice]:
    """Go through the question and its answer."""
    door.services.mode_book.funded.add(ANN)
    asked = await door.ask("/mode live")
    return await door.press(buttons_of(asked)["Yes, trade LIVE"])


def words_of(notice: Notice) -> str:
    payload = notice.payload
    return str(payload.get("text") or payload.get("caption") or "")


def modes_of(notice: Notice) -> set[Mode]:
    """The modes that the buttons of a message carry."""
    return {read_press(data, NOW).mode for data in buttons_of(notice).values() if data[1] == ":"}


async def test_everybody_begins_on_paper(door: ChatDoor) -> None:
    told = await door.ask("/mode")
    assert text_of(told).startswith("PAPER · You trade on paper")
    assert "/mode live" in text_of(told)


async def test_live_is_asked_once_and_explained(door: ChatDoor) -> None:
    door.services.mode_book.funded.add(ANN)
    asked = await door.ask("/mode live")
    assert text_of(asked).startswith("PAPER · Trade LIVE, with real money?")
    assert "Nobody can undo one" in text_of(asked)
    assert door.services.modes.of(ANN) is Mode.PAPER
    _toast, shown = await door.press(buttons_of(asked)["Yes, trade LIVE"])
    assert shown.payload["text"].startswith("LIVE · You trade with real money")
    assert door.services.modes.of(ANN) is Mode.LIVE
    assert door.services.modes.of(BOB) is Mode.PAPER


async def test_no_answer_in_time_means_no(door: ChatDoor) -> None:
    door.services.mode_book.funded.add(ANN)
    asked = await door.ask("/mode live")
    door.services.dialogs.clear()
    (toast,) = await door.press(buttons_of(asked)["Yes, trade LIVE"])
    assert "over" in text_of(toast)
    assert door.services.modes.of(ANN) is Mode.PAPER


async def test_live_needs_a_wallet_and_deposit_is_offered(door: ChatDoor) -> None:
    told = await door.ask("/mode live")
    assert "/deposit" in text_of(told)
    assert "Deposit" in buttons_of(told)
    assert door.services.modes.of(ANN) is Mode.PAPER


async def test_with_live_off_the_mode_is_paper_and_live_says_why(door: ChatDoor) -> None:
    book = door.services.mode_book
    book.funded.add(ANN)
    book.choices[ANN] = Mode.LIVE
    off = Modes(book=book, is_live_on=False)
    await off.load()
    door.services.modes = door.application._modes = off
    assert "not turned on trading with real money" in text_of(await door.ask("/mode live"))
    assert text_of(await door.ask("/wallet")).startswith("PAPER")
    assert "live" not in buttons_of(await door.ask("/mode"))


async def test_a_mode_is_known_again_after_a_start(door: ChatDoor) -> None:
    await go_live(door)
    again = Modes(book=door.services.mode_book, is_live_on=True)
    await again.load()
    assert again.of(ANN) is Mode.LIVE


async def test_back_to_paper_asks_nothing(door: ChatDoor) -> None:
    await go_live(door)
    told = await door.ask("/mode paper")
    assert text_of(told).startswith("PAPER · You trade on paper")
    assert door.services.modes.of(ANN) is Mode.PAPER


async def test_other_modes_are_refused_with_an_example(door: ChatDoor) -> None:
    assert "/mode paper" in text_of(await door.ask("/mode margin"))


@pytest.mark.parametrize("mode", list(Mode))
async def test_no_command_and_no_button_shows_the_other_modes_figures(
    door: ChatDoor, mode: Mode
) -> None:
    """Ask everything, and press every button of every answer, in each mode."""
    door.services.role = Role.ADMIN
    if mode is Mode.LIVE:
        await go_live(door)
    shown, faults, headed = [], [], 0
    for row in command_table.TABLE:
        if row.place is Place.GROUP or row.name in OF_EVERYBODY | {"mode"}:
            continue
        for typed in (f"/{row.name}", row.example):
            answers = await door.say(typed)
            shown += answers
            faults += [f"{typed}: {fault}" for one in answers for fault in mixed(one, mode)]
    pressed: set[str] = set()
    while shown:
        one = shown.pop()
        headed += words_of(one).startswith(mode.value.upper())
        for label, data in buttons_of(one).items():
            kind = data.split(":")[1]
            if (
                data[1] != ":"
                or f"{kind} {label}" in pressed
                or kind in OF_EVERYBODY | {"mode", "golive"}
            ):
                continue
            pressed.add(f"{kind} {label}")
            answers = await door.press(data)
            shown += answers
            faults += [
                f"{kind} {label}: {fault}" for each in answers for fault in mixed(each, mode)
            ]
    assert faults == []
    assert (len(pressed) > 100, headed > 60) == (True, True), (len(pressed), headed)


def mixed(notice: Notice, mode: Mode) -> list[str]:
    """What in a message is of the other mode."""
    other, words = OTHER[mode], words_of(notice)
    faults = [f"shows {mark}" for mark in MARKS[other] if mark in words]
    if words.startswith(other.value.upper()):
        faults.append(f"is headed {words[:40]!r}")
    if modes_of(notice) - {mode}:
        faults.append("has buttons of the other mode")
    recipe = notice.payload.get("picture") or {}
    if isinstance(recipe, dict) and recipe.get("mode", mode) != mode:
        faults.append("has a picture of the other mode")
    return faults


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_button_of_one_mode_never_acts_in_the_other(door: ChatDoor, mode: Mode) -> None:
    door.services.role = Role.ADMIN
    if mode is Mode.LIVE:
        await go_live(door)
    before = (dict(door.services.booked), list(door.services.plans), list(door.services.resets))
    bound = [row for row in action_table.TABLE if not row.is_of_any_mode]
    assert {row.name for row in bound} >= {"buy", "go", "close", "eput", "xput", "revgo", "wallet"}
    for row in bound:
        keys = Keys(owner=ANN, nonce=nonce_of(door, row.name), bot_name="b", mode=OTHER[mode])
        toast, fresh = await door.press(keys.data(row.name, 12, "1"))
        assert f"you trade {mode.value.upper()}" in text_of(toast), row.name
        assert toast.payload["show_alert"] is True
        assert text_of(fresh).startswith(mode.value.upper())
        assert fresh.method == "sendMessage", "what is there stays: its figures are of its mode"
    assert before == (door.services.booked, door.services.plans, door.services.resets)


def nonce_of(door: ChatDoor, name: str) -> str:
    return read_press(door.button(name), door.clock.now()).nonce


async def test_a_button_cut_before_there_were_modes_is_of_paper(door: ChatDoor) -> None:
    old = door.button("buy", 7, "1000000000")
    assert old.startswith("k:buy:")
    await door.press(old)
    assert len(door.services.booked) == 1
    await go_live(door)
    refused, _fresh = await door.press(door.button("buy", 7, "1000000000"))
    assert "That is of PAPER" in text_of(refused)
    assert len(door.services.booked) == 1


async def test_an_answer_to_a_question_of_the_other_mode_is_refused(door: ChatDoor) -> None:
    await go_live(door)
    await door.services.ask(a_user(), ANN, AMOUNT_QUESTION, {"token_id": "7", "code": "l1"})
    assert "That is of PAPER" in text_of(await door.ask("5"))
    assert door.services.booked == {}


async def test_paper_orders_do_not_go_through_live(door: ChatDoor) -> None:
    await go_live(door)
    assert "for paper only" in text_of(await door.ask("/reset"))
    for typed in ("/open WIF short 5", "/reverse 12"):
        await door.say(typed)
    assert door.services.booked == {}
    assert door.services.resets == []
    assert door.services.reversed == []


async def test_shorts_are_not_offered_with_real_money(door: ChatDoor) -> None:
    assert "Short" in buttons_of(await door.ask("/price WIF"))
    await go_live(door)
    card = await door.ask("/price WIF")
    assert "Short" not in buttons_of(card)
    assert "without shorts" in text_of(await door.ask("/open WIF short 5"))


async def test_money_buttons_are_red_in_live(door: ChatDoor) -> None:
    assert styles_of(await door.ask("/price WIF")) == {""}
    await go_live(door)
    assert styles_of(await door.ask("/price WIF")) == {"danger"}


def styles_of(notice: Notice) -> set[str]:
    rows = notice.payload["reply_markup"]["inline_keyboard"]
    return {
        button.get("style", "")
        for row in rows
        for button in row
        if button.get("callback_data", "")[2:6] == "buy:"
    }


async def test_what_a_group_reads_is_of_paper(door: ChatDoor) -> None:
    await go_live(door)
    card = await door.ask("/price WIF", chat=GROUP)
    assert text_of(card).startswith("PAPER")
    assert modes_of(card) == {Mode.PAPER}
    (refused,) = await door.press(door.button("buy", 7, "1000000000"), chat=GROUP)
    assert "That is of PAPER" in text_of(refused)
    assert door.services.booked == {}


@given(
    mode=st.sampled_from(list(Mode)),
    action=st.sampled_from([row.name for row in action_table.TABLE]),
    owner=st.integers(0, 10**13),
    target=st.integers(0, 999_999_999),
)
def test_the_mode_is_read_back_and_costs_no_byte(
    mode: Mode, action: str, owner: int, target: int
) -> None:
    keys = Keys(owner=owner, nonce="aaaaaaaaaa", bot_name="b", mode=mode)
    data = keys.data(action, target)
    press = read_press(data, NOW)
    assert (press.mode, press.action, press.owner, press.target) == (mode, action, owner, target)
    assert press.pack() == data
    paper = Keys(owner=owner, nonce="aaaaaaaaaa", bot_name="b")
    assert len(data) == len(paper.data(action, target))


async def test_what_is_whispered_in_a_group_is_of_the_persons_mode(door: ChatDoor) -> None:
    await go_live(door)
    whispered = await door.ask("/wallet", chat=GROUP)
    words = words_of(whispered)
    assert words.startswith("LIVE") or "for you alone" in words
    assert MARKS[Mode.PAPER][0] not in words


async def test_no_button_buys_with_real_money_in_a_group(door: ChatDoor) -> None:
    await go_live(door)
    keys = Keys(owner=ANN, nonce=nonce_of(door, "buy"), bot_name="b", mode=Mode.LIVE)
    (refused,) = await door.press(keys.data("buy", 7, "1000000000"), chat=GROUP)
    assert "private chat" in text_of(refused)
