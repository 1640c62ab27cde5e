"""Orders: `/open`, `/close`, the guided way, and the buttons that trade."""

from bot.domain.errors import Refusal
from bot.domain.orders import CloseIntent, OpenIntent
from bot.domain.positions import PositionState, Side
from bot.domain.resting_plans import Entry, SizeUnit
from bot.domain.users import Mode
from bot.services.views import Filled
from bot.telegram.arguments import Arguments, size_from_text
from bot.telegram.callbacks import Press
from bot.telegram.commands import live_trading
from bot.telegram.commands.market import token_id_of
from bot.telegram.commands.wallets import positions
from bot.telegram.layout import Rows
from bot.telegram.order_words import read_open
from bot.telegram.screens import market, receipts, trading
from bot.telegram.turn import Turn
from bot.words.speech import say

AMOUNT_QUESTION = "open_size"


async def open_position(turn: Turn, arguments: Arguments) -> None:
    """Book an order as typed, or begin to ask for it."""
    if arguments.side is None:
        await _ask_token(turn)
        return
    _refuse_short(turn, arguments.side)
    typed = read_open(arguments.words, arguments.side)
    token_id = await token_id_of(turn, arguments.token)
    if turn.mode is Mode.LIVE:
        await live_trading.open_live(turn, token_id, typed)
        return
    if typed.exits or typed.size.unit is not SizeUnit.LAMPORTS:
        await _open_with_exits(turn, typed.of(token_id))
        return
    intent = OpenIntent(
        token_id=token_id,
        side=typed.side,
        size_lamports=int(typed.size.value),
        leverage=typed.leverage,
    )
    await _open(turn, intent)


async def close_position(turn: Turn, arguments: Arguments) -> None:
    """Close a position as typed, or list what is open."""
    if arguments.number is None:
        await positions(turn, arguments)
        return
    if turn.mode is Mode.LIVE:
        await live_trading.close_live(turn, arguments.number, arguments.percent)
        return
    intent = CloseIntent(number=arguments.number, percent=arguments.percent)
    await turn.services.trading.close(
        turn.request, intent, lambda filled: turn.with_screen(receipts.receipt(filled, turn.keys))
    )


async def answer_amount(turn: Turn, data: dict[str, str]) -> None:
    """Take a typed amount as the size of the order that was asked about."""
    order = trading.read_order_code(data.get("code", ""))
    token_id = data.get("token_id", "")
    if order is None or not token_id.isdigit():
        raise Refusal("not_understood")
    side, leverage = order
    size = size_from_text(turn.text)
    if turn.mode is Mode.LIVE:
        # Its own question takes the place of this one.
        await live_trading.buy_live(turn, int(token_id), size)
        return
    intent = OpenIntent(token_id=int(token_id), side=side, size_lamports=size, leverage=leverage)
    try:
        await _open(turn, intent)
    except Refusal as refusal:
        # Booked by a first try whose end was lost: the question is answered all the same.
        if refusal.code != "already_done":
            raise
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_buy(turn: Turn, press: Press) -> None:
    """Buy a preset from a card; the receipt goes to the owner, the card gets fresh buttons."""
    if turn.mode is Mode.LIVE:
        await live_trading.buy_live(turn, press.target, _whole(press.argument))
        return
    intent = OpenIntent(token_id=press.target, side=Side.LONG, size_lamports=_whole(press.argument))
    sizes = (await turn.services.presets.own(turn.user)).sizes
    await turn.services.trading.open(
        turn.request,
        intent,
        lambda filled: turn.beside(
            receipts.receipt(filled, turn.news_keys()),
            market.card_rows(filled.token, turn.keys, sizes),
            receipts.toast(filled),
        ),
    )


async def press_go(turn: Turn, press: Press) -> None:
    """Book a guided order; its receipt takes the place of the question."""
    code, _, size = press.argument.partition("x")
    side, leverage = _order(turn, code)
    if turn.mode is Mode.LIVE:
        await live_trading.buy_live(turn, press.target, _whole(size))
        return
    intent = OpenIntent(
        token_id=press.target, side=side, size_lamports=_whole(size), leverage=leverage
    )
    await _open(turn, intent)


