"""Exits of a position: `/sl`, `/tp`, `/trail`, `/breakeven`, `/exitin` and `/reverse`."""

from bot.domain.errors import Refusal
from bot.domain.notices import Notice
from bot.domain.orders import OrderAction
from bot.domain.resting_plans import ExitPlan
from bot.services.views import Filled, MarkedPosition
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.entries import place
from bot.telegram.layout import to_send
from bot.telegram.order_presets import EXIT_WAYS, code_of, exit_choice, exit_way_of
from bot.telegram.screens import guided_orders, receipts
from bot.telegram.turn import Turn
from bot.words.speech import say

EXIT_QUESTION = "order_exit"


async def stop(turn: Turn, arguments: Arguments) -> None:
    """Place a stop."""
    await _protect(turn, arguments, code_of("sl"))


async def profit(turn: Turn, arguments: Arguments) -> None:
    """Place the steps of a ladder."""
    await _protect(turn, arguments, code_of("tp"))


async def trail(turn: Turn, arguments: Arguments) -> None:
    """Place a trailing stop."""
    await _protect(turn, arguments, code_of("trail"))


async def break_even(turn: Turn, arguments: Arguments) -> None:
    """Have the stop moved to the entry once the level is reached."""
    await _protect(turn, arguments, code_of("breakeven"))


async def exit_in(turn: Turn, arguments: Arguments) -> None:
    """Leave after some time."""
    await _protect(turn, arguments, code_of("exitin"))


async def reverse(turn: Turn, arguments: Arguments) -> None:
    """Close a position and open the other way."""
    if arguments.number is None:
        await _pick(turn, "rev", say("Reverse"))
        return
    await _reverse(turn, arguments.number)


async def answer_exit(turn: Turn, data: dict[str, str]) -> None:
    """Take a typed exit for the position that was asked about."""
    number, code = data.get("number", ""), data.get("code", "")
    if not number.isdigit() or code not in EXIT_WAYS:
        raise Refusal("not_understood")
    try:
        await _place_words(turn, int(number), code, turn.text.split())
    except Refusal as refusal:
        # Placed by a first try whose end was lost: the question is answered all the same.
        if refusal.code != "already_done":
            raise
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_exits(turn: Turn, press: Press) -> None:
    """Offer the usual exits of one kind for a position, or the positions to choose from."""
    if not press.target:
        await _pick(turn, "xset", say("Exit"), press.argument)
        return
    await _offer(turn, press.target, press.argument)


async def press_place(turn: Turn, press: Press) -> None:
    """Place one of the usual exits; a keyboard places once."""
    way, words = exit_choice(press.argument)
    held = await _held(turn, press.target)
    plan = ExitPlan(position_number=press.target, exits=way.read(words, held.position.side))
    await place(turn, plan)


async def press_type(turn: Turn, press: Press) -> None:
    """Ask for an exit to be typed; the next plain message answers it."""
    way = exit_way_of(press.argument)
    held = await _held(turn, press.target)
    data = {"number": str(press.target), "code": press.argument}
    await turn.services.talk.ask(turn.user, turn.chat_id, EXIT_QUESTION, data)
    await turn.ask(guided_orders.ask_exit(held, way, turn.mode))


async def press_reverse(turn: Turn, press: Press) -> None:
    """Ask whether to turn a position round."""
    held = await _held(turn, press.target)
    await turn.show(guided_orders.confirm_reverse(held, turn.keys))


async def press_reverse_now(turn: Turn, press: Press) -> None:
    """Turn a position round; a keyboard does so once."""
    await _reverse(turn, press.target)


async def _protect(turn: Turn, arguments: Arguments, code: str) -> None:
    if arguments.number is None:
        await _pick(turn, "xset", say(EXIT_WAYS[code].title), code)
    elif not arguments.words:
        await _offer(turn, arguments.number, code)
    else:
        await _place_words(turn, arguments.number, code, arguments.words)


async def _place_words(
    turn: Turn, number: int, code: str, words: tuple[str, ...] | list[str]
) -> None:
    held = await _held(turn, number)
    exits = EXIT_WAYS[code].read(words, held.position.side)
    await place(turn, ExitPlan(position_number=number, exits=exits))


async def _offer(turn: Turn, number: int, code: str) -> None:
    held = await _held(turn, number)
    if not code:
        await turn.show(guided_orders.which_exit(held, turn.keys))
        return
    exit_way_of(code)
    presets = await turn.services.presets.own(turn.user)
    await turn.show(guided_orders.which_exit_level(held, code, presets, turn.keys))


async def _pick(turn: Turn, action: str, title: str, code: str = "") -> None:
    portfolio = await turn.services.wallets.portfolio(turn.user)
    await turn.show(guided_orders.which_position(portfolio, title, action, code, turn.keys))


async def _reverse(turn: Turn, number: int) -> None:
    await turn.services.brackets.reverse(turn.request, number, lambda one: _told(turn, one))


def _told(turn: Turn, filled: Filled) -> tuple[Notice, ...]:
    """Send the receipt of the close by itself, and answer with that of the opening."""
    screen = receipts.receipt(filled, turn.news_keys())
    if filled.receipt.action is OrderAction.CLOSE:
        return (to_send(screen, turn.user.user_id),)
    return turn.with_screen(screen, receipts.toast(filled) if turn.pressed else "")


async def _held(turn: Turn, number: int) -> MarkedPosition:
    portfolio = await turn.services.wallets.portfolio(turn.user)
    for one in portfolio.positions:
        if one.position.number == number:
            return one
    raise Refusal("unknown_position", number=number)
