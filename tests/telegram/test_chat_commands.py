"""What each command answers, and what it asks of the services."""

from datetime import UTC, datetime

import pytest

from bot.domain.errors import Refusal, Unavailable
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import Side
from bot.domain.users import Role, Status
from bot.telegram import command_table
from bot.telegram.turn import Place
from tests.builders.chat_updates import ANN, DATE, GROUP, a_message
from tests.builders.views import WIF_MINT, a_token
from tests.telegram.conftest import ChatDoor, buttons_of, text_of


async def test_start_greets_with_the_wallet_and_tokens_to_try(door: ChatDoor) -> None:
    answer = await door.ask("/start")
    assert text_of(answer).startswith(
        "PAPER · Welcome, Ann. You have 94.9985 SOL to practise with."
    )
    assert {"WIF", "How it works", "Wallet"} <= set(buttons_of(answer))


@pytest.mark.parametrize("text", ["/price WIF", "/p wif", "/PRICE $WIF", WIF_MINT, "wif"])
async def test_a_token_is_shown_with_age_source_and_buttons(door: ChatDoor, text: str) -> None:
    answer = await door.ask(text)
    lines = text_of(answer).splitlines()
    assert lines[0] == "PAPER · WIF · dogwifhat"
    assert lines[1] == "0.01842 SOL ($2.23) · +4.1% 24h"
    assert lines[2] == "2 s ago · Raydium AMM · 3 pools agree"
    assert lines[3] == "Liquidity 18.4k SOL · 1 SOL moves it 0.01%"
    assert {"Buy 1", "Buy 5", "Buy 10", "Amount…", "Short", "Refresh"} <= set(buttons_of(answer))


async def test_info_shows_the_whole_address(door: ChatDoor) -> None:
    assert WIF_MINT in text_of(await door.ask("/info WIF"))


async def test_open_books_what_was_typed_under_the_updates_id(door: ChatDoor) -> None:
    update = a_message("/open WIF long 5")
    (answer,) = await door.take(update)
    intent = OpenIntent(token_id=7, side=Side.LONG, size_lamports=5_000_000_000, leverage=1)
    assert door.services.booked == {f"tg:{update['update_id']}": intent}
    assert text_of(answer).startswith("PAPER · Bought 270.9 WIF for 5 SOL")
    assert "Wallet 100 → 94.9979 SOL" in text_of(answer)


async def test_a_request_carries_when_it_was_written(door: ChatDoor) -> None:
    await door.ask("/open WIF long 5")
    (request,) = door.services.requests
    assert request.source_at == datetime.fromtimestamp(DATE, UTC)
    assert request.received_at == door.clock.now()


@pytest.mark.parametrize("text", ["/open wif short 2 x3", "/open WIF sell 2 3X"])
async def test_open_takes_leverage_and_other_words_for_a_side(door: ChatDoor, text: str) -> None:
    await door.ask(text)
    (intent,) = door.services.booked.values()
    assert (intent.side, intent.leverage) == (Side.SHORT, 3)


@pytest.mark.parametrize(("text", "percent"), [("/close 12", 100), ("/close #12 25%", 25)])
async def test_close_takes_a_number_and_a_percentage(
    door: ChatDoor, text: str, percent: int
) -> None:
    await door.ask(text)
    assert list(door.services.booked.values()) == [CloseIntent(number=12, percent=percent)]


async def test_positions_wallet_and_history_show_ones_own(door: ChatDoor) -> None:
    assert "🟢 #12 WIF long 5.31 SOL +6.2%" in text_of(await door.ask("/positions"))
    assert "94.9985 SOL ($11.5k) free" in text_of(await door.ask("/wallet"))
    assert "bought 270.9 WIF" in text_of(await door.ask("/history"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/open WIF long", "The size in SOL is missing"),
        ("/open WIF", "The side (long or short) is missing"),
        ("/open WIF up 5", "neither long nor short"),
        ("/open WIF long 1e9", "1e9 as a number form I don't take"),
        ("/open WIF long 1,500", "could mean two things"),
        ("/open WIF long 0", "above zero"),
        ("/open WIF long NaN", "number form"),
        ("/open WIF long \uff11\uff12", "number form"),
        ("/open WIF long 0.0000000001", "more decimals than exist"),
        ("/open WIF short 5 x0", "not a leverage"),
        ("/open WIF short 5 fast", "not a leverage"),
        ("/open WIF long 5 x2 now please", "don't know what to do with now"),
        ("/close abc", "not a position's number"),
        ("/close 12 101", "whole percentage"),
        ("/price WIF BONK", "don't know what to do with BONK"),
    ],
)
async def test_bad_arguments_say_what_would_work(door: ChatDoor, text: str, words: str) -> None:
    answer = text_of(await door.ask(text))
    assert words in answer
    assert "Usage: /" in answer
    assert "Example: /" in answer
    assert door.services.booked == {}


