"""The questions of orders that wait: which way, how much, at which level, for which position."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.domain.positions import Side
from bot.domain.presets import Presets
from bot.domain.users import Mode
from bot.services.views import MarkedPosition, Portfolio, Quote
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, danger, headed, in_rows, key, label, lines, named
from bot.telegram.order_presets import EXIT_WAYS, WAYS, ExitWay, Way, entry_code, own_exit
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.market import price_line
from bot.telegram.screens.sides import side_name
from bot.telegram.screens.trading import preset_sizes
from bot.words.speech import later, say

_MOST_POSITIONS = 9
_OTHER_SIDE = {"l": "s", "s": "l"}
_EXPLAINED = {
    "p": later("Sells once the price is there, at what the pool pays then."),
    "s": later(
        "Sells once the price is there, at what the pool pays then: never at the level itself."
    ),
    "t": later(
        "Follows the best price at this distance, and sells when the price falls back so far."
    ),
    "b": later("Moves the stop to your entry once the price is there."),
    "e": later("Sells after this time, whatever the price."),
}
_EXPLAINED_SHORT = {
    "p": later("Buys back once the price is there, at what the pool asks then."),
    "s": later(
        "Buys back once the price is there, at what the pool asks then: never at the level."
    ),
    "t": later("Follows the best price at this distance, buys back when the price rises so far."),
    "b": later("Moves the stop to your entry once the price is there."),
    "e": later("Buys back after this time, whatever the price."),
}


def which_way(token: Token, keys: Keys) -> Screen:
    """Offer the ways to enter later."""
    buttons = (
        key(keys, say(way.title), "eway", token.token_id, code) for code, way in WAYS.items()
    )
    return Screen(
        text=lines(
            headed(keys.mode, say("Order that waits"), named(token.symbol, 16)),
            say("Which kind?"),
        ),
        rows=(*in_rows(buttons, 2), (key(keys, say("Back"), "card", token.token_id),)),
    )


def which_size(
    token: Token, code: str, cash_lamports: int, own: Sequence[int], keys: Keys
) -> Screen:
    """Ask how much each fill spends."""
    way = WAYS[code]
    sizes = tuple(
        key(keys, figures.with_sol(size), "esiz", token.token_id, entry_code(code, size, 0))
        for size in [size for size in own if size <= cash_lamports] or preset_sizes(cash_lamports)
    )
    other = _OTHER_SIDE.get(code)
    turned = (key(keys, say(WAYS[other].title), "eway", token.token_id, other),) if other else ()
    return Screen(
        text=lines(
            headed(keys.mode, say(way.title), named(token.symbol, 16)),
            say("How much each time?") if code in {"d", "p"} else say("How much?"),
            say("{cash} free", cash=figures.with_sol(cash_lamports)),
        ),
        rows=(
            *((sizes,) if sizes else ()),
            (key(keys, say("Type it…"), "etype", token.token_id, code), *turned),
            (key(keys, say("Back"), "later", token.token_id),),
        ),
    )


def which_level(quote: Quote, code: str, size: int, keys: Keys) -> Screen:
    """Ask where the order waits, or how often it buys."""
    way, token = WAYS[code], quote.token
    buttons = (
        key(keys, text, "eput", token.token_id, entry_code(code, size, place))
        for place, (text, _) in enumerate(way.choices)
    )
    return Screen(
        text=lines(
            headed(keys.mode, say(way.title), named(token.symbol, 16), figures.with_sol(size)),
            price_line(quote),
            say("How often?") if code == "d" else say("How far from the price of now?"),
        ),
        rows=(
            *in_rows(buttons),
            (
                key(keys, say("Type it…"), "etype", token.token_id, code),
                key(keys, say("Back"), "eway", token.token_id, code),
            ),
        ),
    )


def ask_entry(token: Token, way: Way, mode: Mode) -> Screen:
    """Ask for the rest of an order to be typed."""
    return Screen(
        text=lines(
            headed(mode, say(way.title), named(token.symbol, 16)),
            marked("Type it like {hint}, or /cancel.", hint=Code(way.hint)),
        ),
        ask=way.hint,
    )


def which_position(portfolio: Portfolio, title: str, action: str, code: str, keys: Keys) -> Screen:
    """Ask which open position is meant."""
    held = portfolio.positions[:_MOST_POSITIONS]
    buttons = (
        key(
            keys, f"#{one.position.number} {label(one.token.symbol)}", action,
            one.position.number, code,
        )
        for one in held
    )  # fmt: skip
    asked = (
        say("{title}: which position?", title=title)
        if held
        else say("{title}: nothing is open", title=title)
    )
    return Screen(
        text=lines(
            headed(keys.mode, asked),
            "" if held else say("Open something first, with the button or /open."),
        ),
        rows=(
            *in_rows(buttons),
            (key(keys, say("Positions"), "poss") if held else key(keys, say("Open…"), "pick"),),
        ),
    )


def which_exit(held: MarkedPosition, keys: Keys) -> Screen:
    """Offer the kinds of exits."""
    number = held.position.number
    buttons = (key(keys, say(way.title), "xset", number, code) for code, way in EXIT_WAYS.items())
    return Screen(
        text=lines(
            headed(keys.mode, say("Exits of #{number}", number=number), _name(held)),
            say("Which kind?"),
        ),
        rows=(
            *in_rows(buttons, 2),
            (
                key(keys, say("Position #{number}", number=number), "pos", number),
                key(keys, say("Orders"), "olist"),
            ),
            (danger(keys, say("Reverse…"), "rev", number),),
        ),
    )


def which_exit_level(held: MarkedPosition, code: str, presets: Presets, keys: Keys) -> Screen:
    """Ask for the level of an exit, with the usual ones as buttons."""
    number, way = held.position.number, EXIT_WAYS[code]
    own = own_exit(code, presets)
    mine = (
        ()
        if own is None
        else (key(keys, say("Yours: {level}", level=own[0]), "xput", number, own[1]),)
    )
    buttons = (
        key(keys, say(text), "xput", number, f"{code}{place}")
        for place, (text, _) in enumerate(way.choices)
    )
    entry = figures.token_price(held.token, held.position.entry_price)
    at = say("Entry {entry} SOL", entry=entry)
    if held.mark is not None:
        now = figures.token_price(held.token, held.mark.price)
        at = say("Entry {entry} · now {now} SOL", entry=entry, now=now)
    explained = _EXPLAINED_SHORT if held.position.side is Side.SHORT else _EXPLAINED
    return Screen(
        text=lines(
            headed(
                keys.mode,
                say("{title} of #{number}", title=say(way.title), number=number),
                _name(held),
            ),
            at,
            say(explained[code]),
        ),
        rows=(
            *in_rows(buttons),
            (
                *mine,
                key(keys, say("Amount…"), "xask", number, code),
            ),
            (
                key(keys, say("Back"), "xset", number),
                key(keys, say("Position #{number}", number=number), "pos", number),
            ),
        ),
    )


def ask_exit(held: MarkedPosition, way: ExitWay, mode: Mode) -> Screen:
    """Ask for an exit to be typed."""
    return Screen(
        text=lines(
            headed(
                mode,
                say("{title} of #{number}", title=say(way.title), number=held.position.number),
                _name(held),
            ),
            marked("Type it like {hint}, or /cancel.", hint=Code(way.hint)),
            say("Percentages count your gain, from your entry.")
            if way.name in {"sl", "tp"}
            else "",
        ),
        ask=way.hint,
    )


def confirm_reverse(held: MarkedPosition, keys: Keys) -> Screen:
    """Ask whether to close a position and open the other way."""
    number = held.position.number
    other = side_name(Side.SHORT if held.position.side is Side.LONG else Side.LONG)
    worth = figures.with_sol(held.mark.equity_lamports) if held.mark else say("What comes back")
    return Screen(
        text=lines(
            headed(keys.mode, say("Reverse #{number}", number=number), _name(held)),
            say("{worth} would go {other}, after the costs of both.", worth=worth, other=other),
            say("Its exits end with it."),
        ),
        rows=(
            (
                key(keys, say("Back"), "pos", number),
                danger(keys, say("Yes, go {other}", other=other), "revgo", number),
            ),
        ),
    )


def _name(held: MarkedPosition) -> Text:
    return Text(named(held.token.symbol, 16), f" {side_name(held.position.side)}")
