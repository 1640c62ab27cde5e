"""Buttons: whose they are, how long they live, that each keyboard acts once, and where."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.approvals import ApprovalKind, Wish
from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Role
from bot.telegram import action_table
from bot.telegram.callbacks import Keys, new_nonce, read_press
from bot.telegram.layout import WHISPER
from bot.telegram.live_commands import LIVE_ACTIONS
from bot.telegram.turn import Place
from tests.builders.chance import seeded
from tests.builders.chat_updates import ANN, BOB, GROUP, a_message, a_press
from tests.builders.examples import examples
from tests.builders.views import SOL, a_token
from tests.fakes.audit_services import a_wish, an_entry
from tests.fakes.hand_clock import HandClock
from tests.fakes.people_services import an_approval
from tests.fakes.premium_services import CHARGE
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

MONEY = [action for action in action_table.TABLE if action.is_money]


async def test_a_buy_books_once_and_the_card_gets_fresh_buttons(door: ChatDoor) -> None:
    card = await door.ask("/price WIF")
    data = buttons_of(card)["Buy 5"]
    toast, fresh, receipt = await door.press(data)
    assert toast.payload["text"] == "Bought 270.9 WIF · #12"
    assert fresh.method == "editMessageReplyMarkup"
    assert buttons_of(fresh)["Buy 5"] != data
    assert text_of(receipt).startswith("PAPER · Bought")
    (again,) = await door.press(data)
    assert text_of(again) == "Already done: order #15. Nothing was done twice."
    (intent,) = door.services.booked.values()
    assert intent == OpenIntent(token_id=7, side=Side.LONG, size_lamports=5 * SOL)


async def test_fifty_presses_of_one_button_book_one_order(door: ChatDoor) -> None:
    data = door.button("buy", 7, "1000000000")
    for _ in range(50):
        await door.press(data)
    assert len(door.services.booked) == 1


async def test_two_buttons_of_one_keyboard_act_once(door: ChatDoor) -> None:
    buttons = buttons_of(await door.ask("/price WIF"))
    await door.press(buttons["Buy 5"])
    (toast,) = await door.press(buttons["Buy 1"])
    assert "One press per keyboard" in text_of(toast)
    assert len(door.services.booked) == 1


async def test_a_receipt_and_its_card_do_not_share_a_keyboard(door: ChatDoor) -> None:
    _, fresh, receipt = await door.press(door.button("buy", 7, "1000000000"))
    await door.press(buttons_of(fresh)["Buy 5"])
    await door.press(buttons_of(receipt)["Close all"])
    assert list(door.services.booked.values())[-1] == CloseIntent(number=12, percent=100)


async def test_no_two_keyboards_share_a_nonce(door: ChatDoor) -> None:
    cards = [await door.ask("/price WIF") for _ in range(20)]
    assert len({buttons_of(card)["Buy 1"] for card in cards}) == 20


async def test_a_strangers_press_is_refused_by_the_askers_name(door: ChatDoor) -> None:
    card = await door.ask("/price WIF", chat=GROUP)
    data = buttons_of(card)["Buy 5"]
    (toast,) = await door.press(data, presser=BOB, chat=GROUP, asker=ANN)
    assert text_of(toast).startswith("Only Ann can use these buttons.")
    assert toast.payload["show_alert"] is True
    (toast,) = await door.press(data, presser=BOB, chat=GROUP)
    assert text_of(toast).startswith("Only the person who asked can use these")
    assert door.services.booked == {}


async def test_a_buy_in_a_group_sends_its_receipt_to_the_person_alone(door: ChatDoor) -> None:
    card = await door.ask("/price WIF", chat=GROUP)
    toast, fresh, receipt = await door.press(buttons_of(card)["Buy 5"], chat=GROUP)
    assert (fresh.chat_id, receipt.chat_id) == (GROUP, ANN)
    assert "Wallet" not in text_of(toast)
    assert text_of(toast).endswith("receipt in our private chat")
    assert "More in private" in buttons_of(fresh)
    assert "Close all" in buttons_of(receipt)


@pytest.mark.parametrize("action", MONEY, ids=lambda action: action.name)
async def test_an_expired_money_button_shows_afresh_and_orders_nothing(
    door: ChatDoor, action: object
) -> None:
    target, argument = (12, "50") if action.name == "close" else (7, "l1x1000000000")
    at = door.clock.now() - timedelta(minutes=16)
    notices = await door.press(door.button(action.name, target, argument, at=at))
    assert door.services.booked == {}
    assert door.services.resets == []
    assert notices[0].method == "answerCallbackQuery"
    assert text_of(notices[0])


async def test_a_button_of_yesterday_says_that_it_is_too_old(door: ChatDoor) -> None:
    at = door.clock.now() - timedelta(hours=23)
    assert len(await door.press(door.button("wallet", at=at))) == 2
    at = door.clock.now() - timedelta(hours=25)
    (toast,) = await door.press(door.button("wallet", at=at))
    assert "too old" in text_of(toast)


async def test_a_button_of_tomorrow_is_forged(door: ChatDoor) -> None:
    at = door.clock.now() + timedelta(minutes=10)
    (toast,) = await door.press(door.button("buy", 7, "1000000000", at=at))
    assert "don't know this button" in text_of(toast)


@pytest.mark.parametrize("action", action_table.TABLE, ids=lambda action: action.name)
async def test_no_button_shows_private_figures_in_a_group(door: ChatDoor, action: object) -> None:
    argument = {"buy": "1000000000", "size": "l1", "ask": "l1"}.get(action.name, "")
    door.services.role = Role.ADMIN
    data = door.button(action.name, 7, argument)
    notices = await door.press(data, chat=GROUP)
    aloud = [one for one in notices if one.chat_id == GROUP and WHISPER not in one.payload]
    shown = "".join(text_of(notice) for notice in aloud)
    if action.place is Place.PRIVATE:
        assert "private chat" in shown
    assert "Wallet 100" not in shown
    assert "equity" not in shown.lower()


async def test_the_guided_way_asks_token_side_and_size(door: ChatDoor) -> None:
    start = await door.ask("/open")
    _, side = await door.press(buttons_of(start)["WIF"])
    _, size = await door.press(buttons_of(side)["Long"])
    assert {"1 SOL", "5 SOL", "10 SOL", "Amount…"} <= set(buttons_of(size))
    _, receipt = await door.press(buttons_of(size)["5 SOL"])
    assert receipt.method == "editMessageText"
    assert list(door.services.booked.values()) == [
        OpenIntent(token_id=7, side=Side.LONG, size_lamports=5 * SOL)
    ]


async def test_a_guided_short_asks_for_leverage_up_to_the_roles_limit(door: ChatDoor) -> None:
    _, leverage = await door.press(door.button("lev", 7))
    assert set(buttons_of(leverage)) == {"x1", "x2", "x3", "Back"}
    _, size = await door.press(buttons_of(leverage)["x3"])
    await door.press(buttons_of(size)["1 SOL"])
    (intent,) = door.services.booked.values()
    assert (intent.side, intent.leverage, intent.size_lamports) == (Side.SHORT, 3, SOL)


async def test_a_typed_amount_answers_the_question(door: ChatDoor) -> None:
    _, question = await door.press(door.button("ask", 7, "s2"))
    assert question.method == "sendMessage"
    assert question.payload["reply_markup"]["force_reply"] is True
    refused = await door.ask("a lot")
    assert "number form" in text_of(refused)
    receipt = await door.ask("2,5")
    assert text_of(receipt).startswith("PAPER · Bought")
    (intent,) = door.services.booked.values()
    assert (intent.side, intent.leverage, intent.size_lamports) == (Side.SHORT, 2, 2_500_000_000)
    assert door.services.dialogs == {}


async def test_an_amount_booked_before_a_lost_end_closes_its_question(door: ChatDoor) -> None:
    await door.press(door.button("ask", 7, "l1"))
    update = a_message("5")
    await door.take(update)
    await door.press(door.button("ask", 7, "l1"))
    assert await door.take(update) == []
    assert len(door.services.booked) == 1
    assert door.services.dialogs == {}


async def test_cancel_drops_the_question(door: ChatDoor) -> None:
    await door.press(door.button("ask", 7, "l1"))
    assert text_of(await door.ask("/cancel")) == "Cancelled. Nothing was done."
    await door.ask("5")
    assert door.services.booked == {}
    assert text_of(await door.ask("/cancel")) == "There was nothing to cancel."


async def test_an_address_in_place_of_an_amount_shows_the_card(door: ChatDoor) -> None:
    await door.press(door.button("ask", 7, "l1"))
    assert text_of(await door.ask(a_token().mint)).startswith("PAPER · WIF")
    assert door.services.booked == {}


async def test_a_reset_needs_its_own_open_question(door: ChatDoor) -> None:
    question = buttons_of(await door.ask("/reset"))
    _, begun = await door.press(question["Yes, new season"])
    assert text_of(begun).startswith("PAPER · Season 2 begins")
    assert len(door.services.resets) == 1
    (toast,) = await door.press(question["Yes, new season"])
    assert "timed out" in text_of(toast)
    assert len(door.services.resets) == 1


async def test_a_reset_that_was_declined_or_replaced_is_not_done(door: ChatDoor) -> None:
    first = buttons_of(await door.ask("/reset"))
    second = buttons_of(await door.ask("/reset"))
    (toast,) = await door.press(first["Yes, new season"])
    assert "timed out" in text_of(toast)
    toast, _ = await door.press(second["No, keep it"])
    assert text_of(toast) == "Kept. Nothing was reset."
    await door.press(second["Yes, new season"])
    assert door.services.resets == []


async def test_a_refused_press_says_why_over_the_button(door: ChatDoor) -> None:
    door.services.fault = Refusal("not_enough_cash", needed_lamports=5 * SOL, cash_lamports=SOL)
    (toast,) = await door.press(door.button("buy", 7, "5000000000"))
    assert text_of(toast).startswith("That needs 5 SOL with all costs, and you have 1 SOL free.")


async def test_a_press_without_its_message_is_answered(door: ChatDoor) -> None:
    raw = a_press(door.button("buy", 7, "1000000000"))
    raw["callback_query"]["inline_message_id"] = "x"
    del raw["callback_query"]["message"]
    (toast,) = await door.take(raw)
    assert "don't know this button" in text_of(toast)


async def test_every_button_of_every_screen_works_when_pressed(door: ChatDoor) -> None:
    """Walk the whole web of screens from the beginning."""
    seen: set[tuple[str, str]] = set()
    door.services.role = Role.ADMIN
    door.services.watched = [7]
    first = (
        "/start",
        "/reset",
        "/open",
        "/endpoints",
        "/watchlist",
        "/unwatch",
        "/safety",
        "/language",
    )
    first += (
        "/limit",
        "/breakout",
        "/oco",
        "/dca",
        "/dip",
        "/presets",
        "/sl",
        "/sl 12 -8%",
        "/orders",
    )
    first += ("/risk", "/security", "/panic", "/halt", "/halt WIF close drained", "/audit")
    first += ("/mydata",)
    first += ("/subscribe", "/paysupport", f"/refund {CHARGE}")
    door.services.premium.is_standing = True
    door.services.audit.entries = [an_entry(number) for number in range(20, 10, -1)]
    door.services.my_data.wish = a_wish()
    first += ("/ban 77 spam", "/users", "/promote 77", "/limits", "/limits basic positions 5")
    wish = Wish(kind=ApprovalKind.PROMOTE, person_id=77, details={})
    door.services.people.open_approvals.append(an_approval(wish))
    first += ("/approvals",)
    waiting = [await door.ask(command) for command in first]
    waiting += [await door.ask(text) for text in ("/status", "/broadcast hello")]
    in_group = ("/leaderboard", "/setup", "/calls", "/closeall")
    waiting += [await door.ask(text, chat=GROUP) for text in in_group]
    while waiting:
        shown = waiting.pop()
        chat = GROUP if shown.payload.get("chat_id") == GROUP else None
        for label, data in buttons_of(shown).items():
            kind = data.split(":")[1]
            if (kind, label) in seen or data.startswith("http"):
                continue
            seen.add((kind, label))
            notices = await door.press(data, chat=chat)
            assert "don't know this button" not in text_of(notices[0]), (label, data)
            waiting += notices
    reached = {kind for kind, _ in seen}
    of_news = {"padm", "fbans"}  # on cards that admins are sent: tests/services/test_admissions.py
    of_modes = {"mode", "golive"}  # tests/telegram/test_chat_modes.py
    # test_live_deposits.py, tests/journeys/test_live_trading.py, test_chat_live_orders.py
    of_live = {action.name for action in LIVE_ACTIONS} | {"lrok", "lrno", "lrnow", "lrkeep"}
    named = {action.name for action in action_table.TABLE}
    assert reached == named - of_news - of_modes - of_live


@given(
    action=st.sampled_from([action.name for action in action_table.TABLE]),
    owner=st.integers(0, 10**13),
    target=st.integers(0, 999_999_999),
    argument=st.from_regex(r"[a-z0-9]{0,14}", fullmatch=True),
)
def test_a_button_is_read_back_as_it_was_cut(
    action: str, owner: int, target: int, argument: str
) -> None:
    now = HandClock().now()
    keys = Keys(owner=owner, nonce=new_nonce(now, seeded(owner)), bot_name="b")
    data = keys.data(action, target, argument)
    press = read_press(data, now)
    assert press.pack() == data
    assert (press.action, press.owner, press.target) == (action, owner, target)
    assert press.argument == argument
    assert press.age_minutes(now) == 0


def test_a_button_that_cannot_be_carried_is_a_fault_of_ours() -> None:
    keys = Keys(owner=10**15, nonce="aaaaaaaaaa", bot_name="b")
    assert len(keys.data("erase", 999_999_999, "s999x9999999999999")) == 64
    with pytest.raises(ValueError, match="cannot carry"):
        keys.data("wallet", 999_999_999, "s999x9999999999999")
    with pytest.raises(ValueError, match="cannot carry"):
        keys.data("buy", 7, "1:2")


FORGED = st.one_of(
    st.text(max_size=70),
    st.from_regex(
        r"k:[a-z]{1,6}:[0-9]{1,16}:[0-9]{0,9}:[a-z0-9]{0,18}:[0-9a-z]{10}", fullmatch=True
    ),
    st.builds(
        "k:{}:{}:{}:{}:{}".format,
        st.sampled_from([action.name for action in action_table.TABLE]),
        st.sampled_from([str(BOB), "0", "-1", "1_001", "9" * 16, "\uff11\uff10\uff10\uff11"]),
        st.sampled_from(["7", "12", "999999999", "-7", ""]),
        st.sampled_from(["", "l1", "s0x5", "x", "100", "101", "l1xl1", "9" * 18, "s999x1"]),
        st.sampled_from(["zzzzzzzzzz", "00000aaaaa", "aaaaa", "0000000000"]),
    ),
)


@settings(max_examples=examples(100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=FORGED)
async def test_forged_buttons_never_act_and_never_fail(door: ChatDoor, data: str) -> None:
    notices = await door.press(data)
    assert notices[0].method == "answerCallbackQuery"
    assert door.services.booked == {}
    assert door.services.resets == []


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    action=st.sampled_from([action.name for action in action_table.TABLE]),
    target=st.integers(0, 999_999_999),
    argument=st.from_regex(r"[a-z0-9]{0,18}", fullmatch=True),
)
async def test_ones_own_button_with_a_forged_argument_never_fails(
    door: ChatDoor, action: str, target: int, argument: str
) -> None:
    data = door.button(action, target, argument)
    if len(data) <= 64:
        notices = await door.press(data)
        assert notices[0].method == "answerCallbackQuery"