async def test_an_example_names_a_token_that_is_there(door: ChatDoor) -> None:
    door.services.tokens = (a_token(symbol="BONK"),)
    assert "Example: /open BONK long 5" in text_of(await door.ask("/open BONK"))
    assert "/price BONK" in text_of(await door.ask("/price NOPE"))


async def test_several_tokens_of_one_name_are_offered_by_address(door: ChatDoor) -> None:
    other = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"
    door.services.tokens = (a_token(), a_token(token_id=8, mint=other))
    answer = await door.ask("/price WIF")
    assert other in text_of(answer)
    assert len(buttons_of(answer)) == 2


async def test_an_unknown_command_is_met_with_the_nearest(door: ChatDoor) -> None:
    assert "Did you mean /positions?" in text_of(await door.ask("/postions"))
    assert "Did you mean" not in text_of(await door.ask("/zzzzzz"))


@pytest.mark.parametrize("command", command_table.TABLE, ids=lambda command: command.name)
async def test_help_explains_every_command(door: ChatDoor, command: object) -> None:
    door.services.role = Role.ADMIN
    answer = text_of(await door.ask(f"/help {command.name}"))
    assert command.usage in answer
    assert command.example in answer
    if not command.is_listed:
        return
    chat = GROUP if command.place is Place.GROUP else None
    listed = text_of(await door.ask("/help", chat=chat))
    assert f"/{command.name} " in f"{listed} ".replace("\n", " ")


@pytest.mark.parametrize(
    ("payload", "first"),
    [
        ("wallet", "PAPER · Wallet"),
        ("positions", "PAPER · 1 position"),
        ("t_7", "PAPER · WIF"),
        ("open", "Trade which token?"),
        ("withdraw_all", "PAPER · Welcome"),
        ("t_999999999999999", "PAPER · Welcome"),
        ("A" * 64, "PAPER · Welcome"),
    ],
)
async def test_a_deep_link_only_opens_a_screen(door: ChatDoor, payload: str, first: str) -> None:
    assert text_of(await door.ask(f"/start {payload}")).startswith(first)
    assert door.services.booked == {}
    assert door.services.resets == []


@pytest.mark.parametrize("text", ["hello there friend", "0x" + "ab" * 20, "🙂", "/", "/привет"])
async def test_what_is_not_understood_gets_a_way_on(door: ChatDoor, text: str) -> None:
    answer = text_of(await door.ask(text))
    assert "/price WIF" in answer


@pytest.mark.parametrize("text", ["5", "10", "0,25"])
async def test_a_number_out_of_the_blue_orders_nothing(door: ChatDoor, text: str) -> None:
    assert "asked nothing" in text_of(await door.ask(text))
    assert door.services.booked == {}


async def test_an_address_of_nothing_is_told_so(door: ChatDoor) -> None:
    door.services.fault = Refusal("unknown_token", text=WIF_MINT)
    assert "Nothing on Solana is called" in text_of(await door.ask(f"/price {WIF_MINT}"))


async def test_a_mistyped_address_is_told_what_addresses_look_like(door: ChatDoor) -> None:
    assert "0, O, I and l" in text_of(await door.ask("0" + WIF_MINT[1:]))


async def test_hidden_characters_in_an_address_are_shown_cleaned(door: ChatDoor) -> None:
    answer = text_of(await door.ask(WIF_MINT[:9] + "\u200b" + WIF_MINT[9:]))
    assert "hidden characters" in answer
    assert WIF_MINT in answer


