"""The rows of the command table for orders that wait."""

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.commands import entries, exits, orders, presets
from bot.telegram.turn import Command, CommandHandler, Place
from bot.words.speech import later

ORDERS_THAT_WAIT = later("Orders that wait")
_TOKEN = Argument(kind=Kind.TOKEN)
_POSITION = Argument(kind=Kind.POSITION)


def _row(
    name: str, handler: CommandHandler, arguments: tuple[Argument, ...], *, line: str, long: str,
    example: str, aliases: tuple[str, ...] = (), is_dangerous: bool = False,
) -> Command:  # fmt: skip
    return Command(
        name=name,
        aliases=aliases,
        handler=handler,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=arguments,
        help_line=line,
        long_help=long,
        example=example,
        is_guided=True,
        is_dangerous=is_dangerous,
        shelf=ORDERS_THAT_WAIT,
    )


def _then(kind: Kind) -> Argument:
    """Give an argument that is asked for where it is left out."""
    return Argument(kind=kind, is_optional=True)


ORDER_COMMANDS: tuple[Command, ...] = (
    _row(
        "limit",
        entries.limit,
        (_TOKEN, _then(Kind.LIMIT)),
        line="buy, short or sell at a level or better",
        long=(
            "A level is a price (0.02), dollars ($1.50), a change (-8%) or a market cap (mc 5M). "
            "Exits, in any order: sl -8%, tp 30%:50%, trail 10%, be +10%, exit 4h. "
            "Sell takes a share of what you hold. Ends with for 3d."
        ),
        example="/limit WIF buy 5 at -5% sl -8%",
    ),
    _row(
        "breakout",
        entries.breakout,
        (_TOKEN, _then(Kind.BREAKOUT)),
        line="buy once the price breaks a level",
        long=(
            "Fills at what the pool asks when the level is seen. "
            "A level is a price (0.02), dollars ($1.50), a change (-8%) or a market cap (mc 5M). "
            "Exits, in any order: sl -8%, tp 30%:50%, trail 10%, be +10%, exit 4h."
        ),
        example="/breakout WIF 5 at +3% sl -8%",
    ),
    _row(
        "oco",
        entries.oco,
        (_TOKEN, _then(Kind.EITHER)),
        line="buy a dip or a breakout, whichever is first",
        long=(
            "The first to fill cancels the other. "
            "A level is a price (0.02), dollars ($1.50), a change (-8%) or a market cap (mc 5M). "
            "Exits, in any order: sl -8%, tp 30%:50%, trail 10%, be +10%, exit 4h."
        ),
        example="/oco WIF 5 buy -5% or breakout +5%",
    ),
    _row(
        "dca",
        entries.dca,
        (_TOKEN, _then(Kind.SCHEDULE)),
        line="buy again at intervals",
        long="SIZE is spent each time, the first time after one interval.",
        example="/dca WIF 1 every 4h x10",
    ),
    _row(
        "dip",
        entries.dip,
        (_TOKEN, _then(Kind.DIPS)),
        line="buy each time the price has fallen",
        long="Each buy waits for so far below the last one.",
        example="/dip WIF 1 drop 5% x3",
    ),
    _row(
        "sl",
        exits.stop,
        (_POSITION, _then(Kind.STOP)),
        aliases=("stop",),
        line="a stop below (or above) a position",
        long=(
            "Percentages count your gain from your entry: -8% loses 8%, +10% keeps 10%. "
            "be is your entry. It fills at what the pool pays, never at the level itself."
        ),
        example="/sl 12 -8%",
    ),
    _row(
        "tp",
        exits.profit,
        (_POSITION, _then(Kind.LADDER)),
        line="take profit, at one level or several",
        long="A share of the position after a colon: the rest of a ladder waits on.",
        example="/tp 12 20%:50% 50%:50%",
    ),
    _row(
        "trail",
        exits.trail,
        (_POSITION, _then(Kind.DISTANCE)),
        line="a stop that follows the price",
        long="By percent, or by times the ATR of 14 candles of 15m or 1h.",
        example="/trail 12 10%",
    ),
    _row(
        "breakeven",
        exits.break_even,
        (_POSITION, _then(Kind.BREAK_EVEN)),
        line="move the stop to the entry at a level",
        long="Once the level is reached your stop goes to the entry price, or one is placed.",
        example="/breakeven 12 +10%",
    ),
    _row(
        "exitin",
        exits.exit_in,
        (_POSITION, _then(Kind.AFTER)),
        line="leave after some time",
        long="With a share, only that part of the position is sold then.",
        example="/exitin 12 4h 50%",
    ),
    _row(
        "reverse",
        exits.reverse,
        (_POSITION,),
        line="close a position and go the other way",
        long="Two fills: the second uses what came back of the first.",
        example="/reverse 12",
        is_dangerous=True,
    ),
    Command(
        name="orders",
        handler=orders.orders,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="your orders that wait",
        long_help="With level, distance and time left. Tap a number to change or cancel it.",
        example="/orders",
        shelf=ORDERS_THAT_WAIT,
    ),
    Command(
        name="order",
        handler=orders.order,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        arguments=(Argument(kind=Kind.ORDER),),
        help_line="one order's whole life",
        long_help="Waiting, filled or ended: when it was placed, seen, tried, and what it does.",
        example="/order 14",
        is_guided=True,
        shelf=ORDERS_THAT_WAIT,
    ),
    Command(
        name="presets",
        handler=presets.presets,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=(_then(Kind.PRESET),),
        help_line="what your own buttons offer",
        long_help="Three sizes to buy, levels to leave at, a stop, a trail, and slippage.",
        example="/presets buy 1 5 10",
        is_guided=True,
        shelf=ORDERS_THAT_WAIT,
    ),
    _row(
        "cancelorder",
        orders.cancel_order,
        (Argument(kind=Kind.ORDER_OR_ALL),),
        line="cancel an order, or all that wait",
        long="all asks first. What is open stays open.",
        example="/cancelorder 14",
    ),
)
