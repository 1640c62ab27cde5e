"""The one table of buttons: what each does, who may, where, and what it does once expired."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.users import Permission
from bot.telegram.audit_commands import AUDIT_ACTIONS
from bot.telegram.commands import (
    alert_settings,
    alerts,
    charts,
    entries,
    exits,
    exports,
    help,  # noqa: A004 (a module, named by its feature)
    languages,
    leaderboards,
    market,
    movers,
    operating,
    orders,
    performance,
    presets,
    reports,
    risk,
    safety,
    stops,
    trading,
    wallets,
    watchlist,
)
from bot.telegram.group_commands import GROUP_ACTIONS
from bot.telegram.live_commands import LIVE_ACTIONS
from bot.telegram.live_resting_actions import LIVE_RESTING_ACTIONS
from bot.telegram.mode_commands import MODE_ACTIONS
from bot.telegram.people_actions import PEOPLE_ACTIONS
from bot.telegram.premium_commands import PREMIUM_ACTIONS
from bot.telegram.security_commands import SECURITY_ACTIONS
from bot.telegram.turn import Action, Place, PressHandler, of_any_mode


def _look(name: str, handler: PressHandler, *, of: str = "", cost: int = 1) -> Action:
    return Action(
        name=name,
        handler=handler,
        permission=Permission.VIEW_MARKET,
        place=Place.ANYWHERE,
        of=of,
        cost=cost,
        is_of_any_mode=True,
    )


# What belongs to the person or the bot rather than to a wallet, what stops trading, and what is of
# real money whatever mode somebody is in: the way to it, what is paid in and taken out.
_OF_ANY_MODE = frozenset(
    {
        *("start", "help", "tour", "how", "lang", "ends", "watch", "wlist", "woff"),
        *("alrt", "aput", "aask", "alist", "aone", "aedit", "asnz", "adel", "alate", "aset"),
        *("safety", "pset", "panic", "panicp", "panicc", "resume", "halt", "nostop"),
        *("gate", "gaterl", "gateup", "twin", "llist", "lone", "linked", "unlink"),
        *("wdraw", "wasset", "wto", "wmuch", "wadd", "waddrs", "wdrop", "wstop"),
    }
)


def _own(name: str, handler: PressHandler, *, cost: int = 1) -> Action:
    return Action(name=name, handler=handler, permission=Permission.VIEW_OWN, cost=cost)


def _shown(name: str, handler: PressHandler) -> Action:
    """Give a row that shows somebody's own figures, to them alone also in a group."""
    return Action(name=name, handler=handler, permission=Permission.VIEW_OWN, place=Place.WHISPERED)


def _ask(name: str, handler: PressHandler, *, cost: int = 1) -> Action:
    return Action(name=name, handler=handler, permission=Permission.TRADE_PAPER, cost=cost)


def _money(
    name: str,
    handler: PressHandler,
    when_stale: PressHandler,
    place: Place = Place.PRIVATE,
    *,
    cost: int = 1,
) -> Action:
    return Action(
        name=name,
        handler=handler,
        permission=Permission.TRADE_PAPER,
        place=place,
        is_money=True,
        when_stale=when_stale,
        cost=cost,
    )


