"""Orders that wait: just placed, all of them, one alone, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from bot.domain.positions import BPS
from bot.domain.resting import NewResting, Resting, RestingAction, RestingKind, RestingState
from bot.domain.users import Mode
from bot.ports.books import ClosedOrder
from bot.services.resting_views import Placed, RestingView
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Rows, Screen, danger, headed, in_rows, key, lines, named
from bot.telegram.rich_text import Text
from bot.telegram.screens import figures, order_phrases
from bot.telegram.screens.triggered import kind_name, level_text

LINES_ON_A_PAGE = 6
_MOST_CANCEL_KEYS = 3
_STATES = {
    RestingState.WORKING: "waits",
    RestingState.FILLED: "filled",
    RestingState.REJECTED: "given up",
    RestingState.CANCELLED: "cancelled",
    RestingState.EXPIRED: "expired",
}
_REASONS = {
    "by_owner": "by you",
    "position_closed": "its position was closed",
    "other_leg": "the other of the two filled",
    "season_ended": "the season ended",
}


def placed(new: Placed, now: datetime, keys: Keys) -> Screen:
    """Say that orders wait, and how they were understood."""
    first = new.orders[0]
    of = "" if first.position_number is None else f" #{first.position_number}"
    name = Text(named(new.token.symbol, 16), of)
    what = "1 order waits" if len(new.orders) == 1 else f"{len(new.orders)} orders wait"
    exits = order_phrases.exits_that_come(first)
    is_pair = first.group_number is not None
    return Screen(
        text=lines(
            headed(Mode.PAPER, what, name),
            *(_placed_line(one, new, now) for one in new.orders),
            f"Comes with {exits}" if exits else "",
            "The first to fill cancels the other." if is_pair else "",
            f"Now {figures.token_price(new.token, new.price)} SOL · "
            f"{order_phrases.waits_until(first)}",
        ),
        rows=(*_cancel_rows(new, keys), _after(first.position_number, keys)),
    )


def _placed_line(order: NewResting, new: Placed, now: datetime) -> str:
    between = " · " if order.times_left > 1 else " "
    place = order_phrases.place_of(order, new.token, now)
    return f"#{order.number} {order_phrases.deed(order, new.token)}{between}{place}"


def listed(found: Sequence[RestingView], page: int, now: datetime, keys: Keys) -> Screen:
    """Show a page of the orders that wait."""
    if not found:
        return _nothing(keys)
    last = (len(found) - 1) // LINES_ON_A_PAGE
    page = min(page, last)
    shown = found[page * LINES_ON_A_PAGE : (page + 1) * LINES_ON_A_PAGE]
    turn = [key(keys, "Earlier", "olist", page - 1)] if page else []
    turn += [key(keys, "Later", "olist", page + 1)] if page < last else []
    count = "1 order waits" if len(found) == 1 else f"{len(found)} orders wait"
    return Screen(
        text=lines(headed(Mode.PAPER, count), *(_line(view, now) for view in shown)),
        rows=(
            *in_rows(
                key(keys, f"#{view.order.placed.number}", "oone", view.order.placed.number)
                for view in shown
            ),
            *((tuple(turn),) if turn else ()),
            (key(keys, "Refresh", "olist", page), key(keys, "Positions", "poss")),
            (danger(keys, "Cancel all…", "ocall"),),
        ),
    )


def one(view: RestingView, now: datetime, keys: Keys, toast: str = "") -> Screen:
    """Show one order: its whole life, and what can be done about it."""
    order = view.order
    wanted = order.placed
    exits = order_phrases.exits_that_come(wanted)
    name = named(view.token.symbol, 16)
    return Screen(
        text=lines(
            headed(order.mode, f"Order #{wanted.number}", name, _STATES[order.state]),
            toast,
            f"{_capital(order_phrases.deed(wanted, view.token))} "
            f"{order_phrases.place_of(wanted, view.token, now)}",
            _now_line(view),
            f"Comes with {exits}" if exits else "",
            f"Fills within {figures.percent(_fraction(wanted.slippage_bps))} of the price seen",
            _position_line(view),
            _group_line(view),
            *_life(order),
        ),
        rows=_rows(view, keys),
    )


def filled(order: ClosedOrder, keys: Keys) -> Screen:
    """Show an order that filled, from its receipt."""
    booked = order.receipt
    verb = "Bought" if booked.fill.bought else "Sold"
    gain = booked.realised_pnl_lamports
    result = "" if gain is None else f"Result {figures.signed_sol(gain)}"
    amount = figures.amount(order.token, booked.fill.token_units)
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"Order #{order.order_number}", "filled"),
            Text(f"{verb} {amount} ", named(order.token.symbol, 16),
                 f" for {figures.with_sol(booked.fill.sol_lamports)}"),
            f"At {figures.token_price(order.token, booked.fill.fill_price)} SOL · "
            f"{order.reason.value.replace('_', ' ')}",
            result,
            f"Decided {figures.time_of_day(booked.times.decided_at)}",
            f"Filled {figures.day_and_time(booked.times.filled_at)} UTC",
            f"Position #{order.position_number}",
        ),
        rows=(
            (key(keys, "Card", "rcard", order.order_number), key(keys, "History", "hist")),
            (key(keys, "Orders", "olist"), key(keys, "Positions", "poss")),
        ),
    )  # fmt: skip


def cancelled(views: Sequence[RestingView], keys: Keys) -> Screen:
    """Say what was cancelled, and which positions stand without a stop now."""
    bare = sorted({number for view in views if (number := _unprotected(view))})
    what = (
        f"Order #{views[0].order.placed.number} cancelled"
        if len(views) == 1
        else f"{len(views)} orders cancelled"
    )
    positions = ", ".join(f"#{number}" for number in bare)
    return Screen(
        text=lines(
            headed(Mode.PAPER, what),
            *(_short(view) for view in views[:LINES_ON_A_PAGE]),
            f"⚠️ A stop of {positions} is gone." if bare else "",
        ),
        rows=((key(keys, "Orders", "olist"), key(keys, "Positions", "poss")),),
    )


def confirm_all(views: Sequence[RestingView], keys: Keys) -> Screen:
    """Ask whether to cancel everything that waits."""
    stops = sum(1 for view in views if _unprotected(view))
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"Cancel all {len(views)} orders?"),
            f"⚠️ {stops} of them protect a position." if stops else "",
            "What is open stays open.",
        ),
        rows=(
            (
                key(keys, "No, keep them", "olist"),
                danger(keys, f"Yes, cancel {len(views)}", "ocyes"),
            ),
        ),
    )


def ask_change(view: RestingView) -> Screen:
    """Ask for the new level of an order."""
    wanted = view.order.placed
    is_trail = wanted.kind is RestingKind.TRAILING
    example = "12%" if is_trail else "0.02, $1.50, -8% or mc 5M"
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"Order #{wanted.number}"),
            f"{_capital(kind_name(wanted.kind))}: which {'distance' if is_trail else 'level'}?",
            f"Type it like {example}, or /cancel.",
        ),
        ask="like 12%" if is_trail else "like 0.02 or -8%",
    )


def _line(view: RestingView, now: datetime) -> Text:
    wanted = view.order.placed
    away = f" · {figures.signed_percent(view.distance)} away" if view.distance is not None else ""
    of = f" #{wanted.position_number}:" if wanted.position_number is not None else ""
    state = " · ⏳ tried" if view.order.triggered_at is not None else ""
    return Text(
        f"#{wanted.number} ",
        named(view.token.symbol, 16),
        f"{of} {order_phrases.deed(wanted, view.token)}\n"
        f"   {order_phrases.place_of(wanted, view.token, now)}{away}"
        f" · {order_phrases.left(wanted, now)} left{state}",
    )


def _short(view: RestingView) -> Text:
    wanted = view.order.placed
    name = named(view.token.symbol, 16)
    return Text(f"#{wanted.number} ", name, f" {order_phrases.deed(wanted, view.token)}")


def _now_line(view: RestingView) -> str:
    if view.now is None or view.order.state is not RestingState.WORKING:
        return ""
    if view.order.placed.wait.gauge is None or view.distance is None:
        return f"Now {figures.token_price(view.token, view.now)} SOL"
    shown = level_text(view.token, view.order.placed.wait.gauge, view.now)
    return f"Now {shown} · {figures.signed_percent(view.distance)} to go"


def _position_line(view: RestingView) -> str:
    number = view.order.placed.position_number
    if number is None:
        return ""
    is_working = view.order.state is RestingState.WORKING
    rest = "; ends with it" if is_working else ""
    return f"For position #{number}{rest}"


def _group_line(view: RestingView) -> str:
    is_pair = view.order.placed.group_number is not None
    return "If it fills, the other of the two is cancelled." if is_pair else ""


def _life(order: Resting) -> tuple[str, ...]:
    wanted = order.placed
    tried = f"Tried {order.attempts} times" if order.attempts else ""
    refused = f" · {order.last_refusal.replace('_', ' ')}" if order.last_refusal else ""
    seen = order.triggered_at
    ended = order.ended_at
    reason = _reason(order)
    why = f" · {reason}" if reason else ""
    return (
        f"Placed {figures.day_and_time(order.created_at)}",
        f"Changed or refilled {order.generation} times" if order.generation else "",
        f"Seen {figures.day_and_time(seen)} UTC" if seen is not None else "",
        tried + refused if tried else "",
        f"{_capital(_STATES[order.state])} {figures.day_and_time(ended)} UTC{why}"
        if ended is not None
        else f"Waits {order_phrases.waits_until(wanted)}",
        f"Its fill is order #{order.filled_order}" if order.filled_order is not None else "",
    )


def _reason(order: Resting) -> str:
    if order.end_reason == order.state.value:
        return ""
    return _REASONS.get(order.end_reason, order.end_reason.replace("_", " "))


def _rows(view: RestingView, keys: Keys) -> Rows:
    wanted = view.order.placed
    elsewhere = _after(wanted.position_number, keys)
    if view.order.state is not RestingState.WORKING:
        return (elsewhere,)
    first: tuple[Button, ...] = (key(keys, "Refresh", "oone", wanted.number),)
    if _is_changeable(view):
        first = (key(keys, "Change…", "oedit", wanted.number), *first)
    return (first, elsewhere, (danger(keys, "Cancel", "ocut", wanted.number),))


def _is_changeable(view: RestingView) -> bool:
    wanted = view.order.placed
    return wanted.wait.level is not None and wanted.kind is not RestingKind.DIP


def _cancel_rows(new: Placed, keys: Keys) -> Rows:
    if len(new.orders) > _MOST_CANCEL_KEYS:
        return ()
    return in_rows(
        danger(keys, f"Cancel #{order.number}", "ocut", order.number) for order in new.orders
    )


def _after(position_number: int | None, keys: Keys) -> tuple[Button, ...]:
    orders = key(keys, "Orders", "olist")
    if position_number is None:
        return (orders, key(keys, "Wallet", "wallet"))
    return (key(keys, f"Position #{position_number}", "pos", position_number), orders)


def _unprotected(view: RestingView) -> int:
    wanted = view.order.placed
    is_stop = wanted.kind in {RestingKind.STOP, RestingKind.TRAILING}
    is_exit = wanted.action is RestingAction.CLOSE
    return wanted.position_number or 0 if is_stop and is_exit else 0


def _nothing(keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(Mode.PAPER, "No orders wait"),
            "Wait for a level with /limit, or protect a position from its card.",
        ),
        rows=((key(keys, "Positions", "poss"), key(keys, "Refresh", "olist")),),
    )


def _fraction(bps: int) -> Decimal:
    return Decimal(bps) / BPS


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
