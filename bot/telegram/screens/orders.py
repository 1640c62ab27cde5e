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
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures, live_resting, order_phrases
from bot.telegram.screens.fill_reasons import reason_words
from bot.telegram.screens.triggered import kind_name, level_text
from bot.words.speech import later, say, say_count

LINES_ON_A_PAGE = 6
_MOST_CANCEL_KEYS = 3
_STATES = {
    RestingState.WORKING: later("waits"),
    RestingState.FILLED: later("filled"),
    RestingState.REJECTED: later("given up"),
    RestingState.CANCELLED: later("cancelled"),
    RestingState.EXPIRED: later("expired"),
    RestingState.PROPOSED: later("not confirmed yet"),
    RestingState.SUBMITTED: later("under way on the chain"),
    RestingState.ASKED: later("waits for your word"),
}
_ENDED = {
    RestingState.WORKING: later("Waits {time} UTC"),
    RestingState.FILLED: later("Filled {time} UTC"),
    RestingState.REJECTED: later("Given up {time} UTC"),
    RestingState.CANCELLED: later("Cancelled {time} UTC"),
    RestingState.EXPIRED: later("Expired {time} UTC"),
}
_REASONS = {
    "by_owner": later("by you"),
    "position_closed": later("its position was closed"),
    "other_leg": later("the other of the two filled"),
    "season_ended": later("the season ended"),
}


def placed(new: Placed, now: datetime, keys: Keys) -> Screen:
    """Say that orders wait, and how they were understood."""
    first = new.orders[0]
    of = "" if first.position_number is None else f" #{first.position_number}"
    name = Text(named(new.token.symbol, 16), of)
    what = say_count("{count} order waits", "{count} orders wait", len(new.orders))
    exits = order_phrases.exits_that_come(first)
    is_pair = first.group_number is not None
    return Screen(
        text=lines(
            headed(keys.mode, what, name),
            *(_placed_line(one, new, now) for one in new.orders),
            say("Comes with {exits}", exits=exits) if exits else "",
            say("The first to fill cancels the other.") if is_pair else "",
            say(
                "Now {price} SOL · {until}",
                price=figures.token_price(new.token, new.price),
                until=order_phrases.waits_until(first),
            ),
        ),
        rows=(*_cancel_rows(new, keys), _after(first.position_number, keys)),
    )


def _placed_line(order: NewResting, new: Placed, now: datetime) -> str:
    return f"#{order.number} {order_phrases.told(order, new.token, now)}"


def listed(found: Sequence[RestingView], page: int, now: datetime, keys: Keys) -> Screen:
    """Show a page of the orders that wait."""
    if not found:
        return _nothing(keys)
    last = (len(found) - 1) // LINES_ON_A_PAGE
    page = min(page, last)
    shown = found[page * LINES_ON_A_PAGE : (page + 1) * LINES_ON_A_PAGE]
    turn = [key(keys, say("Earlier"), "olist", page - 1)] if page else []
    turn += [key(keys, say("Later"), "olist", page + 1)] if page < last else []
    count = say_count("{count} order waits", "{count} orders wait", len(found))
    return Screen(
        text=lines(headed(keys.mode, count), *(_line(view, now) for view in shown)),
        rows=(
            *in_rows(
                key(keys, f"#{view.order.placed.number}", "oone", view.order.placed.number)
                for view in shown
            ),
            *((tuple(turn),) if turn else ()),
            (key(keys, say("Refresh"), "olist", page), key(keys, say("Positions"), "poss")),
            (danger(keys, say("Cancel all…"), "ocall"),),
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
            headed(
                order.mode,
                say("Order #{number}", number=wanted.number),
                name,
                say(_STATES[order.state]),
            ),
            toast,
            *live_resting.asked_lines(view),
            _capital(order_phrases.told(wanted, view.token, now)),
            _now_line(view),
            say("Comes with {exits}", exits=exits) if exits else "",
            say(
                "Fills within {share} of the price seen",
                share=figures.percent(_fraction(wanted.slippage_bps)),
            ),
            _position_line(view),
            _group_line(view),
            *_life(order),
        ),
        rows=_rows(view, keys),
    )


