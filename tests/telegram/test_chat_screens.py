"""Every screen holds within Telegram's limits, whatever a token or a person calls itself."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from aiogram.types import MessageEntity
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.domain.orders import OrderAction
from bot.domain.positions import PositionState, Side
from bot.domain.users import Mode
from bot.telegram import command_table
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, named, to_edit, to_send, utf16_units
from bot.telegram.screens import hearsay, market, receipts, trading, wallets, warnings
from bot.telegram.screens import help as help_screens
from tests.builders.examples import examples
from tests.builders.views import (
    SOL,
    a_fill,
    a_hearsay,
    a_history,
    a_marked,
    a_path_fill,
    a_portfolio,
    a_position,
    a_quote,
    a_receipt,
    a_season,
    a_suspicion,
    a_token,
    a_user,
    said_by,
    some_info,
)
from tests.builders.whole_aiogram import build_models

build_models(MessageEntity)

KEYS = Keys(owner=9_007_199_254_740, nonce="hkxyzabcde", bot_name="kitrader_bot")
GROUP_KEYS = replace(KEYS, is_private=False)
HOSTILE = (
    "<b>bold</b>",
    "</code>",
    '"><a href="tg://user?id=1">x</a>',
    "_*[]()~`>#+-=|{}.!\\",
    "\u202egnp.exe\u2066",
    "Z\u0351\u0363a\u036bl\u0489go",
    "a\u200bb\u200dc\ufeff",
    "A" * 10_000,
    "🏳️\u200d🌈" * 2_000,
    "/open WIF long 5",
    "@admin",
    "https://t.me/evil",
    "evil.com",
    "$SCAM",
    "#scam",
    "USD\u0421",
    "",
    "\n\n\n",
    "\x00",
)
OUR_STYLES = {"bold", "code"}


def screens_of(token: Token, name: str = "Ann") -> Iterator[Screen]:
    user = a_user(first_name=name)
    marked = a_marked(token)
    portfolio = a_portfolio([marked] * 30, user)
    short = a_fill(
        token,
        receipt=a_receipt(
            side=Side.SHORT,
            action=OrderAction.LIQUIDATE,
            realised_pnl_lamports=-5 * SOL,
            rent_returned_lamports=2_039_280,
            fill=replace(a_receipt().fill, pool_fee_in_sol=False, notes=("a note",) * 9),
        ),
        position=a_position(state=PositionState.LIQUIDATED),
    )
    halted = a_quote(token, is_stale=True, halt="paused", notes=("n",) * 9, usd=None)
    suspicion = a_suspicion()
    yield market.card(a_quote(token, suspicion=suspicion, hearsay=(said_by("Jupiter"),)), KEYS)
    yield warnings.disputed(token, suspicion, KEYS)
    yield warnings.agreed(token, KEYS)
    yield hearsay.card(a_hearsay(token), Mode.PAPER)
    yield receipts.receipt(a_fill(token, receipt=a_receipt(fill=a_path_fill())), KEYS)
    yield market.card(a_quote(token), KEYS)
    yield market.card(halted, GROUP_KEYS)
    yield market.info(some_info(token, pools=200), KEYS)
    yield market.choices(token.symbol, [token] * 20, KEYS)
    yield market.pick("Which?", [token] * 20, KEYS, "card")
    yield receipts.receipt(a_fill(token), KEYS)
    yield receipts.receipt(short, KEYS)
    yield trading.which_side(token, KEYS)
    yield trading.which_leverage(token, 20, KEYS)
    yield trading.which_size(token, Side.SHORT, 20, 999_999 * SOL, KEYS)
    yield trading.ask_size(token, Side.SHORT, 20, Mode.PAPER)
    yield wallets.wallet(portfolio, KEYS)
    yield wallets.positions(portfolio, KEYS)
    yield wallets.positions(a_portfolio(), KEYS)
    yield wallets.position(marked, portfolio, KEYS)
    yield wallets.position(replace(a_marked(token, side=Side.SHORT), mark=None), portfolio, KEYS)
    yield wallets.history(a_history(token), KEYS, is_first=False)
    yield wallets.confirm_reset(portfolio, KEYS)
    yield wallets.season_begun(a_season(), KEYS)
    yield help_screens.welcome(portfolio, [token] * 6, KEYS)
    yield help_screens.welcome_group(user, GROUP_KEYS)
    yield help_screens.how_it_works(KEYS)
    yield help_screens.overview(command_table.TABLE, KEYS)


def require_telegram_takes(notice: Notice) -> None:
    """Check what Telegram's own server checks, and what a phone can show."""
    payload = notice.payload
    text = str(payload["text"])
    units = utf16_units(text)
    assert 0 < units <= 4096
    assert "parse_mode" not in payload
    assert payload["link_preview_options"] == {"is_disabled": True}
    for raw in payload["entities"]:
        entity = MessageEntity.model_validate(raw)
        assert entity.type in OUR_STYLES
        assert entity.length > 0
        assert entity.offset + entity.length <= units
    rows = payload.get("reply_markup", {}).get("inline_keyboard", [])
    assert len(rows) <= 5
    for row in rows:
        assert 1 <= len(row) <= 3
        for button in row:
            assert 1 <= len(button["text"]) <= 64
            data = button.get("callback_data")
            assert button.get("url", "").startswith("https://t.me/") if data is None else True
            assert len((data or "x").encode()) <= 64


