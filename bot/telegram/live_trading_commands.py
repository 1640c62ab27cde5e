"""The rows of the two tables that place orders with real money and show them."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import live_orders, live_trading
from bot.telegram.questions import timed_out
from bot.telegram.turn import Action, Command, Place
from bot.words.speech import later

_SHELF = later("Real money")

TRADING_COMMANDS: tuple[Command, ...] = (
    Command(
        name="liveorders",
        handler=live_orders.live_orders,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        help_line=later("your orders with real money, and how far each is"),
        long_help=later(
            "Tap a number for its stages: quoted, signed, sent, landed, confirmed. What an order "
            "may cost stays held until its end is proven."
        ),
        example="/liveorders",
        shelf=_SHELF,
    ),
    Command(
        name="slippage",
        handler=live_orders.slippage,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.REST, is_optional=True, shown="PERCENT"),),
        help_line=later("how much worse than its quote a live fill may be"),
        long_help=later("1% at first. A fill that would be worse than that does not happen."),
        example="/slippage 0.5%",
        shelf=_SHELF,
    ),
    Command(
        name="onetap",
        handler=live_orders.one_tap,
        permission=Permission.LEAVE_LIVE,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.SWITCH, is_optional=True),),
        help_line=later("whether live buttons act without a question"),
        long_help=later(
            "Off, as it is at first: a button that buys or sells with real money shows the quote "
            "and asks. What you type is asked back in any case."
        ),
        example="/onetap off",
        shelf=_SHELF,
    ),
)
TRADING_ACTIONS: tuple[Action, ...] = (
    Action(
        name="lgo",
        handler=live_trading.press_go,
        permission=Permission.LEAVE_LIVE,
        is_money=True,
        when_stale=timed_out,
    ),
    Action(name="lno", handler=live_trading.press_no, permission=Permission.VIEW_OWN),
    Action(name="lask", handler=live_trading.press_again, permission=Permission.LEAVE_LIVE, cost=3),
    Action(name="llist", handler=live_orders.press_list, permission=Permission.VIEW_OWN),
    Action(name="lone", handler=live_orders.press_one, permission=Permission.VIEW_OWN),
)