def filled(order: ClosedOrder, keys: Keys) -> Screen:
    """Show an order that filled, from its receipt."""
    booked = order.receipt
    deed = (
        later("Bought {amount} {token} for {sol}")
        if booked.fill.bought
        else later("Sold {amount} {token} for {sol}")
    )
    gain = booked.realised_pnl_lamports
    result = "" if gain is None else say("Result {gain}", gain=figures.signed_sol(gain))
    amount = figures.amount(order.token, booked.fill.token_units)
    return Screen(
        text=lines(
            headed(keys.mode, say("Order #{number}", number=order.order_number), say("filled")),
            marked(
                deed,
                amount=amount,
                token=named(order.token.symbol, 16),
                sol=figures.with_sol(booked.fill.sol_lamports),
            ),
            say(
                "At {price} SOL · {reason}",
                price=figures.token_price(order.token, booked.fill.fill_price),
                reason=reason_words(order.reason),
            ),
            result,
            say("Decided {time}", time=figures.time_of_day(booked.times.decided_at)),
            say("Filled {time} UTC", time=figures.day_and_time(booked.times.filled_at)),
            say("Position #{number}", number=order.position_number),
        ),
        rows=(
            (
                key(keys, say("Card"), "rcard", order.order_number),
                key(keys, say("History"), "hist"),
            ),
            (key(keys, say("Orders"), "olist"), key(keys, say("Positions"), "poss")),
        ),
    )


def cancelled(views: Sequence[RestingView], keys: Keys) -> Screen:
    """Say what was cancelled, and which positions stand without a stop now."""
    bare = sorted({number for view in views if (number := _unprotected(view))})
    what = (
        say("Order #{number} cancelled", number=views[0].order.placed.number)
        if len(views) == 1
        else say_count("{count} order cancelled", "{count} orders cancelled", len(views))
    )
    positions = ", ".join(f"#{number}" for number in bare)
    return Screen(
        text=lines(
            headed(keys.mode, what),
            *(_short(view) for view in views[:LINES_ON_A_PAGE]),
            say("⚠️ A stop of {positions} is gone.", positions=positions) if bare else "",
        ),
        rows=((key(keys, say("Orders"), "olist"), key(keys, say("Positions"), "poss")),),
    )


def confirm_all(views: Sequence[RestingView], keys: Keys) -> Screen:
    """Ask whether to cancel everything that waits."""
    stops = sum(1 for view in views if _unprotected(view))
    return Screen(
        text=lines(
            headed(
                keys.mode,
                say_count("Cancel {count} order?", "Cancel all {count} orders?", len(views)),
            ),
            say_count(
                "⚠️ {count} of them protects a position.",
                "⚠️ {count} of them protect a position.",
                stops,
            )
            if stops
            else "",
            say("What is open stays open."),
        ),
        rows=(
            (
                key(keys, say("No, keep them"), "olist"),
                danger(keys, say("Yes, cancel {count}", count=len(views)), "ocyes"),
            ),
        ),
    )


def ask_change(view: RestingView, mode: Mode) -> Screen:
    """Ask for the new level of an order."""
    wanted = view.order.placed
    is_trail = wanted.kind is RestingKind.TRAILING
    example = "12%" if is_trail else say("{one} or {other}", one="0.02, $1.50, -8%", other="mc 5M")
    return Screen(
        text=lines(
            headed(mode, say("Order #{number}", number=wanted.number)),
            say("{order}: which distance?", order=_capital(kind_name(wanted.kind)))
            if is_trail
            else say("{order}: which level?", order=_capital(kind_name(wanted.kind))),
            say("Type it like {example}, or /cancel.", example=example),
        ),
        ask=say("like {example}", example="12%" if is_trail else "0.02, -8%"),
    )


def _line(view: RestingView, now: datetime) -> Text:
    return Text(_head(view), "\n   ", _waiting(view, now))


def _head(view: RestingView) -> Text:
    wanted = view.order.placed
    number, token = str(wanted.number), named(view.token.symbol, 16)
    deed = order_phrases.deed(wanted, view.token)
    if wanted.position_number is None:
        return marked("#{number} {token}: {deed}", number=number, token=token, deed=deed)
    return marked(
        "#{number} {token}, position #{position}: {deed}",
        number=number,
        token=token,
        position=str(wanted.position_number),
        deed=deed,
    )


def _waiting(view: RestingView, now: datetime) -> str:
    away = view.distance
    return order_phrases.joined(
        order_phrases.place_of(view.order.placed, view.token, now),
        "" if away is None else say("{change} away", change=figures.signed_percent(away)),
        say("{time} left", time=order_phrases.left(view.order.placed, now)),
        say("⏳ tried") if view.order.triggered_at is not None else "",
        "" if view.order.state is RestingState.WORKING else say(_STATES[view.order.state]),
    )


