"""A person's live orders, `/liveorders`, and how they trade: `/slippage`, `/onetap`."""

from dataclasses import replace

from bot.domain.live_choices import LiveChoice
from bot.domain.money import share_from_text
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.screens import live_list, live_questions
from bot.telegram.turn import Turn


async def live_orders(turn: Turn, _arguments: Arguments) -> None:
    """List the newest live orders, with those under way first."""
    await turn.show(live_list.orders(await turn.live().orders.recent(turn.user), turn.keys))


async def press_list(turn: Turn, _press: Press) -> None:
    """Show or refresh the list in place."""
    await live_orders(turn, Arguments())


async def press_one(turn: Turn, press: Press) -> None:
    """Show one live order in place: how far it is, or how it ended."""
    intent, token = await turn.live().orders.one(turn.user, press.target)
    await turn.show(live_list.one(intent, token, turn.keys))


async def slippage(turn: Turn, arguments: Arguments) -> None:
    """Show how somebody trades live, or set how much worse than its quote a fill may be."""
    choice = await turn.live().choices.own(turn.user)
    if arguments.words:
        wanted = share_from_text(" ".join(arguments.words))
        await _keep(turn, replace(choice, slippage_bps=wanted))
    else:
        await turn.show(live_questions.choices(choice, turn.keys))


async def one_tap(turn: Turn, arguments: Arguments) -> None:
    """Show how somebody trades live, or set whether buttons act at once."""
    choice = await turn.live().choices.own(turn.user)
    if arguments.is_on is None:
        await turn.show(live_questions.choices(choice, turn.keys))
    else:
        await _keep(turn, replace(choice, is_one_tap=arguments.is_on))


async def _keep(turn: Turn, choice: LiveChoice) -> None:
    notices = turn.with_screen(live_questions.choices(choice, turn.keys))
    await turn.live().choices.keep(turn.request, choice, notices)