def marked_text(notice: Notice) -> str:
    """Give the text without what stands in code, where Telegram finds no links."""
    raw = str(notice.payload["text"]).encode("utf-16-le")
    for entity in notice.payload["entities"]:
        if entity["type"] == "code":
            begin, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            raw = raw[:begin] + "x".encode("utf-16-le") * ((end - begin) // 2) + raw[end:]
    return raw.decode("utf-16-le")


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_hostile_names_pass_through_every_screen_as_plain_text(name: str) -> None:
    token = a_token(symbol=name, name=name, symbol_warning="unusual letters: \u0421 (U+0421)")
    for screen in screens_of(token, name):
        notice = to_send(screen, 1001)
        require_telegram_takes(notice)
        require_telegram_takes(to_edit(screen, 1001, 5))
        shown = marked_text(notice)
        for bait in ("@admin", "t.me", "evil.com", "$SCAM", "#scam", "/open WIF", "<b>", "tg://"):
            assert bait not in shown, "Telegram would make a link of it"
        for mark in "\u202e\u2066\u200b\u200d\ufeff\u0489\x00":
            assert mark not in str(notice.payload["text"])


@settings(max_examples=examples(30))
@given(name=st.text(max_size=60))
def test_any_name_at_all_passes(name: str) -> None:
    for screen in screens_of(a_token(symbol=name, name=name), name):
        require_telegram_takes(to_send(screen, 1001))


def test_ordinary_screens_fit_a_phone() -> None:
    for screen in screens_of(a_token()):
        require_telegram_takes(to_send(screen, 1001))
        text, _ = screen.text.render()
        assert text.count("\n") <= (45 if text.startswith("Commands") else 26)


def test_every_money_screen_begins_with_its_mode() -> None:
    for screen in (
        market.card(a_quote(), KEYS),
        receipts.receipt(a_fill(), KEYS),
        wallets.wallet(a_portfolio(), KEYS),
        wallets.positions(a_portfolio([a_marked()]), KEYS),
        wallets.history(a_history(), KEYS, is_first=True),
        trading.which_size(a_token(), Side.LONG, 1, SOL, KEYS),
    ):
        assert screen.text.render()[0].startswith("PAPER · ")


def test_the_whole_address_is_shown_in_code() -> None:
    notice = to_send(market.info(some_info(), KEYS), 1001)
    mint = a_token().mint
    offset = str(notice.payload["text"]).index(mint)
    code = {"type": "code", "offset": offset, "length": len(mint)}
    assert code in notice.payload["entities"]


def test_offsets_count_in_utf16() -> None:
    portfolio = a_portfolio([a_marked(a_token(symbol="@x"))])
    notice = to_send(wallets.positions(portfolio, KEYS), 1001)
    entity = notice.payload["entities"][-1]
    raw = str(notice.payload["text"]).encode("utf-16-le")
    begin = 2 * entity["offset"]
    assert raw[begin : begin + 2 * entity["length"]].decode("utf-16-le") == "@x"


@given(text=st.text(max_size=50))
def test_a_strangers_words_are_code_unless_they_are_plain(text: str) -> None:
    shown = named(text)
    plain = shown if isinstance(shown, str) else ""
    assert not set(plain) & set("@/.#$:<>&")


@given(cash=st.integers(0, 10**15))
def test_preset_sizes_always_fit_the_wallet(cash: int) -> None:
    sizes = trading.preset_sizes(cash)
    assert len(sizes) <= 3
    assert all(0 < size <= cash for size in sizes)
    assert sizes == tuple(sorted(set(sizes)))


@pytest.mark.parametrize("code", ["", "l", "x1", "l-1", "s1x", "l9999", "s\uff12"])
def test_an_order_code_is_read_strictly(code: str) -> None:
    assert trading.read_order_code(code) is None


def test_a_mark_that_is_not_whole_says_so() -> None:
    one = a_marked()
    assert one.mark is not None
    partial = replace(one, mark=replace(one.mark, is_whole=False, price=Decimal(1)))
    text, _ = wallets.position(partial, a_portfolio([partial]), KEYS).text.render()
    assert "the pool cannot take all of it" in text
