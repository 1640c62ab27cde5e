"""Premium for Stars in the chat: the offer, check-outs, payments told by Telegram, refunds."""

import pytest

from bot.domain.errors import Refusal
from bot.domain.notices import Priority
from bot.domain.premium import Renewal
from bot.domain.users import Role, Status
from bot.telegram.poller import ALLOWED_UPDATES
from bot.telegram.receiver import lane_of
from tests.builders.chat_updates import ANN, GROUP, a_message
from tests.fakes.premium_services import CHARGE
from tests.telegram.conftest import ChatDoor, buttons_of, text_of

PERSON = {"id": ANN, "is_bot": False, "first_name": "Ann"}
PAID = {
    "currency": "XTR",
    "total_amount": 250,
    "invoice_payload": "invoice-1",
    "telegram_payment_charge_id": CHARGE,
    "provider_payment_charge_id": "x",
}
MONTHLY = PAID | {"subscription_expiration_date": 1_800_000_000, "is_recurring": True}


def a_check_out(update_id: int = 7001, **more: object) -> dict[str, object]:
    query = {"id": "q1", "from": PERSON, "currency": "XTR", "total_amount": 250,
             "invoice_payload": "invoice-1"} | more  # fmt: skip
    return {"update_id": update_id, "pre_checkout_query": query}


async def test_the_offer_says_what_it_costs_and_gives_and_leads_to_telegrams_page(
    door: ChatDoor,
) -> None:
    offer = await door.ask("/subscribe")
    assert "250 Stars for 30 days" in text_of(offer)
    assert "position up to 1000 SOL instead of 100 SOL" in text_of(offer)
    assert buttons_of(offer) == {"Pay 250 Stars": "https://t.me/$slug"}


async def test_renewals_are_stopped_and_wanted_again(door: ChatDoor) -> None:
    door.services.premium.is_standing = True
    shown = await door.ask("/subscribe")
    assert "It renews itself" in text_of(shown)
    stopped = (await door.press(buttons_of(shown)["Stop renewing"]))[-1]
    assert "nothing more is taken" in text_of(stopped)
    again = (await door.press(buttons_of(stopped)["Renew again"]))[-1]
    assert "It renews itself" in text_of(again)


async def test_a_check_out_is_agreed_to_in_no_line(door: ChatDoor) -> None:
    (word,) = await door.take(a_check_out())
    assert (word.method, word.priority) == ("answerPreCheckoutQuery", Priority.TOAST)
    assert word.payload == {"pre_checkout_query_id": "q1", "ok": True}
    assert door.services.premium.checked == [(ANN, "invoice-1", "XTR", 250)]


@pytest.mark.parametrize("code", ["unknown_invoice", "anothers_invoice", "wrong_price"])
async def test_a_check_out_is_refused_in_words(door: ChatDoor, code: str) -> None:
    door.services.premium.refusal = Refusal(code)
    (word,) = await door.take(a_check_out())
    assert word.payload["ok"] is False
    assert "/subscribe" in word.payload["error_message"]


@pytest.mark.parametrize("status", [Status.BANNED, Status.FROZEN, Status.PENDING])
async def test_who_may_not_act_may_not_pay(door: ChatDoor, status: Status) -> None:
    door.services.status = status
    (word,) = await door.take(a_check_out())
    assert word.payload["ok"] is False


async def test_a_payment_is_booked_with_what_telegram_says(door: ChatDoor) -> None:
    assert await door.say(None, successful_payment=MONTHLY | {"is_first_recurring": True}) == []
    (payment,) = door.services.premium.payments
    assert (payment.user_id, payment.charge_id, payment.stars) == (ANN, CHARGE, 250)
    assert payment.until is not None
    assert payment.until.timestamp() == 1_800_000_000
    assert payment.is_first


async def test_stars_that_came_back_are_noted(door: ChatDoor) -> None:
    assert await door.say(None, refunded_payment=PAID) == []
    assert [one.charge_id for one in door.services.premium.refunds] == [CHARGE]


@pytest.mark.parametrize(
    "more",
    [
        {"chat": GROUP},
        {"forward_origin": {"type": "hidden_user"}},
        {"sender_chat": {"id": -100, "type": "channel"}},
    ],
    ids=["in a group", "forwarded", "by a channel"],
)
async def test_a_payment_that_is_not_told_by_telegram_itself_gives_nothing(
    door: ChatDoor, more: dict[str, object]
) -> None:
    await door.say(None, successful_payment=MONTHLY, **more)
    assert door.services.premium.payments == []


@pytest.mark.parametrize("stars", [-5, 0, 2**31, 10**30])
async def test_stars_that_nobody_can_have_paid_are_not_booked(door: ChatDoor, stars: int) -> None:
    assert await door.say(None, successful_payment=MONTHLY | {"total_amount": stars}) == []
    assert await door.say(None, refunded_payment=PAID | {"total_amount": stars}) == []
    assert door.services.premium.payments == door.services.premium.refunds == []


async def test_a_renewal_that_failed_or_stopped_is_noted(door: ChatDoor) -> None:
    for number, state in enumerate(("failed", "canceled", "active", "of tomorrow")):
        change = {"user": PERSON, "invoice_payload": "invoice-1", "state": state}
        await door.take({"update_id": 7100 + number, "subscription": change})
    assert [state for _, _, state in door.services.premium.renewals] == [
        Renewal.FAILED, Renewal.CANCELED, Renewal.ACTIVE,
    ]  # fmt: skip


def test_what_concerns_money_waits_behind_nothing_that_its_person_wrote() -> None:
    lanes = [
        lane_of(a_message("/price WIF")),
        lane_of(a_check_out()),
        lane_of(a_message(None, successful_payment=PAID)),
        lane_of({"subscription": {"user": PERSON}}),
    ]
    assert lanes[0] == ANN
    assert lanes[2] == lanes[3]
    assert len(set(lanes)) == 3
    assert all(-(2**63) <= lane < -(10**15) for lane in lanes[1:])
    assert {"pre_checkout_query", "subscription"} <= set(ALLOWED_UPDATES)


async def test_an_admin_gives_stars_back_after_a_question(door: ChatDoor) -> None:
    door.services.role = Role.ADMIN
    question = await door.ask(f"/refund {CHARGE}")
    assert "Give 250 Stars back?" in text_of(question)
    assert door.services.premium.given_back == []
    yes = buttons_of(question)["Yes, give back"]
    assert "Given back" in text_of((await door.press(yes))[-1])
    assert "question is over" in str((await door.press(yes))[0].payload)
    assert door.services.premium.given_back == [CHARGE]


async def test_only_admins_give_back_and_only_what_there_is(door: ChatDoor) -> None:
    assert "may not do that" in text_of(await door.ask(f"/refund {CHARGE}"))
    door.services.role = Role.ADMIN
    assert "Name the payment" in text_of(await door.ask("/refund"))
    assert "I know no payment" in text_of(await door.ask("/refund stxOther"))
    no = buttons_of(await door.ask(f"/refund {CHARGE}"))["No"]
    assert "Nothing was given back" in text_of((await door.press(no))[-1])
    assert door.services.premium.given_back == []


@pytest.mark.parametrize("command", ["/paysupport", "/terms", "/privacy"])
async def test_what_telegram_demands_is_answered_even_to_the_pending(
    door: ChatDoor, command: str
) -> None:
    door.services.status = Status.PENDING
    assert "Star" in text_of(await door.ask("/paysupport"))
    assert len(text_of(await door.ask(command))) > 200
