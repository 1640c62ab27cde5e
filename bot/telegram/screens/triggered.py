"""What is said of an order that waited: what set it off, what held it back, how it ended."""

from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.instruments import Token
from bot.domain.orders import Receipt, TriggerNote
from bot.domain.positions import Position
from bot.domain.resting import Resting, RestingAction, RestingKind
from bot.domain.triggers import Gauge
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, key, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.phrases import refusal_words
from bot.words.speech import later, say

_NAMES = {
    RestingKind.LIMIT: later("limit"),
    RestingKind.STOP: later("stop"),
    RestingKind.TAKE_PROFIT: later("take profit"),
    RestingKind.TRAILING: later("trailing stop"),
    RestingKind.BREAK_EVEN: later("break-even move"),
    RestingKind.TIME: later("time exit"),
    RestingKind.DCA: later("repeated buy"),
    RestingKind.DIP: later("buy on dips"),
}


def trigger_lines(receipt: Receipt, token: Token) -> tuple[str, ...]:
    """Say what set a fill off: level, price when seen, the gap between them, and the delays."""
    note = receipt.trigger
    if note is None:
        return ()
    head = f"⏳ {kind_name(note.kind).capitalize()} #{note.number}"
    if note.gauge is not None and note.level is not None:
        level = level_text(token, note.gauge, note.level)
        head = say("{order} at {level}", order=head, level=level)
    away = (
        say("Crossed while I was away; filled at the first prices after.") if _is_late(note) else ""
    )
    tries = (
        say("Try {count}: the price moved too far before.", count=note.attempts + 1)
        if note.attempts
        else ""
    )
    return tuple(line for line in (head, _price_line(receipt, token), away, tries,
                                   _delays(receipt)) if line)  # fmt: skip


def kind_name(kind: RestingKind) -> str:
    """Give what people call this kind of order."""
    return say(_NAMES[kind])


def level_text(token: Token, gauge: Gauge, level: Decimal) -> str:
    """Give a level with its unit."""
    if gauge is Gauge.PRICE_USD:
        return figures.usd(token.shown_price(level))
    return f"{figures.token_price(token, level)} SOL"


def held_back(order: Resting, token: Token, refusal: Refusal, keys: Keys) -> Screen:
    """Say, once, that an order could not fill and is tried again."""
    return _news(
        order,
        token,
        keys,
        later("⏳ {order} #{number} of {token} has come, but could not fill"),
        refusal_words(refusal, token.symbol),
        say("I try again at every price until {time} UTC.", time=_until(order)),
    )


def rejected(order: Resting, token: Token, refusal: Refusal, keys: Keys) -> Screen:
    """Say that an order is given up, why, and what would help."""
    words = refusal_words(refusal, token.symbol)
    head = later("⏳ {order} #{number} of {token} was given up")
    return _news(order, token, keys, head, words, _unprotected(order))


def expired(order: Resting, token: Token, keys: Keys) -> Screen:
    """Say that an order's time ran out."""
    head = later("⏳ {order} #{number} of {token} expired unfilled")
    return _news(order, token, keys, head, _unprotected(order))


def expires_soon(order: Resting, token: Token, keys: Keys) -> Screen:
    """Warn that a position loses its stop within a day."""
    return _news(
        order,
        token,
        keys,
        later("⏳ {order} #{number} of {token} expires {until} UTC"),
        say(
            "Then position #{number} goes on without it. Place it anew to keep it: /orders.",
            number=order.placed.position_number,
        ),
    )


def protected(order: Resting, token: Token, position: Position, keys: Keys) -> Screen:
    """Say that a position's stop is at its entry price now."""
    entry = figures.token_price(token, position.entry_price)
    return _news(
        order,
        token,
        keys,
        later("⏳ {order} #{number} of {token} has come"),
        say(
            "The stop of position #{number} is at its entry now, {entry} SOL, or better.",
            number=position.number,
            entry=entry,
        ),
    )


def _news(order: Resting, token: Token, keys: Keys, what: str, *more: Text | str) -> Screen:
    placed = order.placed
    head = marked(
        what,
        order=kind_name(placed.kind).capitalize(),
        number=str(placed.number),
        token=named(token.symbol, 16),
        until=_until(order),
    )
    return Screen(text=lines(headed(order.mode, head), *more), rows=_next(order, keys))


def _next(order: Resting, keys: Keys) -> Rows:
    """Give the likely next steps: protect the position anew, or look at the order."""
    placed = order.placed
    look = (
        key(keys, say("Order #{number}", number=placed.number), "oone", placed.number),
        key(keys, say("Orders"), "olist"),
    )
    number = placed.position_number
    if number is None:
        return (
            look,
            (key(keys, say("Token"), "card", placed.token_id), key(keys, say("Wallet"), "wallet")),
        )
    protect = (
        key(keys, say("Stop…"), "xset", number, "s"),
        key(keys, say("Position #{number}", number=number), "pos", number),
    )
    return (protect, look)


def _unprotected(order: Resting) -> str:
    placed = order.placed
    is_stop = placed.kind in {RestingKind.STOP, RestingKind.TRAILING}
    if placed.action is not RestingAction.CLOSE or not is_stop:
        return ""
    return say("⚠️ Position #{number} goes on without it.", number=placed.position_number)


def _until(order: Resting) -> str:
    return figures.day_and_time(order.placed.expires_at)


def _is_late(note: TriggerNote) -> bool:
    return note.is_while_away and note.gauge is not None


def _price_line(receipt: Receipt, token: Token) -> str:
    note, fill = receipt.trigger, receipt.fill
    if note is None:
        return ""
    line = say(
        "Seen at {seen} · filled {filled} SOL",
        seen=figures.token_price(token, note.seen_price),
        filled=figures.token_price(token, fill.fill_price),
    )
    if not note.level_price:
        return line
    gap = fill.fill_price / note.level_price - 1
    # For whoever sells, less is worse; for whoever buys, more is.
    is_worse = gap > 0 if fill.bought else gap < 0
    words = later("{line} (gap {gap}, worse)") if is_worse else later("{line} (gap {gap})")
    return say(words, line=line, gap=figures.signed_percent(gap))


def _delays(receipt: Receipt) -> str:
    note, times = receipt.trigger, receipt.times
    if note is None:
        return ""
    parts = []
    if times.source_at is not None:
        parts.append(say("pool moved {time}", time=figures.time_of_day(times.source_at)))
    seconds = (times.filled_at - note.triggered_at).total_seconds()
    parts += [
        say("seen {time}", time=figures.time_of_day(note.triggered_at)),
        say("filled +{seconds} s", seconds=f"{seconds:.1f}"),
    ]
    return " · ".join(parts)
