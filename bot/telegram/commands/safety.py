"""How safe a token is: `/check`, and `/safety`, which says whether dangers block."""

from bot.domain.errors import Refusal
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.market import pick_token, token_id_of
from bot.telegram.screens import safety
from bot.telegram.turn import Turn
from bot.words.speech import say

_WISHES = {"on": True, "off": False}


async def check(turn: Turn, arguments: Arguments) -> None:
    """Show the safety card of the named token, or ask which."""
    if not arguments.token:
        await pick_token(turn, say("Check which token?"), "check")
        return
    await _show(turn, await token_id_of(turn, arguments.token))


async def safety_setting(turn: Turn, arguments: Arguments) -> None:
    """Show whether dangerous tokens are blocked, or change it."""
    if arguments.is_on is None:
        await turn.show(safety.setting(turn.keys, blocks=turn.user.blocks_danger))
        return
    await _set(turn, blocks=arguments.is_on)


async def press_check(turn: Turn, press: Press) -> None:
    """Show or refresh a safety card in place."""
    await _show(turn, press.target)


async def press_safety(turn: Turn, press: Press) -> None:
    """Change whether dangerous tokens are blocked."""
    blocks = _WISHES.get(press.argument)
    if blocks is None:
        raise Refusal("bad_button")
    await _set(turn, blocks=blocks)


async def _show(turn: Turn, token_id: int) -> None:
    card = await turn.services.safety.check(turn.user, token_id)
    await turn.show(safety.card(card, turn.keys))


async def _set(turn: Turn, *, blocks: bool) -> None:
    await turn.services.safety.block(
        turn.request,
        blocks=blocks,
        answer=lambda kept: turn.with_screen(safety.setting(turn.keys, blocks=kept)),
    )
