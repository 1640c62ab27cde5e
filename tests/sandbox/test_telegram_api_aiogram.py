"""The unmodified aiogram client against the sandbox's Bot API."""

import asyncio
import struct
import zlib

import pytest
from aiogram import Bot, Dispatcher, F
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.filters import Command
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChatMember,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberAdministrator,
    ChatMemberMember,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from aiogram.utils.formatting import Bold, Code, Text, TextLink

from bot.sandbox.telegram_api.world import TelegramWorld
from tests.sandbox.telegram_fixtures import ADA, ANN, BOB, LOUNGE, TelegramHands


def buttons() -> InlineKeyboardMarkup:
    button = InlineKeyboardButton(text="Buy 1 SOL", callback_data="buy:1")
    return InlineKeyboardMarkup(inline_keyboard=[[button]])


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.fixture
async def started(telegram_hands: TelegramHands) -> TelegramHands:
    await telegram_hands.send(ANN, "/start")
    return telegram_hands


async def test_a_polled_command_is_answered_and_a_press_edits_and_toasts(
    telegram_bot: Bot, telegram_hands: TelegramHands
) -> None:
    dispatcher = Dispatcher()

    @dispatcher.message(Command("start"))
    async def welcome(message: Message) -> None:
        await message.answer("Welcome", reply_markup=buttons())

    @dispatcher.callback_query(F.data == "buy:1")
    async def buy(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_text("Bought")
        await query.answer("Done", show_alert=True)

    async with asyncio.TaskGroup() as group:
        polling = dispatcher.start_polling(telegram_bot, handle_signals=False, polling_timeout=5)
        group.create_task(polling)
        sent = await telegram_hands.send(ANN, "/start")
        assert sent["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        await telegram_hands.bot_event("message")
        toast = await telegram_hands.post(
            f"/sandbox/people/{ANN}/press?wait=5", chat_id=ANN, message_id=2, callback_data="buy:1"
        )
        await dispatcher.stop_polling()
    assert (toast["text"], toast["show_alert"], toast["answered"]) == ("Done", True, True)
    answer = (await telegram_hands.messages(ANN))[1]
    assert (answer["text"], answer["from"]["is_bot"]) == ("Bought", True)
    assert "reply_markup" not in answer
    assert answer["edit_date"] >= answer["date"]


async def test_the_bot_knows_itself(telegram_bot: Bot) -> None:
    me = await telegram_bot.get_me()
    assert (me.id, me.is_bot, me.username) == (777000111, True, "kitrader_bot")


async def test_entities_built_by_aiogram_come_back_as_they_were(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    content = Text(
        "🚀🚀🚀🚀 ", Bold("up"), " ", Code("So1"), " ", TextLink("chart", url="https://a.io/x")
    )
    sent = await telegram_bot.send_message(ANN, **content.as_kwargs())
    assert sent.text == "🚀🚀🚀🚀 up So1 chart"
    assert [(each.type, each.offset, each.length) for each in sent.entities or []] == [
        ("bold", 9, 2),
        ("code", 12, 3),
        ("text_link", 16, 5),
    ]
    assert (await started.messages(ANN))[-1]["entities"][2]["url"] == "https://a.io/x"


@pytest.mark.parametrize(
    ("text", "parse_mode", "reason"),
    [
        ("a < b", "HTML", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<x>y</x>", "HTML", 'Unsupported start tag "x" at byte offset 0'),
        ("<b>é</i>", "HTML", 'Unmatched end tag at byte offset 5, expected "</b>", found "</i>"'),
        (
            "1.5",
            "MarkdownV2",
            "Character '.' is reserved and must be escaped with the preceding '\\'",
        ),
        ("é *x", "MarkdownV2", "Can't find end of Bold entity at byte offset 3"),
        ("_x", "Markdown", "Can't find end of the entity starting at byte offset 0"),
    ],
)
async def test_wrong_markup_is_refused_in_telegrams_words(
    telegram_bot: Bot, started: TelegramHands, text: str, parse_mode: str, reason: str
) -> None:
    with pytest.raises(TelegramBadRequest) as refusal:
        await telegram_bot.send_message(ANN, text, parse_mode=parse_mode)
    assert refusal.value.message == f"Bad Request: can't parse entities: {reason}"
    assert len(await started.messages(ANN)) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" \n ", "message text is empty"),
        ("x" * 4097, "message is too long"),
        ("🚀" * 2049, "message is too long"),
    ],
)
async def test_text_length_counts_utf16_units(
    telegram_bot: Bot, started: TelegramHands, text: str, reason: str
) -> None:
    assert started
    with pytest.raises(TelegramBadRequest, match=reason):
        await telegram_bot.send_message(ANN, text)
    longest = await telegram_bot.send_message(ANN, "🚀" * 2048)
    assert longest.text == "🚀" * 2048


async def test_edits_are_checked(telegram_bot: Bot, started: TelegramHands) -> None:
    sent = await telegram_bot.send_message(ANN, "one", reply_markup=buttons())
    with pytest.raises(TelegramBadRequest, match="message is not modified: specified new message"):
        await sent.edit_text("one", reply_markup=buttons())
    edited = await sent.edit_text("two", reply_markup=buttons())
    assert isinstance(edited, Message)
    assert edited.edit_date is not None
    bare = await sent.edit_reply_markup(reply_markup=None)
    assert isinstance(bare, Message)
    assert bare.reply_markup is None
    with pytest.raises(TelegramBadRequest, match="message to edit not found"):
        await telegram_bot.edit_message_text("x", chat_id=ANN, message_id=99)
    with pytest.raises(TelegramBadRequest, match="message can't be edited"):
        await telegram_bot.edit_message_text("x", chat_id=ANN, message_id=1)
    with pytest.raises(TelegramBadRequest, match="there is no caption in the message to edit"):
        await telegram_bot.edit_message_caption(chat_id=ANN, message_id=2, caption="x")
    assert await sent.delete()
    with pytest.raises(TelegramBadRequest, match="message to delete not found"):
        await sent.delete()
    assert (await started.messages(ANN))[-1]["deleted"] is True
    assert await telegram_bot.delete_messages(ANN, [1, 2, 77])


async def test_a_photo_is_uploaded_shown_reused_and_downloaded(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    picture = png(30, 20)
    sent = await telegram_bot.send_photo(
        ANN, BufferedInputFile(picture, "chart.png"), caption="<b>Chart</b>", parse_mode="HTML"
    )
    assert sent.photo is not None
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (30, 20, "Chart")
    file_id = sent.photo[-1].file_id
    again = await telegram_bot.send_photo(ANN, file_id)
    assert again.photo == sent.photo
    downloaded = await telegram_bot.download(file_id)
    assert downloaded is not None
    assert downloaded.read() == picture
    async with started.session.get(f"{started.base_url}/sandbox/files/{file_id}") as response:
        assert await response.read() == picture
    changed = await telegram_bot.edit_message_media(
        InputMediaPhoto(media=BufferedInputFile(png(5, 5), "new.png"), caption="new"),
        chat_id=ANN,
        message_id=sent.message_id,
    )
    assert isinstance(changed, Message)
    assert changed.photo is not None
    assert changed.photo[-1].width == 5
    with pytest.raises(TelegramBadRequest, match="IMAGE_PROCESS_FAILED"):
        await telegram_bot.send_photo(ANN, BufferedInputFile(b"no picture", "x.png"))
    with pytest.raises(TelegramBadRequest, match="wrong file identifier/HTTP URL specified"):
        await telegram_bot.send_photo(ANN, "nonsense")


async def test_a_document_keeps_its_name(telegram_bot: Bot, started: TelegramHands) -> None:
    assert started
    sent = await telegram_bot.send_document(ANN, BufferedInputFile(b"a,b\n1,2\n", "trades.csv"))
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("trades.csv", 8)
    found = await telegram_bot.get_file(sent.document.file_id)
    assert found.file_path == "documents/file_0.csv"


async def test_keyboards_are_checked(telegram_bot: Bot, started: TelegramHands) -> None:
    def one_button(**action: str) -> InlineKeyboardMarkup:
        button = InlineKeyboardButton.model_construct(text="x", **action)
        return InlineKeyboardMarkup.model_construct(inline_keyboard=[[button]])

    await telegram_bot.send_message(ANN, "x", reply_markup=one_button(callback_data="é" * 32))
    with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
        await telegram_bot.send_message(ANN, "x", reply_markup=one_button(callback_data="é" * 33))
    with pytest.raises(TelegramBadRequest, match="Text buttons are unallowed"):
        await telegram_bot.send_message(ANN, "x", reply_markup=one_button())
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="/wallet")]])
    for markup in (keyboard, ForceReply(), ReplyKeyboardRemove()):
        sent = await telegram_bot.send_message(ANN, "x", reply_markup=markup)
        assert sent.reply_markup is None
    shown = await started.messages(ANN)
    assert shown[-3]["reply_markup"]["keyboard"] == [[{"text": "/wallet"}]]