async def press_close(turn: Turn, press: Press) -> None:
    """Close part or all of a position; the pressed message gets the buttons that still fit."""
    percent = _whole(press.argument)
    if percent > 100:  # noqa: PLR2004 (a percentage)
        raise Refusal("bad_button")
    if turn.mode is Mode.LIVE:
        await live_trading.close_live(turn, press.target, percent)
        return
    await turn.services.trading.close(
        turn.request,
        CloseIntent(number=press.target, percent=percent),
        lambda filled: turn.beside(
            receipts.receipt(filled, turn.news_keys()), _left(turn, filled), receipts.toast(filled)
        ),
    )


async def press_pick(turn: Turn, _press: Press) -> None:
    """Ask which token to trade."""
    await _ask_token(turn)


async def press_side(turn: Turn, press: Press) -> None:
    """Ask which way."""
    token = await turn.services.prices.token(turn.user, press.target)
    await turn.show(trading.which_side(token, turn.keys))


async def press_leverage(turn: Turn, press: Press) -> None:
    """Ask how much leverage for a short."""
    _refuse_short(turn, Side.SHORT)
    token = await turn.services.prices.token(turn.user, press.target)
    portfolio = await turn.services.wallets.portfolio(turn.user)
    await turn.show(trading.which_leverage(token, portfolio.limits.leverage, turn.keys))


async def press_size(turn: Turn, press: Press) -> None:
    """Ask how much, scaled to the wallet."""
    side, leverage = _order(turn, press.argument)
    token = await turn.services.prices.token(turn.user, press.target)
    cash = (await turn.services.wallets.portfolio(turn.user)).wallet.cash_lamports
    report = await turn.services.safety.report(press.target)
    await turn.show(trading.which_size(token, side, leverage, cash, turn.keys, report=report))


async def press_ask(turn: Turn, press: Press) -> None:
    """Ask for an amount to be typed; the next plain message answers it."""
    side, leverage = _order(turn, press.argument)
    token = await turn.services.prices.token(turn.user, press.target)
    data = {"token_id": str(press.target), "code": press.argument}
    await turn.services.talk.ask(turn.user, turn.chat_id, AMOUNT_QUESTION, data)
    await turn.ask(trading.ask_size(token, side, leverage, turn.mode))


async def _open(turn: Turn, intent: OpenIntent) -> None:
    await turn.services.trading.open(
        turn.request,
        intent,
        lambda filled: turn.with_screen(
            receipts.receipt(filled, turn.keys), receipts.toast(filled) if turn.pressed else ""
        ),
    )


async def _open_with_exits(turn: Turn, entry: Entry) -> None:
    """Open with what shall end the position again, placed in the fill's own transaction."""
    await turn.services.brackets.open(
        turn.request,
        entry,
        lambda filled: turn.with_screen(receipts.receipt(filled, turn.keys, exits=entry.exits)),
    )


def _refuse_short(turn: Turn, side: Side) -> None:
    """Raise `Refusal` (`live_long_only`) of a short with real money."""
    if turn.mode is Mode.LIVE and side is Side.SHORT:
        raise Refusal("live_long_only")


async def _ask_token(turn: Turn) -> None:
    tokens = await turn.services.prices.popular(turn.user)
    await turn.show(market.pick(say("Trade which token?"), tokens, turn.keys, "side"))


def _left(turn: Turn, filled: Filled) -> Rows:
    if filled.position.state is PositionState.OPEN:
        return receipts.receipt_rows(filled, turn.keys)
    return receipts.closed_rows(turn.keys)


def _order(turn: Turn, code: str) -> tuple[Side, int]:
    order = trading.read_order_code(code)
    if order is None:
        raise Refusal("bad_button")
    _refuse_short(turn, order[0])
    return order


def _whole(digits: str) -> int:
    if not digits.isdigit() or int(digits) == 0:
        raise Refusal("bad_button")
    return int(digits)
