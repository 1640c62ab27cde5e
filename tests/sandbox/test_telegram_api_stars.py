"""Telegram Stars in the sandbox, asked by aiogram as by a bot, paid over HTTP as by people."""

import asyncio

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import LabeledPrice

from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ANN, BOB, TelegramHands

MONTH_S = 2_592_000


async def a_link(bot: Bot, **changes: object) -> str:
    asked = {
        "title": "Premium",
        "description": "Larger limits",
        "payload": "ann-1",
        "currency": "XTR",
        "prices": [LabeledPrice(label="A month", amount=250)],
        "subscription_period": MONTH_S,
    }
    return await bot.create_invoice_link(**(asked | changes))


async def pay(bot: Bot, hands: TelegramHands, link: str, *, ok: bool = True) -> dict:
    """Pay, with the bot's word given as soon as it is asked for."""
    paid, _ = await asyncio.gather(
        hands.post(f"/sandbox/people/{ANN}/pay?wait=5", link=link), give_word(bot, ok=ok)
    )
    return paid


async def give_word(bot: Bot, *, ok: bool) -> None:
    (update,) = await bot.get_updates(timeout=2)
    query = update.pre_checkout_query
    await bot.answer_pre_checkout_query(query.id, ok=ok, error_message=None if ok else "No.")
    await bot.get_updates(offset=update.update_id + 1, limit=1, timeout=0)


async def test_a_subscription_is_paid_renewed_and_ends(
    telegram_bot: Bot, telegram_hands: TelegramHands
) -> None:
    paid = await pay(telegram_bot, telegram_hands, await a_link(telegram_bot))
    (update,) = await telegram_bot.get_updates(timeout=1)
    payment = update.message.successful_payment
    assert (payment.total_amount, payment.invoice_payload) == (250, "ann-1")
    assert (payment.is_recurring, payment.is_first_recurring) == (True, True)
    assert payment.telegram_payment_charge_id == paid["charge_id"]
    await telegram_hands.post("/sandbox/stars/renew", charge_id=paid["charge_id"])
    renewal = (await telegram_bot.get_updates(timeout=1))[-1].message.successful_payment
    assert renewal.subscription_expiration_date - payment.subscription_expiration_date == MONTH_S
    assert (renewal.is_recurring, renewal.is_first_recurring) == (True, None)
    assert renewal.telegram_payment_charge_id != payment.telegram_payment_charge_id
    assert (await telegram_bot.get_my_star_balance()).amount == 500
    await telegram_hands.post("/sandbox/stars/cancel", charge_id=paid["charge_id"])
    state = (await telegram_bot.get_updates(timeout=1))[-1].subscription
    assert (state.state, state.invoice_payload) == ("canceled", "ann-1")
    refused = await telegram_hands.post("/sandbox/stars/renew", charge_id=paid["charge_id"])
    assert refused["status"] == 400


async def test_who_is_refused_pays_nothing(
    telegram_bot: Bot, telegram_hands: TelegramHands
) -> None:
    refused = await pay(telegram_bot, telegram_hands, await a_link(telegram_bot), ok=False)
    assert (refused["error"], refused["charge_id"]) == ("No.", None)
    assert (await telegram_bot.get_my_star_balance()).amount == 0


async def test_a_word_after_ten_seconds_is_too_late(
    telegram_bot: Bot, telegram_hands: TelegramHands, telegram_world: TelegramWorld
) -> None:
    link = await a_link(telegram_bot)
    asked = await telegram_hands.post(f"/sandbox/people/{BOB}/pay", link=link)
    before = telegram_world.stars.clock
    telegram_world.stars.clock = lambda: before() + 11
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await telegram_bot.answer_pre_checkout_query(asked["query_id"], ok=True)
    assert telegram_world.stars.charges == {}


async def test_a_charge_is_refunded_once(telegram_bot: Bot, telegram_hands: TelegramHands) -> None:
    paid = await pay(telegram_bot, telegram_hands, await a_link(telegram_bot))
    with pytest.raises(TelegramBadRequest, match="CHARGE_ID_INVALID"):
        await telegram_bot.refund_star_payment(BOB, paid["charge_id"])
    assert await telegram_bot.refund_star_payment(ANN, paid["charge_id"])
    with pytest.raises(TelegramBadRequest, match="CHARGE_ALREADY_REFUNDED"):
        await telegram_bot.refund_star_payment(ANN, paid["charge_id"])
    told = (await telegram_bot.get_updates(timeout=1))[-1].message.refunded_payment
    assert told.telegram_payment_charge_id == paid["charge_id"]
    listed = (await telegram_bot.get_star_transactions()).transactions
    assert [one.receiver is None for one in listed] == [True, False]


async def test_an_invoice_in_a_message_is_paid_by_its_button(
    telegram_bot: Bot, telegram_hands: TelegramHands
) -> None:
    await telegram_hands.send(ANN, "/start")
    sent = await telegram_bot.send_invoice(
        ANN, "Tip", "A tip", "tip-1", "XTR", [LabeledPrice(label="Tip", amount=5)]
    )
    assert sent.invoice.total_amount == 5
    assert sent.reply_markup.inline_keyboard[0][0].pay
    asked = await telegram_hands.post(
        f"/sandbox/people/{ANN}/pay", chat_id=ANN, message_id=sent.message_id
    )
    await telegram_bot.answer_pre_checkout_query(asked["query_id"], ok=True)
    payment = (await telegram_bot.get_updates(timeout=1))[-1].message.successful_payment
    assert (payment.total_amount, payment.is_recurring) == (5, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "EUR"},
        {"prices": []},
        {"prices": [LabeledPrice(label="a", amount=1), LabeledPrice(label="b", amount=1)]},
        {"prices": [LabeledPrice(label="a", amount=10_001)]},
        {"prices": [LabeledPrice(label="a", amount=0)]},
        {"subscription_period": 86_400},
        {"title": "x" * 33},
        {"description": ""},
        {"payload": "x" * 129},
        {"provider_token": "123"},
    ],
    ids=str,
)
async def test_an_invoice_that_telegram_would_not_take_is_refused(
    telegram_bot: Bot, changes: dict[str, object]
) -> None:
    with pytest.raises(TelegramBadRequest):
        await a_link(telegram_bot, **changes)