async def test_a_picture_or_sticker_is_told_that_text_is_read(door: ChatDoor) -> None:
    assert "text only" in text_of(await door.ask(None, dice={"emoji": "🎲", "value": 3}))


async def test_characters_that_no_database_takes_are_refused(door: ChatDoor) -> None:
    assert "cannot read" in text_of(await door.ask("/price \ufffd"))


async def test_a_pasted_private_key_is_taken_away_with_a_warning(door: ChatDoor) -> None:
    taken_away, warning = await door.say("[private key removed]")
    assert taken_away.method == "deleteMessage"
    assert "Never paste one" in text_of(warning)


async def test_frozen_people_can_look_but_not_trade(door: ChatDoor) -> None:
    door.services.status = Status.FROZEN
    assert "frozen" in text_of(await door.ask("/open WIF long 5"))
    assert text_of(await door.ask("/wallet")).startswith("PAPER")


async def test_banned_people_get_one_sentence(door: ChatDoor) -> None:
    door.services.status = Status.BANNED
    for text in ("/start", "/open WIF long 5", "WIF", "/help"):
        assert "cannot use this bot" in text_of(await door.ask(text))


async def test_a_repeat_after_a_lost_commit_is_closed_in_silence(door: ChatDoor) -> None:
    door.services.fault = Refusal("already_done", order_number=5)
    assert await door.say("/open WIF long 5") == []


async def test_an_outage_is_left_to_the_guard(door: ChatDoor) -> None:
    door.services.fault = Unavailable("Solana RPC")
    with pytest.raises(Unavailable):
        await door.say("/price WIF")


async def test_with_the_chain_away_a_card_is_what_others_say_and_sells_nothing(
    door: ChatDoor,
) -> None:
    door.services.fault = Unavailable("Solana RPC")
    door.services.hearsay_of = frozenset({"WIF"})
    answer = await door.ask("/price WIF")
    assert "what others say, unchecked" in text_of(answer)
    assert buttons_of(answer) == {}
    door.services.fault = Unavailable("database")
    with pytest.raises(Unavailable):
        await door.say("/price WIF")


async def test_nothing_private_is_shown_in_a_group(door: ChatDoor) -> None:
    for text in ("/open WIF long 5", "/close 12", "/alerts", "/reset"):
        answer = await door.ask(text, chat=GROUP)
        assert "private chat" in text_of(answer)
        assert "SOL" not in text_of(answer)
        (link,) = buttons_of(answer).values()
        assert link.startswith("https://t.me/kitrader_bot?start=")
    for text in ("/wallet", "/positions", "/history"):
        assert "receiver_user_id" in str((await door.ask(text, chat=GROUP)).payload)
    door.services.members.sees = False
    for text in ("/wallet", "/positions", "/history"):
        note, figures = await door.say(text, chat=GROUP)
        assert (note.chat_id, figures.chat_id) == (GROUP, ANN)
        assert "SOL" not in text_of(note)
    assert door.services.booked == {}


async def test_prices_are_shown_in_a_group_as_an_answer_to_the_message(door: ChatDoor) -> None:
    for text in ("/price WIF", "/price@kitrader_bot WIF", WIF_MINT):
        answer = await door.ask(text, chat=GROUP)
        assert text_of(answer).startswith("PAPER · WIF")
        assert answer.payload["reply_parameters"]["allow_sending_without_reply"] is True
        assert buttons_of(answer)["More in private"].endswith("?start=t_7")


@pytest.mark.parametrize(
    "text", ["hello all", "/price@other_bot WIF", "/ban Bob", "WIF", "/", None, "10"]
)
async def test_talk_in_a_group_that_is_not_for_us_is_left_alone(
    door: ChatDoor, text: str | None
) -> None:
    assert await door.say(text, chat=GROUP) == []


async def test_other_kinds_of_updates_are_closed_in_silence(door: ChatDoor) -> None:
    member = {"user": {"id": ANN, "is_bot": False, "first_name": "Ann"}, "status": "member"}
    change = {
        "chat": {"id": ANN, "type": "private"},
        "from": {"id": ANN, "is_bot": False, "first_name": "Ann"},
        "date": DATE,
        "old_chat_member": member,
        "new_chat_member": member,
    }
    assert await door.take({"update_id": 4, "my_chat_member": change}) == []
