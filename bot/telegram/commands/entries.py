"""Entries that wait: `/limit`, `/breakout`, `/oco`, `/dca`, `/dip`, and their guided ways."""

from bot.domain.errors import Refusal
from bot.domain.positions import Side
from bot.domain.resting_plans import EXIT_EXPIRY, ExitPlan, RestingPlan, TakeProfit
from bot.domain.users import Mode
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.live_resting import propose
from bot.telegram.commands.market import pick_token, token_id_of
from bot.telegram.order_presets import (
    WAYS,
    read_entry_code,
    read_size_code,
    way_of,
)
from bot.telegram.order_words import SpokenSale, within
from bot.telegram.screens import guided_orders
from bot.telegram.screens import orders as screen
from bot.telegram.turn import Turn
from bot.words.speech import say

ENTRY_QUESTION = "order_entry"
_PICKED = {"l": "elim", "b": "ebrk", "o": "eoco", "d": "edca", "p": "edip"}


async def limit(turn: Turn, arguments: Arguments) -> None:
    """Wait for a better price."""
    await _enter(turn, arguments, "l")


async def breakout(turn: Turn, arguments: Arguments) -> None:
    """Wait for the price to break through a level."""
    await _enter(turn, arguments, "b")


async def oco(turn: Turn, arguments: Arguments) -> None:
    """Wait for a dip or a breakout, whichever comes first."""
    await _enter(turn, arguments, "o")


async def dca(turn: Turn, arguments: Arguments) -> None:
    """Buy again at intervals."""
    await _enter(turn, arguments, "d")


async def dip(turn: Turn, arguments: Arguments) -> None:
    """Buy again each time the price has fallen."""
    await _enter(turn, arguments, "p")


async def place(turn: Turn, plan: RestingPlan) -> None:
    """Place a plan and show what waits now."""
    if turn.mode is Mode.LIVE:
        await propose(turn, plan)
        return
    await turn.services.resting.place(
        turn.request,
        plan,
        lambda new: turn.with_screen(
            screen.placed(new, turn.request.received_at, turn.keys),
            say("Placed") if turn.pressed else "",
        ),
    )


async def answer_entry(turn: Turn, data: dict[str, str]) -> None:
    """Take a typed order for the token that was asked about."""
    token_id, code = data.get("token_id", ""), data.get("code", "")
    if not token_id.isdigit() or code not in WAYS:
        raise Refusal("not_understood")
    words = turn.text.split()
    try:
        await _place_words(turn, code, words, int(token_id))
    except Refusal as refusal:
        # Placed by a first try whose end was lost: the question is answered all the same.
        if refusal.code != "already_done":
            raise
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_later(turn: Turn, press: Press) -> None:
    """Offer the ways to enter a token later."""
    token = await turn.services.prices.token(turn.user, press.target)
    await turn.show(guided_orders.which_way(token, turn.keys))


async def press_way(turn: Turn, press: Press) -> None:
    """Ask how much, for the way that was chosen."""
    way_of(press.argument)
    await _ask_size(turn, press.argument, press.target)


async def press_limit(turn: Turn, press: Press) -> None:
    """Ask how much, for a limit on the picked token."""
    await _ask_size(turn, "l", press.target)


async def press_breakout(turn: Turn, press: Press) -> None:
    """Ask how much, for a breakout of the picked token."""
    await _ask_size(turn, "b", press.target)


async def press_oco(turn: Turn, press: Press) -> None:
    """Ask how much, for a dip or a breakout of the picked token."""
    await _ask_size(turn, "o", press.target)


async def press_dca(turn: Turn, press: Press) -> None:
    """Ask how much, for repeated buys of the picked token."""
    await _ask_size(turn, "d", press.target)


async def press_dip(turn: Turn, press: Press) -> None:
    """Ask how much, for buying dips of the picked token."""
    await _ask_size(turn, "p", press.target)


async def press_size(turn: Turn, press: Press) -> None:
    """Ask for the level, or the rhythm."""
    code, size = read_size_code(press.argument)
    quote = await turn.services.prices.quote(turn.user, press.target)
    await turn.show(guided_orders.which_level(quote, code, size, turn.keys))


async def press_place(turn: Turn, press: Press) -> None:
    """Place the guided order; a keyboard places once."""
    plan = read_entry_code(press.argument, press.target)
    presets = await turn.services.presets.own(turn.user)
    await place(turn, within(plan, (), presets.slippage_bps))


async def press_type(turn: Turn, press: Press) -> None:
    """Ask for an order to be typed; the next plain message answers it."""
    way = way_of(press.argument)
    token = await turn.services.prices.token(turn.user, press.target)
    data = {"token_id": str(press.target), "code": press.argument}
    await turn.services.talk.ask(turn.user, turn.chat_id, ENTRY_QUESTION, data)
    await turn.ask(guided_orders.ask_entry(token, way, turn.mode))


async def _enter(turn: Turn, arguments: Arguments, code: str) -> None:
    way = WAYS[code]
    if not arguments.token:
        await pick_token(turn, say("{title}: which token?", title=say(way.title)), _PICKED[code])
        return
    token_id = await token_id_of(turn, arguments.token)
    if not arguments.words:
        await _ask_size(turn, code, token_id)
        return
    await _place_words(turn, code, arguments.words, token_id)


async def _place_words(
    turn: Turn, code: str, words: tuple[str, ...] | list[str], token_id: int
) -> None:
    typed = WAYS[code].read(words, token_id)
    plan = await _sale(turn, typed, token_id) if isinstance(typed, SpokenSale) else typed
    presets = await turn.services.presets.own(turn.user)
    await place(turn, within(plan, words, presets.slippage_bps))


async def _sale(turn: Turn, sale: SpokenSale, token_id: int) -> ExitPlan:
    """Give the plan that sells a share of what is held of a token."""
    portfolio = await turn.services.wallets.portfolio(turn.user)
    for one in portfolio.positions:
        held = one.position
        if held.token_id == token_id and held.side is Side.LONG:
            return ExitPlan(
                position_number=held.number,
                exits=(TakeProfit(level=sale.level, share_percent=sale.share_percent),),
                expires_in=sale.expires_in or EXIT_EXPIRY,
            )
    token = await turn.services.prices.token(turn.user, token_id)
    raise Refusal("nothing_held", symbol=token.symbol)


async def _ask_size(turn: Turn, code: str, token_id: int) -> None:
    token = await turn.services.prices.token(turn.user, token_id)
    cash = (await turn.services.wallets.portfolio(turn.user)).wallet.cash_lamports
    presets = await turn.services.presets.own(turn.user)
    await turn.show(guided_orders.which_size(token, code, cash, presets.sizes, turn.keys))
