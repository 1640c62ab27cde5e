"""The unmodified python-telegram-bot client against the sandbox's Bot API."""

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
)

from tests.sandbox.telegram_fixtures import ADA, ANN, BOB, LOUNGE, TOKEN, TelegramHands
from tests.sandbox.test_telegram_api_aiogram import png


def build(url: str, token: str = TOKEN) -> Application:
    builder = ApplicationBuilder().token(token)
    return builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()


async def test_an_application_polls_answers_and_handles_a_press(
    telegram_hands: TelegramHands,
) -> None:
    async def start(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
        await update.message.reply_text("*Hello*", parse_mode="MarkdownV2", reply_markup=keyboard)

    async def go(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Going")
        await update.callback_query.edit_message_text("Gone")

    application = build(telegram_hands.base_url)
    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(go))
    async with application:
        assert application.updater is not None
        await application.updater.start_polling(timeout=2)
        await application.start()
        await telegram_hands.send(ANN, "/start")
        await telegram_hands.bot_event("message")
        toast = await telegram_hands.post(
            f"/sandbox/people/{ANN}/press?wait=5", chat_id=ANN, message_id=2, callback_data="go"
        )
        edited = await telegram_hands.bot_event("edit")
        await application.updater.stop()
        await application.stop()
    assert (toast["text"], edited["message"]["text"]) == ("Going", "Gone")


async def test_the_bot_methods_work_one_by_one(
    telegram_hands: TelegramHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # or its RetryAfter warns of its own future
    await telegram_hands.send(ANN, "/start")
    async with build(telegram_hands.base_url).bot as bot:
        sent = await bot.send_photo(ANN, png(8, 9), caption="chart", filename="chart.png")
        assert (sent.photo[-1].width, sent.photo[-1].height) == (8, 9)
        content = await (await sent.photo[-1].get_file()).download_as_bytearray()
        assert bytes(content) == png(8, 9)
        document = await bot.send_document(ANN, b"a,b", filename="x.csv")
        assert document.document is not None
        assert document.document.file_name == "x.csv"
        caption = await bot.edit_message_caption(ANN, sent.message_id, caption="new")
        assert not isinstance(caption, bool)
        assert caption.caption == "new"
        assert await bot.set_my_commands([("start", "Begin")])
        assert [each.command for each in await bot.get_my_commands()] == ["start"]
        assert [each.user.id for each in await bot.get_chat_administrators(LOUNGE)] == [ADA]
        assert (await bot.get_chat(ANN)).first_name == "Ann"
        assert (await bot.get_chat_member(LOUNGE, ANN)).status == "member"
        assert await bot.delete_message(ANN, sent.message_id)
        with pytest.raises(BadRequest, match="Can't parse entities"):
            await bot.send_message(ANN, "<b", parse_mode="HTML")
        with pytest.raises(Forbidden, match="bot can't initiate conversation"):
            await bot.send_message(BOB, "hi")
        await telegram_hands.post("/sandbox/faults", fail_rate=1, fail_code=429, retry_after=3)
        with pytest.raises(RetryAfter):
            await bot.send_message(ANN, "hi")


async def test_a_wrong_token_is_an_invalid_token(telegram_hands: TelegramHands) -> None:
    application = build(telegram_hands.base_url, token="777000111:wrong")
    with pytest.raises(InvalidToken):
        await application.bot.initialize()
    await application.bot.shutdown()
