"""A person's own figures: `/wallet`, `/positions`, `/history`, `/reset` and their buttons."""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.errors import Refusal
from bot.domain.users import Mode
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.layout import lines
from bot.telegram.rich_text import Text
from bot.telegram.screens import live_list, wallets
from bot.telegram.turn import Turn
from bot.words.speech import say

RESET_QUESTION = "reset"
_RESET_SECONDS = 60


async def wallet(turn: Turn, _arguments: Arguments) -> None:
    """Show the wallet."""
    await turn.show(wallets.wallet(await turn.services.wallets.portfolio(turn.user), turn.keys))


async def positions(turn: Turn, _arguments: Arguments) -> None:
    """List open positions."""
    portfolio = await turn.services.wallets.portfolio(turn.user)
    waiting = (
        await turn.services.resting.working(turn.user, turn.mode) if portfolio.positions else ()
    )
    screen = wallets.positions(portfolio, turn.keys, waiting)
    await turn.show(replace(screen, text=lines(screen.text, *await _under_way(turn))))


async def history(turn: Turn, _arguments: Arguments) -> None:
    """Show the newest fills."""
    page = await turn.services.wallets.history(turn.user, None)
    await turn.show(wallets.history(page, turn.keys, is_first=True))


async def reset(turn: Turn, _arguments: Arguments) -> None:
    """Ask whether to begin a new season."""
    turn.user.require_paper()
    portfolio = await turn.services.wallets.portfolio(turn.user)
    data = {"nonce": turn.keys.nonce}
    await turn.services.talk.ask(turn.user, turn.chat_id, RESET_QUESTION, data, _RESET_SECONDS)
    is_live_on = turn.services.modes.is_live_on
    await turn.show(wallets.confirm_reset(portfolio, turn.keys, is_live_on=is_live_on))


async def press_wallet(turn: Turn, _press: Press) -> None:
    """Show or refresh the wallet in place."""
    await wallet(turn, Arguments())


async def press_positions(turn: Turn, _press: Press) -> None:
    """Show or refresh the positions in place."""
    await positions(turn, Arguments())


async def press_position(turn: Turn, press: Press) -> None:
    """Show or refresh one position in place."""
    await _show_position(turn, press.target)


async def stale_position(turn: Turn, press: Press) -> None:
    """Put a fresh position in the place of an expired one, without an order."""
    await _show_position(
        turn, press.target, say("Prices moved on, nothing was closed. Press again.")
    )


async def press_history(turn: Turn, press: Press) -> None:
    """Turn a page of the history in place."""
    page = await turn.services.wallets.history(turn.user, press.target or None)
    await turn.show(wallets.history(page, turn.keys, is_first=press.target == 0))


async def press_reset(turn: Turn, _press: Press) -> None:
    """Ask, in place of the wallet, whether to begin a new season."""
    await reset(turn, Arguments())


async def press_erase(turn: Turn, press: Press) -> None:
    """Begin a new season, if its question is still open."""
    question = await turn.services.talk.awaiting(turn.user, turn.chat_id)
    is_open = question is not None and question.kind == RESET_QUESTION
    if question is None or not is_open or question.data.get("nonce") != press.nonce:
        raise Refusal("timed_out")
    await turn.services.wallets.reset(
        turn.request,
        lambda season: turn.with_screen(wallets.season_begun(season, turn.keys), say("New season")),
    )
    await turn.services.talk.drop(turn.user, turn.chat_id)


async def press_keep(turn: Turn, _press: Press) -> None:
    """Keep the season and go back to the wallet."""
    await turn.services.talk.drop(turn.user, turn.chat_id)
    portfolio = await turn.services.wallets.portfolio(turn.user)
    await turn.show(wallets.wallet(portfolio, turn.keys), say("Kept. Nothing was reset."))


async def timed_out(_turn: Turn, _press: Press) -> None:
    """Refuse an expired question."""
    raise Refusal("timed_out")


async def _under_way(turn: Turn) -> Iterable[Text]:
    """Give a line for each live order that is not at its end."""
    if turn.mode is not Mode.LIVE or turn.services.live is None:
        return ()
    return live_list.under_way(await turn.services.live.orders.under_way(turn.user))


async def _show_position(turn: Turn, number: int, toast: str = "") -> None:
    portfolio = await turn.services.wallets.portfolio(turn.user)
    for one in portfolio.positions:
        if one.position.number == number:
            waiting = await turn.services.resting.working(turn.user, turn.mode)
            await turn.show(wallets.position(one, portfolio, turn.keys, waiting), toast)
            return
    raise Refusal("unknown_position", number=number)
