"""Trading with real money: the question with its quote, and the order that its answer places."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.exit_spelling import read_exits, spell_exits
from bot.domain.live_orders import LiveSide, LiveWish
from bot.domain.notices import Notice, Priority
from bot.domain.resting_plans import Size, SizeUnit
from bot.services.live_asking import LiveQuestion
from bot.telegram.callbacks import Press
from bot.telegram.layout import Screen
from bot.telegram.order_words import SpokenEntry
from bot.telegram.questions import answered
from bot.telegram.refusing import example_symbol
from bot.telegram.screens import live_progress, live_questions
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.turn import Turn
from bot.words.speech import say

LIVE_QUESTION = "live_order"
_ANSWER_SECONDS = 30
_WHOLE_PERCENT = 100
_SAID_BEFORE = frozenset({"already_done", "request_mismatch"})


async def open_live(turn: Turn, token_id: int, typed: SpokenEntry) -> None:
    """Ask about a purchase as typed."""
    slippage_bps = typed.slippage_bps or await _slippage(turn)
    question = await turn.live().asking.buy(
        turn.request, token_id, typed.size, slippage_bps, exits=typed.exits
    )
    await _ask(turn, question)


async def buy_live(turn: Turn, token_id: int, lamports: int) -> None:
    """Ask about a purchase by a button or a typed amount, or place it where one tap is enough."""
    size = Size(unit=SizeUnit.LAMPORTS, value=Decimal(lamports))
    slippage_bps = await _slippage(turn)
    question = await turn.live().asking.buy(turn.request, token_id, size, slippage_bps)
    await _ask_or_place(turn, question)


async def close_live(turn: Turn, number: int, percent: int = _WHOLE_PERCENT) -> None:
    """Ask about the sale of a position, or place it where one tap on a button is enough."""
    slippage_bps = await _slippage(turn)
    question = await turn.live().asking.sell(turn.request, number, percent, slippage_bps)
    await _ask_or_place(turn, question)


async def press_again(turn: Turn, press: Press) -> None:
    """Ask the same once more, by the quote of now, in the question's place."""
    side, amount = press.argument[:1], press.argument[1:]
    if side not in {"b", "s"} or not amount.isdigit():
        raise Refusal("bad_button")
    asking, slippage_bps = turn.live().asking, await _slippage(turn)
    if side == "b":
        size = Size(unit=SizeUnit.LAMPORTS, value=Decimal(amount))
        question = await asking.buy(turn.request, press.target, size, slippage_bps)
    else:
        percent = min(int(amount), _WHOLE_PERCENT)
        question = await asking.sell(turn.request, press.target, percent, slippage_bps)
    await turn.show(await _remembered(turn, question))


async def press_go(turn: Turn, press: Press) -> None:
    """Place the order that was asked about, once, if its question is still open."""
    if known := await turn.live().orders.of_request(turn.request):
        raise Refusal("already_done", order_number=known.number)
    question = await answered(turn, press, LIVE_QUESTION)
    try:
        await _place(turn, _read(question.data))
    except Refusal as refusal:
        if refusal.code in _SAID_BEFORE:
            raise
        await _say_refused(turn, refusal, question.data)
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_no(turn: Turn, _press: Press) -> None:
    """Place nothing."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    await turn.show(live_questions.dropped(turn.keys), say("Nothing was bought or sold"))


async def _ask_or_place(turn: Turn, question: LiveQuestion) -> None:
    if turn.pressed is None or turn.pressed.on_picture:
        await _ask(turn, question)
        return
    if (await turn.live().choices.own(turn.user)).is_one_tap:
        await _place(turn, question.wish)
        return
    await _ask(turn, question)


async def _ask(turn: Turn, question: LiveQuestion) -> None:
    screen = await _remembered(turn, question)
    if turn.pressed is None:
        await turn.show(screen)
    else:
        # The card that was pressed stays; the question has a message of its own.
        await turn.ask(screen)


async def _remembered(turn: Turn, question: LiveQuestion) -> Screen:
    data = _spelt(question.wish) | {
        "asked": str(question.asked),
        "nonce": turn.keys.nonce,
        "mode": turn.mode.value,
    }
    await turn.services.talk.ask(turn.user, turn.chat_id, LIVE_QUESTION, data, _ANSWER_SECONDS)
    until = question.quote.received_at + timedelta(seconds=_ANSWER_SECONDS)
    return live_questions.ask(question, turn.keys, until=until, seconds=_ANSWER_SECONDS)


async def _place(turn: Turn, wish: LiveWish) -> None:
    token = await turn.services.prices.token(turn.user, wish.token_id)
    shown = live_progress.placed(wish.side, token, wish.amount_in, wish.least_out)
    notices = tuple(map(_in_line, turn.with_screen(shown, say("Placed"))))
    await turn.live().orders.place(turn.request, wish, notices, message_id=turn.message_id)


def _in_line(notice: Notice) -> Notice:
    """Let what is shown first go before what follows it: an order's edits keep one line."""
    if notice.method != "editMessageText":
        return notice
    return replace(notice, priority=Priority.FILL)


async def _say_refused(turn: Turn, refusal: Refusal, data: Mapping[str, str]) -> None:
    wish, words = _read(data), refusal_words(refusal, await example_symbol(turn))
    target = wish.position_number or wish.token_id
    again = live_questions.again(wish.side, turn.keys, target, int(data["asked"]))
    # A button does not carry exits: what had some is typed anew.
    await turn.show(live_questions.refused(words, () if wish.exits else (again,)))


async def _slippage(turn: Turn) -> int:
    return (await turn.live().choices.own(turn.user)).slippage_bps


def _spelt(wish: LiveWish) -> dict[str, str]:
    return {
        "wallet": str(wish.wallet_number),
        "token": str(wish.token_id),
        "side": wish.side.value,
        "amount": str(wish.amount_in),
        "slippage": str(wish.slippage_bps),
        "position": str(wish.position_number or ""),
        "least": str(wish.least_out),
        "exits": json.dumps(spell_exits(wish.exits)),
    }


def _read(data: Mapping[str, str]) -> LiveWish:
    return LiveWish(
        wallet_number=int(data["wallet"]),
        token_id=int(data["token"]),
        side=LiveSide(data["side"]),
        amount_in=int(data["amount"]),
        slippage_bps=int(data["slippage"]),
        position_number=int(data["position"]) if data["position"] else None,
        least_out=int(data["least"]),
        exits=read_exits(json.loads(data.get("exits", "[]"))),
    )