def _short(view: RestingView) -> Text:
    return _head(view)


def _now_line(view: RestingView) -> str:
    if view.now is None or view.order.state is not RestingState.WORKING:
        return ""
    if view.order.placed.wait.gauge is None or view.distance is None:
        return say("Now {price} SOL", price=figures.token_price(view.token, view.now))
    shown = level_text(view.token, view.order.placed.wait.gauge, view.now)
    return say(
        "Now {shown} · {change} to go", shown=shown, change=figures.signed_percent(view.distance)
    )


def _position_line(view: RestingView) -> str:
    number = view.order.placed.position_number
    if number is None:
        return ""
    is_working = view.order.state is RestingState.WORKING
    if is_working:
        return say("For position #{number}; ends with it", number=number)
    return say("For position #{number}", number=number)


def _group_line(view: RestingView) -> str:
    is_pair = view.order.placed.group_number is not None
    return say("If it fills, the other of the two is cancelled.") if is_pair else ""


def _life(order: Resting) -> tuple[str, ...]:
    wanted = order.placed
    tried = say("Tried {count} times", count=order.attempts) if order.attempts else ""
    refused = order.last_refusal.replace("_", " ")
    seen = order.triggered_at
    ended = order.ended_at
    return (
        say("Placed {time}", time=figures.day_and_time(order.created_at)),
        say("Changed or refilled {count} times", count=order.generation)
        if order.generation
        else "",
        say("Seen {time} UTC", time=figures.day_and_time(seen)) if seen is not None else "",
        order_phrases.joined(tried, refused) if tried else "",
        order_phrases.joined(
            say(_ENDED[order.state], time=figures.day_and_time(ended)), _reason(order)
        )
        if ended is not None
        else say("Waits {until}", until=order_phrases.waits_until(wanted)),
        say("Its fill is order #{number}", number=order.filled_order)
        if order.filled_order is not None
        else "",
    )


def _reason(order: Resting) -> str:
    if order.end_reason == order.state.value:
        return ""
    return say(_REASONS.get(order.end_reason, order.end_reason.replace("_", " ")))


def _rows(view: RestingView, keys: Keys) -> Rows:
    wanted = view.order.placed
    elsewhere = _after(wanted.position_number, keys)
    if view.order.state is RestingState.ASKED:
        return (*live_resting.answer_rows(view.order, view.order.generation, keys), elsewhere)
    if view.order.state is not RestingState.WORKING:
        return (elsewhere,)
    first: tuple[Button, ...] = (key(keys, say("Refresh"), "oone", wanted.number),)
    if _is_changeable(view):
        first = (key(keys, say("Change…"), "oedit", wanted.number), *first)
    return (first, elsewhere, (danger(keys, say("Cancel"), "ocut", wanted.number),))


def _is_changeable(view: RestingView) -> bool:
    wanted = view.order.placed
    return wanted.wait.level is not None and wanted.kind is not RestingKind.DIP


def _cancel_rows(new: Placed, keys: Keys) -> Rows:
    if len(new.orders) > _MOST_CANCEL_KEYS:
        return ()
    return in_rows(
        danger(keys, say("Cancel #{number}", number=order.number), "ocut", order.number)
        for order in new.orders
    )


def _after(position_number: int | None, keys: Keys) -> tuple[Button, ...]:
    orders = key(keys, say("Orders"), "olist")
    if position_number is None:
        return (orders, key(keys, say("Wallet"), "wallet"))
    return (
        key(
            keys,
            say("Position #{number}", number=position_number),
            "pos",
            position_number,
        ),
        orders,
    )


def _unprotected(view: RestingView) -> int:
    wanted = view.order.placed
    is_stop = wanted.kind in {RestingKind.STOP, RestingKind.TRAILING}
    is_exit = wanted.action is RestingAction.CLOSE
    return wanted.position_number or 0 if is_stop and is_exit else 0


def _nothing(keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(keys.mode, say("No orders wait")),
            say("Wait for a level with /limit, or protect a position from its card."),
        ),
        rows=((key(keys, say("Positions"), "poss"), key(keys, say("Refresh"), "olist")),),
    )


def _fraction(bps: int) -> Decimal:
    return Decimal(bps) / BPS


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
