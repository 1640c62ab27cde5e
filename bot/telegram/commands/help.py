"""The way in: `/start` with its deep links, and `/help`."""

from collections.abc import Awaitable, Callable, Mapping

from bot.domain.errors import Refusal
from bot.domain.users import PERMISSIONS, Status
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.commands.admission import answer_waiting, redeem
from bot.telegram.commands.market import show_card_of
from bot.telegram.commands.orders import orders
from bot.telegram.commands.performance import pnl
from bot.telegram.commands.risk import locks
from bot.telegram.commands.trading import open_position
from bot.telegram.commands.wallets import history, positions, wallet
from bot.telegram.commands.watchlist import watchlist
from bot.telegram.screens import help as screens
from bot.telegram.secret_pocket import INVITATION
from bot.telegram.shelves import SHELF_MARK, shelves, slug
from bot.telegram.suggestions import nearest
from bot.telegram.tour_texts import TOUR
from bot.telegram.turn import Command, Place, Turn

_LONGEST_TOKEN_ID = 9
_STEPS = frozenset(str(step) for step in range(1, len(TOUR) + 1))


async def start(turn: Turn, arguments: Arguments) -> None:
    """Greet, or open the screen that a deep link names; a link never does more than show.

    But for an invitation, which lets in whoever opens it.
    """
    if turn.is_private and arguments.topic.startswith(INVITATION):
        await redeem(turn)
        return
    if turn.user.status is Status.PENDING:
        await answer_waiting(turn)
        return
    if not turn.is_private:
        await turn.show(screens.welcome_group(turn.user, turn.keys))
        return
    token_id = arguments.topic.removeprefix("t_")
    if token_id != arguments.topic and _is_id(token_id):
        await show_card_of(turn, int(token_id))
        return
    screen = _LINKED.get(arguments.topic, _welcome)
    await screen(turn, Arguments())


async def help_(turn: Turn, arguments: Arguments) -> None:
    """List the commands, or explain one."""
    await _help(turn, arguments.topic.removeprefix("/").lower())


async def press_start(turn: Turn, _press: Press) -> None:
    """Show the welcome in place."""
    await _welcome(turn, Arguments())


async def press_how(turn: Turn, _press: Press) -> None:
    """Explain paper trading in place."""
    await turn.show(screens.how_it_works(turn.keys))


async def press_tour(turn: Turn, press: Press) -> None:
    """Show one of the four messages of the tour in place."""
    if press.argument not in _STEPS:
        raise Refusal("bad_button")
    await turn.show(screens.tour(int(press.argument), turn.keys))


async def press_help(turn: Turn, press: Press) -> None:
    """Show help in place."""
    await _help(turn, press.argument)


async def _welcome(turn: Turn, _arguments: Arguments) -> None:
    portfolio = await turn.services.wallets.portfolio(turn.user)
    tokens = await turn.services.prices.popular(turn.user)
    await turn.show(screens.welcome(portfolio, tokens, turn.keys))


async def _help(turn: Turn, topic: str) -> None:
    if not topic:
        await turn.show(screens.overview(_usable(turn), turn.keys))
        return
    if topic.startswith(SHELF_MARK):
        await _show_shelf(turn, topic)
        return
    command = turn.commands.get(topic)
    if command is None:
        raise Refusal("unknown_command", name=topic, suggestion=nearest(topic, turn.commands))
    if _is_closed_here(command, turn):
        raise Refusal("closed_here")
    await turn.show(screens.topic(command, turn.keys))


async def _show_shelf(turn: Turn, wanted: str) -> None:
    for shelf, rows in shelves(_usable(turn)).items():
        if slug(shelf) == wanted:
            await turn.show(screens.shelf(shelf, rows, turn.keys))
            return
    raise Refusal("bad_button")


def _usable(turn: Turn) -> tuple[Command, ...]:
    granted = PERMISSIONS[turn.user.role]
    return tuple(
        command
        for name, command in turn.commands.items()
        if name == command.name
        and command.is_listed
        and command.permission in granted
        and _is_of_here(command, turn)
    )


def _is_of_here(command: Command, turn: Turn) -> bool:
    if turn.is_private:
        return command.place is not Place.GROUP
    granted = PERMISSIONS[turn.user.role]
    return (
        command.place is not Place.PRIVATE
        and (command.in_group is None or command.in_group in granted)
        and not _is_closed_here(command, turn)
    )


def _is_closed_here(command: Command, turn: Turn) -> bool:
    """Tell whether this group's own settings have switched a command off."""
    return not turn.is_private and command.name in _closed(turn)


def _closed(turn: Turn) -> frozenset[str]:
    return turn.services.rooms.groups.of(turn.chat_id).closed


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_TOKEN_ID


_LINKED: Mapping[str, Callable[[Turn, Arguments], Awaitable[None]]] = {
    "wallet": wallet,
    "positions": positions,
    "history": history,
    "pnl": pnl,
    "orders": orders,
    "watchlist": watchlist,
    "locks": locks,
    "help": help_,
    "open": open_position,
}
