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
from bot.telegram.rich_text import Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.market import price_line
from bot.telegram.screens.trading import preset_sizes

_MOST_POSITIONS = 9
_OTHER_SIDE = {"l": "s", "s": "l"}
_EXPLAINED = {
    "p": "Sells once the price is there, at what the pool pays then.",
    "s": "Sells once the price is there, at what the pool pays then: never at the level itself.",
    "t": "Follows the best price at this distance, and sells when the price falls back so far.",
    "b": "Moves the stop to your entry once the price is there.",
    "e": "Sells after this time, whatever the price.",
}


def which_way(token: Token, keys: Keys) -> Screen:
    """Offer the ways to enter later."""
    buttons = (key(keys, way.title, "eway", token.token_id, code) for code, way in WAYS.items())
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Order that waits", named(token.symbol, 16)),
            "Which kind?",
        ),
        rows=(*in_rows(buttons, 2), (key(keys, "Back", "card", token.token_id),)),
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
    turned = (key(keys, WAYS[other].title, "eway", token.token_id, other),) if other else ()
    return Screen(
        text=lines(
            headed(Mode.PAPER, way.title, named(token.symbol, 16)),
            "How much each time?" if code in {"d", "p"} else "How much?",
            f"{figures.with_sol(cash_lamports)} free",
        ),
        rows=(
            *((sizes,) if sizes else ()),
            (key(keys, "Type it…", "etype", token.token_id, code), *turned),
            (key(keys, "Back", "later", token.token_id),),
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
            headed(Mode.PAPER, way.title, named(token.symbol, 16), figures.with_sol(size)),
            price_line(quote),
            "How often?" if code == "d" else "How far from the price of now?",
        ),
        rows=(
            *in_rows(buttons),
            (
                key(keys, "Type it…", "etype", token.token_id, code),
                key(keys, "Back", "eway", token.token_id, code),
            ),
        ),
    )


def ask_entry(token: Token, way: Way) -> Screen:
    """Ask for the rest of an order to be typed."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, way.title, named(token.symbol, 16)),
            Text("Type it like ", Code(way.hint), ", or /cancel."),
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
    asked = f"{title}: which position?" if held else f"{title}: nothing is open"
    return Screen(
        text=lines(
            headed(Mode.PAPER, asked),
            "" if held else "Open something first, with the button or /open.",
        ),
        rows=(
            *in_rows(buttons),
            (key(keys, "Positions", "poss") if held else key(keys, "Open…", "pick"),),
        ),
    )


def which_exit(held: MarkedPosition, keys: Keys) -> Screen:
    """Offer the kinds of exits."""
    number = held.position.number
    buttons = (key(keys, way.title, "xset", number, code) for code, way in EXIT_WAYS.items())
    return Screen(
        text=lines(headed(Mode.PAPER, f"Exits of #{number}", _name(held)), "Which kind?"),
        rows=(
            *in_rows(buttons, 2),
            (key(keys, f"Position #{number}", "pos", number), key(keys, "Orders", "olist")),
            (danger(keys, "Reverse…", "rev", number),),
        ),
    )


def which_exit_level(held: MarkedPosition, code: str, presets: Presets, keys: Keys) -> Screen:
    """Ask for the level of an exit, with the usual ones as buttons."""
    number, way = held.position.number, EXIT_WAYS[code]
    own = own_exit(code, presets)
    mine = () if own is None else (key(keys, f"Yours: {own[0]}", "xput", number, own[1]),)
    buttons = (
        key(keys, text, "xput", number, f"{code}{place}")
        for place, (text, _) in enumerate(way.choices)
    )
    entry = figures.token_price(held.token, held.position.entry_price)
    now = f" · now {figures.token_price(held.token, held.mark.price)}" if held.mark else ""
    explained = _EXPLAINED[code]
    if held.position.side is Side.SHORT:
        explained = explained.replace("Sells", "Buys back").replace("sells", "buys back")
        explained = explained.replace("falls back", "rises back")
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"{way.title} of #{number}", _name(held)),
            f"Entry {entry}{now} SOL",
            explained,
        ),
        rows=(
            *in_rows(buttons),
            (
                *mine,
                key(keys, "Amount…", "xask", number, code),
            ),
            (key(keys, "Back", "xset", number), key(keys, f"Position #{number}", "pos", number)),
        ),
    )


def ask_exit(held: MarkedPosition, way: ExitWay) -> Screen:
    """Ask for an exit to be typed."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"{way.title} of #{held.position.number}", _name(held)),
            Text("Type it like ", Code(way.hint), ", or /cancel."),
            "Percentages count your gain, from your entry." if way.name in {"sl", "tp"} else "",
        ),
        ask=way.hint,
    )


def confirm_reverse(held: MarkedPosition, keys: Keys) -> Screen:
    """Ask whether to close a position and open the other way."""
    number = held.position.number
    other = "short" if held.position.side is Side.LONG else "long"
    worth = figures.with_sol(held.mark.equity_lamports) if held.mark else "What comes back"
    return Screen(
        text=lines(
            headed(Mode.PAPER, f"Reverse #{number}", _name(held)),
            f"{worth} would go {other}, after the costs of both.",
            "Its exits end with it.",
        ),
        rows=(
            (
                key(keys, "Back", "pos", number),
                danger(keys, f"Yes, go {other}", "revgo", number),
            ),
        ),
    )


def _name(held: MarkedPosition) -> Text:
    return Text(named(held.token.symbol, 16), f" {held.position.side.value}")
