"""What a person watches: `/watch`, `/unwatch`, `/watchlist` and their buttons."""

from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.market import pick_token, token_id_of
from bot.telegram.layout import label
from bot.telegram.screens import watchlist as screen
from bot.telegram.turn import Turn
from bot.words.speech import say


async def watch(turn: Turn, arguments: Arguments) -> None:
    """Put the named token on the list, or ask which."""
    if not arguments.token:
        await pick_token(turn, say("Watch which token?"), "watch")
        return
    token_id = await token_id_of(turn, arguments.token)
    change = await turn.services.watchlist.watch(turn.user, token_id)
    await turn.show(screen.watched(change, turn.keys))


async def unwatch(turn: Turn, arguments: Arguments) -> None:
    """Take the named token off the list, or ask which."""
    if not arguments.token:
        lines = await turn.services.watchlist.watchlist(turn.user)
        await turn.show(screen.pick_unwatched(lines, turn.keys))
        return
    token_id = await token_id_of(turn, arguments.token)
    token = await turn.services.watchlist.unwatch(turn.user, token_id)
    await turn.show(screen.unwatched(token, turn.keys))


async def watchlist(turn: Turn, _arguments: Arguments) -> None:
    """Show the list."""
    await _show(turn)


async def press_watch(turn: Turn, press: Press) -> None:
    """Put a token on the list; a toast says so, and the card stays as it is."""
    change = await turn.services.watchlist.watch(turn.user, press.target)
    name = label(change.token.symbol)
    await turn.note(
        say("Watching {token}: see /watchlist", token=name)
        if change.is_new
        else say("{token} was watched", token=name)
    )


async def press_unwatch(turn: Turn, press: Press) -> None:
    """Take a token off and show the list without it."""
    token = await turn.services.watchlist.unwatch(turn.user, press.target)
    await _show(turn, say("{token} is off the list", token=label(token.symbol)))


async def press_watchlist(turn: Turn, _press: Press) -> None:
    """Show or refresh the list in place."""
    await _show(turn)


async def _show(turn: Turn, toast: str = "") -> None:
    lines = await turn.services.watchlist.watchlist(turn.user)
    await turn.show(screen.watchlist(lines, turn.keys), toast)