_ROWS: tuple[Action, ...] = (
    _look("card", market.press_card, of="price"),
    _look("info", market.press_info),
    _look("chart", charts.press_chart, cost=5),
    _look("movers", movers.press_movers, cost=2),
    _look("board", leaderboards.press_leaderboard, of="leaderboard", cost=4),
    _own("watch", watchlist.press_watch),
    _shown("wlist", watchlist.press_watchlist),
    _own("woff", watchlist.press_unwatch),
    _look("check", safety.press_check, cost=3),
    _own("alrt", alerts.press_alert),
    _own("aput", alerts.press_put),
    _own("aask", alerts.press_ask),
    _own("alist", alerts.press_list),
    _own("aone", alerts.press_one),
    _own("aedit", alerts.press_edit),
    _own("asnz", alerts.press_snooze),
    _own("adel", alerts.press_delete),
    _own("alate", alerts.press_late),
    _own("aset", alert_settings.press_settings),
    Action(name="ends", handler=operating.press_endpoints, permission=Permission.OPERATE),
    Action(
        name="help",
        handler=help.press_help,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
    ),
    Action(name="tour", handler=help.press_tour, permission=Permission.READ_HELP),
    Action(name="start", handler=help.press_start, permission=Permission.VIEW_OWN),
    Action(name="how", handler=help.press_how, permission=Permission.READ_HELP),
    _shown("wallet", wallets.press_wallet),
    _shown("poss", wallets.press_positions),
    _shown("pos", wallets.press_position),
    _shown("hist", wallets.press_history),
    _shown("pnl", performance.press_pnl),
    _shown("pnlby", performance.press_breakdown),
    _own("curve", performance.press_curve, cost=5),
    _own("pcard", performance.press_card, cost=5),
    _own("rcard", performance.press_receipt_card, cost=5),
    _own("report", reports.press_report),
    _own("export", exports.press_export, cost=20),
    _ask("safety", safety.press_safety),
    _ask("pick", trading.press_pick),
    _ask("side", trading.press_side),
    _ask("lev", trading.press_leverage),
    _ask("size", trading.press_size),
    _ask("ask", trading.press_ask),
    _ask("reset", wallets.press_reset),
    _own("keep", wallets.press_keep),
    _ask("pset", presets.press_presets),
    _shown("olist", orders.press_list),
    _shown("oone", orders.press_one),
    _ask("oedit", orders.press_change),
    _ask("ocall", orders.press_ask_all),
    _ask("later", entries.press_later),
    _ask("eway", entries.press_way),
    _ask("elim", entries.press_limit),
    _ask("ebrk", entries.press_breakout),
    _ask("eoco", entries.press_oco),
    _ask("edca", entries.press_dca),
    _ask("edip", entries.press_dip),
    _ask("esiz", entries.press_size),
    _ask("etype", entries.press_type),
    _ask("xset", exits.press_exits),
    _ask("xask", exits.press_type),
    _ask("rev", exits.press_reverse),
    _money("ocut", orders.press_cancel, orders.stale_list),
    _money("ocyes", orders.press_cancel_all, orders.stale_list),
    _money("eput", entries.press_place, market.stale_card),
    _money("xput", exits.press_place, wallets.stale_position),
    _money("revgo", exits.press_reverse_now, wallets.stale_position),
    _money("buy", trading.press_buy, market.stale_card, Place.ANYWHERE),
    _money("go", trading.press_go, market.stale_card),
    _money("close", trading.press_close, wallets.stale_position),
    _money("erase", wallets.press_erase, wallets.timed_out),
    _own("risk", risk.press_risk),
    _shown("locks", risk.press_locks),
    _ask("unlock", risk.press_unlock),
    _ask("panic", stops.press_panic, cost=0),
    _ask("resume", stops.press_resume),
    _money("panicp", stops.press_pause, stops.timed_out, cost=0),
    _money("panicc", stops.press_close_all, stops.timed_out, cost=0),
    Action(
        name="halt",
        handler=stops.press_halt,
        permission=Permission.OPERATE,
        place=Place.ANYWHERE,
        is_money=True,
        when_stale=stops.timed_out,
    ),
    Action(name="lang", handler=languages.press_language, permission=Permission.READ_HELP),
    Action(
        name="nostop",
        handler=stops.press_no,
        permission=Permission.READ_HELP,
        place=Place.ANYWHERE,
    ),
    *LIVE_ACTIONS,
    *LIVE_RESTING_ACTIONS,
    *MODE_ACTIONS,
    *of_any_mode(
        (*AUDIT_ACTIONS, *SECURITY_ACTIONS, *GROUP_ACTIONS, *PEOPLE_ACTIONS, *PREMIUM_ACTIONS)
    ),
)

TABLE: tuple[Action, ...] = tuple(
    replace(row, is_of_any_mode=True) if row.name in _OF_ANY_MODE else row for row in _ROWS
)


def by_name(table: Sequence[Action] = TABLE) -> Mapping[str, Action]:
    """Give every action by its name; each name is taken once."""
    found = {action.name: action for action in table}
    if len(found) < len(table):
        raise ValueError("two buttons have the same name")
    return found