async def test_replies_previews_and_protection_are_kept(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    assert started
    sent = await telegram_bot.send_message(
        ANN,
        "see bonk.fun",
        reply_parameters=ReplyParameters(message_id=1),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        protect_content=True,
        disable_notification=True,
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "/start"
    assert sent.has_protected_content
    assert [each.type for each in sent.entities or []] == ["url"]
    with pytest.raises(TelegramBadRequest, match="message to be replied not found"):
        await telegram_bot.send_message(ANN, "x", reply_parameters=ReplyParameters(message_id=50))
    with pytest.raises(TelegramBadRequest, match="message thread not found"):
        await telegram_bot.send_message(LOUNGE, "x", message_thread_id=3)
    with pytest.raises(TelegramBadRequest, match="message can't be forwarded"):
        await telegram_bot.forward_message(LOUNGE, ANN, sent.message_id)
    forwarded = await telegram_bot.forward_message(LOUNGE, ANN, 1)
    assert forwarded.forward_origin is not None
    copied = await telegram_bot.copy_message(LOUNGE, ANN, 1)
    assert copied.message_id == forwarded.message_id + 1


async def test_people_who_never_wrote_or_blocked_the_bot_get_nothing(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    with pytest.raises(TelegramForbiddenError, match="bot can't initiate conversation with a user"):
        await telegram_bot.send_message(BOB, "hi")
    await started.post(f"/sandbox/people/{ANN}/block")
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await telegram_bot.send_message(ANN, "hi")
    await started.post(f"/sandbox/people/{ANN}/unblock")
    assert await telegram_bot.send_chat_action(ANN, "typing")
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await telegram_bot.send_message(4711, "hi")


async def test_chats_and_members_validate_as_aiograms_own_types(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    assert started
    private, lounge = await telegram_bot.get_chat(ANN), await telegram_bot.get_chat(LOUNGE)
    assert (private.type, private.first_name) == ("private", "Ann")
    assert (lounge.type, lounge.title) == ("supergroup", "Kitrader Lounge")
    assert isinstance(await telegram_bot.get_chat_member(LOUNGE, ADA), ChatMemberAdministrator)
    assert isinstance(await telegram_bot.get_chat_member(LOUNGE, ANN), ChatMemberMember)
    assert [admin.user.id for admin in await telegram_bot.get_chat_administrators(LOUNGE)] == [ADA]
    assert await telegram_bot.get_chat_member_count(LOUNGE) == 5
    assert await telegram_bot.pin_chat_message(ANN, 1)
    pinned = (await telegram_bot.get_chat(ANN)).pinned_message
    assert isinstance(pinned, Message)
    assert pinned.message_id == 1
    with pytest.raises(TelegramBadRequest, match="not enough rights"):
        await telegram_bot.pin_chat_message(LOUNGE, 1)
    assert await telegram_bot.leave_chat(LOUNGE)
    with pytest.raises(TelegramForbiddenError, match="bot is not a member"):
        await telegram_bot.send_message(LOUNGE, "hi")


async def test_menus_are_kept_by_scope_and_language(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    general = [BotCommand(command="start", description="Begin")]
    groups = [BotCommand(command="price", description="Price")]
    scope = BotCommandScopeAllGroupChats()
    await telegram_bot.set_my_commands(general)
    await telegram_bot.set_my_commands(groups, scope=scope, language_code="de")
    await telegram_bot.set_my_commands(
        groups, scope=BotCommandScopeChatMember(chat_id=LOUNGE, user_id=ADA)
    )
    assert [each.command for each in await telegram_bot.get_my_commands()] == ["start"]
    assert await telegram_bot.get_my_commands(scope=scope) == []
    german = await telegram_bot.get_my_commands(scope=scope, language_code="de")
    assert [each.description for each in german] == ["Price"]
    shown = (await started.get("/sandbox/commands"))["commands"]
    assert [menu["scope"]["type"] for menu in shown] == [
        "default",
        "all_group_chats",
        "chat_member",
    ]
    await telegram_bot.delete_my_commands()
    assert await telegram_bot.get_my_commands() == []
    with pytest.raises(TelegramBadRequest, match="BOT_COMMAND_INVALID"):
        await telegram_bot.set_my_commands([BotCommand(command="no-dash", description="x")])
    await telegram_bot.set_my_description("Trades on paper")
    assert (await telegram_bot.get_my_description()).description == "Trades on paper"
    assert (await telegram_bot.get_my_name()).name == "Kitrader"


async def test_an_unknown_press_cannot_be_answered(telegram_bot: Bot) -> None:
    with pytest.raises(TelegramBadRequest, match="query is too old and response timeout expired"):
        await telegram_bot.answer_callback_query("12345", "late")


async def test_faults_raise_what_aiogram_raises_for_them(
    telegram_bot: Bot, started: TelegramHands
) -> None:
    await started.post("/sandbox/faults", fail_rate=1, fail_code=429, retry_after=7)
    with pytest.raises(TelegramRetryAfter) as flood:
        await telegram_bot.send_message(ANN, "hi")
    assert flood.value.retry_after == 7
    await started.post("/sandbox/faults", fail_code=502, methods=["sendMessage"])
    with pytest.raises(TelegramServerError):
        await telegram_bot.send_message(ANN, "hi")
    assert (await telegram_bot.get_me()).is_bot
    await started.post("/sandbox/faults", lose_reply=True)
    with pytest.raises(TelegramServerError):
        await telegram_bot.send_message(ANN, "said, but nobody heard that it was")
    await started.post("/sandbox/faults", fail_rate=0, methods=None)
    assert len(await started.messages(ANN)) == 2


async def test_flood_limits_hold_only_when_switched_on(
    telegram_bot: Bot, telegram_world: TelegramWorld, started: TelegramHands
) -> None:
    for number in range(25):
        await telegram_bot.send_message(LOUNGE, f"{number}")
    await started.post("/sandbox/faults", limits=True)
    for number in range(20):
        await telegram_bot.send_message(LOUNGE, f"{number}")
    with pytest.raises(TelegramRetryAfter) as flood:
        await telegram_bot.send_message(LOUNGE, "one more")
    assert 1 <= flood.value.retry_after <= 3
    assert telegram_world.chats[LOUNGE].last_message_id == 45


async def test_a_wrong_token_and_an_unknown_method_are_told_apart(
    telegram_bot: Bot, telegram_hands: TelegramHands
) -> None:
    stranger = Bot("777000111:wrong", session=telegram_bot.session)
    with pytest.raises(TelegramUnauthorizedError):
        await stranger.get_me()
    answer = await telegram_hands.call("sendHologram")
    assert answer == {"ok": False, "error_code": 404, "description": "Not Found", "status": 404}
    with pytest.raises(TelegramNotFound):
        await telegram_bot.get_user_profile_photos(ANN)
