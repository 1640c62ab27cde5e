"""Turns a refusal into words with an example that works and a button that helps."""

from collections.abc import Mapping

from bot.domain.errors import Refusal, Unavailable
from bot.domain.instruments import Token
from bot.domain.notices import Notice
from bot.observability.journeys import note_refusal
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, key, lines, private_row, to_delete, to_send
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import market
from bot.telegram.screens.phrases import refusal_words
from bot.telegram.turn import Command, Turn, Voice
from bot.words.speech import later, say

EXAMPLE_SYMBOL = "WIF"
_ABOUT_ARGUMENTS = frozenset(
    {
        "missing_argument",
        "too_many_arguments",
        "bad_side",
        "bad_leverage",
        "bad_interval",
        "bad_span",
        "bad_report_span",
        "bad_hour",
        "bad_offset",
        "bad_export",
        "bad_export_span",
        "bad_membership",
        "bad_language",
        "not_a_number",
        "number_too_large",
        "ambiguous_number",
        "too_many_decimals",
        "not_positive",
        "not_a_percentage",
        "not_a_whole_number",
        "bad_condition",
        "bad_share",
        "bad_size",
        "not_a_level",
        "bad_duration",
        "bad_distance",
        "bad_times",
        "bad_order_side",
        "bad_order_word",
        "not_an_order",
        "bad_presets",
        "missing_person",
        "bad_days",
        "bad_invitation_days",
        "bad_correction",
        "bad_cap_name",
        "bad_cap_value",
    }
)

_FOR_WANT_OF_A_RIGHT = frozenset({"banned", "pending", "frozen", "not_permitted", "not_yours"})
_OUTSIDE = frozenset({"banned", "pending"})
_LINKED = frozenset(
    {"wallet", "positions", "history", "open", "pnl", "orders", "watchlist", "locks"}
)
_NEXT_SCREEN: Mapping[str, tuple[str, str]] = {
    "unknown_position": (later("Positions"), "poss"),
    "unknown_order": (later("Orders"), "olist"),
    "order_not_working": (later("Orders"), "olist"),
    "too_many_resting": (later("Orders"), "olist"),
    "nothing_waits": (later("Positions"), "poss"),
    "no_course": ("P&L", "pnl"),
    "nothing_to_export": (later("Export"), "export"),
    "watchlist_full": (later("Watchlist"), "wlist"),
    "alerts_full": (later("Alerts"), "alist"),
    "unknown_alert": (later("Alerts"), "alist"),
    "nothing_to_close": (later("Positions"), "poss"),
    "too_many_positions": (later("Positions"), "poss"),
    "not_a_whole_number": (later("Positions"), "poss"),
    "not_enough_cash": (later("Wallet"), "wallet"),
    "conflict": (later("Wallet"), "wallet"),
    "unknown_command": (later("Commands"), "help"),
    "not_understood": (later("Commands"), "help"),
}


async def answer_refusal(
    turn: Turn, refusal: Refusal, command: Command | None = None, what: str = ""
) -> None:
    """Say no in plain words: what happened, why, and what would work.

    Where a right was missing it is written down; `what` names the button that was pressed.
    """
    note_refusal(refusal.code)
    if refusal.code in _FOR_WANT_OF_A_RIGHT:
        named = f"/{command.name}" if command else what or "words"
        await turn.services.records.audit.refused(turn.user, refusal.code, named)
    if turn.pressed is None and _is_quiet(turn):
        await turn.finish()
        return
    if refusal.code == "already_done" and turn.pressed is None:
        # The first try was booked with its answer before a fault made us try again.
        await turn.finish()
        return
    if refusal.code in _OUTSIDE:
        await _answer_outside(turn, refusal)
        return
    tokens = _choices(refusal)
    if tokens:
        symbol = str(refusal.fields.get("symbol", ""))
        await turn.show(market.choices(symbol, tokens, turn.keys))
        return
    example = await example_symbol(turn)
    words = refusal_words(refusal, example)
    if turn.pressed is not None:
        await turn.say(words)
        return
    usage = _usage(command, example) if refusal.code in _ABOUT_ARGUMENTS else None
    await turn.show(Screen(text=lines(words, usage), rows=_rows(refusal, turn, command)))


async def _answer_outside(turn: Turn, refusal: Refusal) -> None:
    """Answer whoever may not use the bot: the banned once, and of the waiting admins are told."""
    words = refusal_words(refusal, EXAMPLE_SYMBOL)
    if refusal.code == "banned":
        await turn.services.people.admissions.answer_banned(turn.request, turn.said(words))
        return
    await turn.services.people.admissions.knock(
        turn.request, lambda _mode, _verdict: turn.said(words)
    )


def secret_hidden(chat_id: int, message_id: int) -> tuple[Notice, ...]:
    """Give the calls that take a pasted secret out of a chat and warn whoever pasted it."""
    words = refusal_words(Refusal("private_key"), EXAMPLE_SYMBOL)
    return (to_delete(chat_id, message_id), to_send(Screen(text=words), chat_id))


def password_hidden(chat_id: int, message_id: int) -> tuple[Notice, ...]:
    """Give the calls that take a password out of a chat where it does not belong."""
    words = refusal_words(Refusal("password_here"), EXAMPLE_SYMBOL)
    return (to_delete(chat_id, message_id), to_send(Screen(text=words), chat_id))


async def example_symbol(turn: Turn) -> str:
    """Give the symbol of a token that works in an example right now."""
    try:
        tokens = await turn.services.prices.popular(turn.user)
    except (Refusal, Unavailable):
        return EXAMPLE_SYMBOL
    typed = (token.symbol for token in tokens if token.symbol.isascii() and token.symbol.isalnum())
    return next(typed, EXAMPLE_SYMBOL)


def _is_quiet(turn: Turn) -> bool:
    if turn.is_private or turn.voice is not Voice.ALOUD:
        return False
    return turn.services.rooms.groups.of(turn.chat_id).quiet


def _choices(refusal: Refusal) -> tuple[Token, ...]:
    found = refusal.fields.get("choices")
    if refusal.code != "ambiguous_token" or not isinstance(found, tuple):
        return ()
    return tuple(token for token in found if isinstance(token, Token))


def _usage(command: Command | None, example: str) -> Text | None:
    if command is None:
        return None
    shown = command.example.replace(EXAMPLE_SYMBOL, example)
    return marked(
        "Usage: {usage}\nExample: {example}", usage=Code(command.usage), example=Code(shown)
    )


def _rows(refusal: Refusal, turn: Turn, command: Command | None) -> Rows:
    if refusal.code == "private_only":
        return (private_row(turn.keys, link_to(command)),)
    following = _NEXT_SCREEN.get(refusal.code)
    if following is None or not _may_show(following[1], turn.keys):
        return ()
    return ((key(turn.keys, say(following[0]), following[1]),),)


def _may_show(action: str, keys: Keys) -> bool:
    return keys.is_private or action == "help"


def link_to(command: Command | None) -> str:
    """Name the screen that the private chat opens at; see `commands.help`."""
    name = command.name if command else "start"
    return name if name in _LINKED else "start"
