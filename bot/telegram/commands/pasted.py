"""A token's address in a group: a short card, with who named it there first."""

from bot.domain.errors import Refusal
from bot.domain.identifiers import is_address
from bot.telegram.commands.market import show_card, token_id_of
from bot.telegram.screens import groups as screens
from bot.telegram.turn import Turn


async def hear_group(turn: Turn, text: str) -> None:
    """Answer a message of a group that is nothing but an address; all else is not meant for us.

    In a group that is set up it is a call. What the group does not want is met with silence, as
    nobody asked us for anything.
    """
    here = turn.services.rooms.groups.of(turn.chat_id)
    if not is_address(text) or not here.cards:
        await turn.finish()
        return
    if not here.is_set_up:
        await show_card(turn, text)
        return
    try:
        await turn.services.rooms.groups.admit(
            turn.user, turn.chat_id, turn.thread_id, "price", is_operating=False
        )
    except Refusal:
        await turn.finish()
        return
    await _call(turn, text)


async def _call(turn: Turn, text: str) -> None:
    token_id = await token_id_of(turn, text)
    if not turn.services.rooms.calls.is_fresh(turn.chat_id, token_id):
        await turn.finish()
        return
    quote = await turn.services.prices.quote(turn.user, token_id)
    line = await turn.services.rooms.calls.call(turn.user, turn.chat_id, token_id, quote.price)
    await turn.show(screens.short_card(quote, line, turn.request.received_at, turn.keys))
