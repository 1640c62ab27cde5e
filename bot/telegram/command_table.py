"""The one table of commands: it drives dispatch, help, argument errors and Telegram's menus."""

from collections.abc import Mapping, Sequence

from bot.domain.users import Permission
from bot.telegram.arguments import Argument, Kind
from bot.telegram.audit_commands import AUDIT_COMMANDS
from bot.telegram.commands import (
    alerts,
    charts,
    conversation,
    exports,
    help,  # noqa: A004 (a module, named by its feature)
    languages,
    leaderboards,
    market,
    movers,
    operating,
    performance,
    reports,
    safety,
    trading,
    wallets,
    watchlist,
)
from bot.telegram.group_commands import GROUP_COMMANDS
from bot.telegram.live_commands import LIVE_COMMANDS
from bot.telegram.mode_commands import MODE_COMMANDS
from bot.telegram.order_commands import ORDER_COMMANDS
from bot.telegram.people_commands import PEOPLE_COMMANDS
from bot.telegram.premium_commands import PREMIUM_COMMANDS
from bot.telegram.risk_commands import RISK_COMMANDS
from bot.telegram.security_commands import SECURITY_COMMANDS
from bot.telegram.turn import Command, Place

_TOKEN = Argument(kind=Kind.TOKEN)

TABLE: tuple[Command, ...] = (
    Command(
        name="start",
        handler=help.start,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.PAYLOAD, is_optional=True),),
        help_line="begin, or come back to the beginning",
        long_help="Shows what you have and a few tokens to begin with.",
        example="/start",
        is_guided=True,
    ),
    Command(
        name="price",
        aliases=("p",),
        handler=market.price,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(_TOKEN,),
        help_line="a token's card: price, liquidity, safety",
        long_help="TOKEN is a symbol or a mint address. The card has buttons to trade.",
        example="/price WIF",
        is_guided=True,
    ),
    Command(
        name="info",
        aliases=("token",),
        handler=market.info,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(_TOKEN,),
        help_line="a token's address, authorities and pools",
        long_help="Shows what the chain says of a token, and every pool that I read.",
        example="/info WIF",
        is_guided=True,
    ),
    Command(
        name="check",
        cost=3,
        aliases=("rug",),
        handler=safety.check,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(_TOKEN,),
        help_line="how safe a token is, and why",
        long_help=(
            "Reads from the chain who can print, freeze, take or charge the token, who can pull "
            "its liquidity, who holds it, and whether it can be sold again."
        ),
        example="/check WIF",
        is_guided=True,
    ),
    Command(
        name="chart",
        cost=5,
        aliases=("c",),
        handler=charts.chart,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(_TOKEN, Argument(kind=Kind.INTERVAL, is_optional=True)),
        help_line="a picture of a token's prices",
        long_help=(
            "Candles with volume where it is known. In our private chat it shows your own "
            "entries and exits, and where a short would be liquidated."
        ),
        example="/chart WIF 15m",
        is_guided=True,
    ),
    Command(
        name="movers",
        cost=2,
        handler=movers.movers,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.SPAN, is_optional=True),),
        help_line="what rose and fell most",
        long_help="Of the tokens that I track and that have liquidity. A day unless you say 1h.",
        example="/movers 1h",
        is_guided=True,
    ),
    Command(
        name="watch",
        handler=watchlist.watch,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(_TOKEN,),
        help_line="put a token on your watchlist",
        long_help="TOKEN is a symbol or a mint address. See them all with /watchlist.",
        example="/watch WIF",
        is_guided=True,
    ),
    Command(
        name="unwatch",
        handler=watchlist.unwatch,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(_TOKEN,),
        help_line="take a token off your watchlist",
        long_help="TOKEN is a symbol or a mint address. Without it I ask which.",
        example="/unwatch WIF",
        is_guided=True,
    ),
    Command(
        name="watchlist",
        aliases=("wl",),
        handler=watchlist.watchlist,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="the tokens you watch, at their prices now",
        long_help="One line a token: price, and its change in an hour and in a day.",
        example="/watchlist",
    ),
    Command(
        name="alert",
        handler=alerts.alert,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(_TOKEN, Argument(kind=Kind.CONDITION, is_optional=True)),
        help_line="tell you when a price, a position or your equity gets there",
        long_help=(
            "After TOKEN: above 0.02, below $0.02, mc above 5M, moves 10% (each time, or moves 10% "
            "once), volume above 50k, liquidity drop 30%. Also: /alert position 12 pnl above 20%, "
            "/alert equity below 90. k, M and B are thousands, millions, billions."
        ),
        example="/alert WIF above 0.02",
        is_guided=True,
    ),
    Command(
        name="alerts",
        handler=alerts.alerts,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.ABOUT_ALERTS, is_optional=True),),
        help_line="your alerts, the closest first; which came late; how loud",
        long_help=(
            "late: which missed their target, and why. settings: on, silent or off for each kind, "
            "quiet hours (/alerts quiet 22-7) and your clock (/alerts clock +2)."
        ),
        example="/alerts late",
    ),
    Command(
        name="open",
        aliases=("trade",),
        handler=trading.open_position,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=(
            _TOKEN,
            Argument(kind=Kind.SIDE),
            Argument(kind=Kind.OPENING),
        ),
        help_line="open or add to a position",
        long_help=(
            "SIZE is in SOL (what a long spends, or the margin of a short), 10% of your wallet, "
            "or risk 1% stop 8%. Leverage is for shorts, written x2. Exits come with it: sl -8%, "
            "tp 30%:50%, trail 10%, be +10%, exit 4h."
        ),
        example="/open WIF long 5",
        is_guided=True,
        is_dangerous=True,
    ),
    Command(
        name="close",
        aliases=("sell",),
        handler=trading.close_position,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=(
            Argument(kind=Kind.POSITION),
            Argument(kind=Kind.PERCENT, is_optional=True),
        ),
        help_line="close a position, or part of it",
        long_help="ID is the number in /positions. PERCENT is 1 to 100; without it, all.",
        example="/close 12 50",
        is_guided=True,
        is_dangerous=True,
    ),
    *ORDER_COMMANDS,
    Command(
        name="positions",
        aliases=("pos",),
        handler=wallets.positions,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="what you have open, at what it would fetch now",
        long_help="Each line is what the pool would pay you now, not the last price.",
        example="/positions",
    ),
    Command(
        name="wallet",
        aliases=("balance",),
        handler=wallets.wallet,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="your balance, equity and limits",
        long_help="Shows what is free, what is bound in positions, and what your role allows.",
        example="/wallet",
    ),
    Command(
        name="history",
        handler=wallets.history,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        help_line="your fills, newest first",
        long_help="Shows the fills of this season, a page at a time.",
        example="/history",
    ),
    Command(
        name="pnl",
        cost=4,
        shelf="Results",
        handler=performance.pnl,
        permission=Permission.VIEW_OWN,
        place=Place.WHISPERED,
        arguments=(Argument(kind=Kind.REPORT_SPAN, is_optional=True),),
        help_line="what your season came to, and how",
        long_help=(
            "Realised and open results, fees, win rate, drawdown, ratios; by token and by exit "
            "reason, as a curve or as a card to share. The whole season unless you name a span."
        ),
        example="/pnl week",
    ),
    Command(
        name="report",
        shelf="Results",
        handler=reports.report,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(
            Argument(kind=Kind.HOUR, is_optional=True),
            Argument(kind=Kind.OFFSET, is_optional=True),
        ),
        help_line="your day's report, at an hour of yours",
        long_help=(
            "HOUR is 0 to 23 where you are, +UTC how far your clocks are ahead of UTC, such as "
            "+2 or -5:30. Off sends no more."
        ),
        example="/report 9 +2",
    ),
    Command(
        name="export",
        cost=20,
        shelf="Results",
        handler=exports.export,
        permission=Permission.VIEW_OWN,
        place=Place.PRIVATE,
        arguments=(
            Argument(kind=Kind.EXPORT, is_optional=True),
            Argument(kind=Kind.EXPORT_SPAN, is_optional=True),
        ),
        help_line="your orders, fills or transfers as CSV",
        long_help=(
            "Exact units with their decimals, UTC times, ids that join the tables. All seasons "
            "unless you name the last month (30 days) or year (365)."
        ),
        example="/export fills year",
    ),
    Command(
        name="leaderboard",
        cost=4,
        shelf="Results",
        handler=leaderboards.leaderboard,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.MEMBERSHIP, is_optional=True),),
        help_line="how those who opted in do in this group",
        long_help=(
            "In a group only: return on the present season in percent, with the median and the "
            "drawdown beside it. Nobody is on it who did not join it there."
        ),
        example="/leaderboard join",
    ),
    Command(
        name="reset",
        handler=wallets.reset,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        help_line="begin a new paper season",
        long_help="Ends the season and begins one with a new grant. Asks first; the old is kept.",
        example="/reset",
        is_dangerous=True,
    ),
    Command(
        name="safety",
        handler=safety.safety_setting,
        permission=Permission.TRADE_PAPER,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.SWITCH, is_optional=True),),
        help_line="whether dangerous tokens are blocked for you",
        long_help="On, as it is at first: I open nothing in a token that /check calls dangerous.",
        example="/safety on",
    ),
    *LIVE_COMMANDS,
    *MODE_COMMANDS,
    *RISK_COMMANDS,
    *AUDIT_COMMANDS,
    *SECURITY_COMMANDS,
    *GROUP_COMMANDS,
    *PREMIUM_COMMANDS,
    Command(
        name="language",
        aliases=("lang",),
        handler=languages.language,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        arguments=(Argument(kind=Kind.LANGUAGE, is_optional=True),),
        help_line="the language I speak with you",
        long_help="English, Spanish, Russian or Chinese. What you type stays the same in each.",
        example="/language es",
    ),
    *PEOPLE_COMMANDS,
    Command(
        name="cancel",
        handler=conversation.cancel,
        permission=Permission.READ_HELP,
        place=Place.PRIVATE,
        help_line="drop the question I asked",
        long_help="Forgets an open question, so that your next message is not its answer.",
        example="/cancel",
    ),
    Command(
        name="endpoints",
        handler=operating.endpoints,
        permission=Permission.OPERATE,
        place=Place.PRIVATE,
        help_line="how RPC endpoints and price sources are doing",
        long_help="For admins: circuits, latency, lag, limits and the last error of each.",
        example="/endpoints",
    ),
    Command(
        name="help",
        handler=help.help_,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
        arguments=(Argument(kind=Kind.TOPIC, is_optional=True),),
        help_line="this list, or one command explained",
        long_help="Name a command to see its arguments and an example.",
        example="/help open",
        is_guided=True,
    ),
)


def by_name(table: Sequence[Command] = TABLE) -> Mapping[str, Command]:
    """Give every command by its name and aliases; each name is taken once."""
    found: dict[str, Command] = {}
    for command in table:
        for name in (command.name, *command.aliases):
            if name in found:
                raise ValueError(f"two commands are called {name}")
            found[name] = command
    return found
