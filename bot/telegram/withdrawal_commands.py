"""The rows of the tables of commands and buttons that let real money out."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import live_addresses, live_withdrawals
from bot.telegram.turn import Action, Command, Place, PressHandler

WITHDRAWAL_COMMANDS: tuple[Command, ...] = (
    Command(
        name="withdraw",
        shelf="Real money",
        cost=3,
        handler=live_withdrawals.withdraw,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="AMOUNT ASSET ADDRESS"),),
        help_line="send real money to an address of your list",
        long_help=(
            "AMOUNT is a number, a share like 50%, or all; ASSET is SOL or a token; ADDRESS is the "
            "number or name of an address of /addresses. It takes a code of your authenticator "
            "app, given on a page, and then waits for a while in which you can stop it."
        ),
        example="/withdraw 1.5 SOL 1",
        is_guided=True,
        is_dangerous=True,
    ),
    Command(
        name="addresses",
        shelf="Real money",
        cost=3,
        handler=live_addresses.addresses,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="add ADDRESS NAME"),),
        help_line="where your real money may go",
        long_help=(
            "Shows your list. `/addresses add ADDRESS NAME` puts one on it, which counts after a "
            "wait; `/addresses remove 2` takes one off at once."
        ),
        example="/addresses",
        is_guided=True,
    ),
)


def _step(name: str, handler: PressHandler, *, cost: int = 1) -> Action:
    return Action(
        name=name, handler=handler, permission=Permission.LEAVE_LIVE, cost=cost, is_of_any_mode=True
    )


def _stop(name: str, handler: PressHandler) -> Action:
    """Give a row that makes money safer: it works while frozen, and for ever."""
    return Action(
        name=name,
        handler=handler,
        permission=Permission.PROTECT_OWN,
        when_stale=handler,
        cost=0,
        is_of_any_mode=True,
    )


WITHDRAWAL_ACTIONS: tuple[Action, ...] = (
    _step("wdraw", live_withdrawals.press_withdraw),
    _step("wasset", live_withdrawals.press_asset),
    _step("wto", live_withdrawals.press_address),
    Action(
        name="wmuch",
        handler=live_withdrawals.press_amount,
        permission=Permission.LEAVE_LIVE,
        is_money=True,
        when_stale=live_withdrawals.press_withdraw,
        cost=3,
        is_of_any_mode=True,
    ),
    _step("wadd", live_addresses.press_add),
    _stop("waddrs", live_addresses.press_addresses),
    _stop("wdrop", live_addresses.press_remove),
    _stop("wstop", live_withdrawals.press_stop),
)
