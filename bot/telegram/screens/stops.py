"""Emergency stops: the question before, what stands, how far the closing is, and the end of it."""

from collections.abc import Mapping

from bot.domain.instruments import Token
from bot.domain.risk import StopRule, StopScope, TradingStop
from bot.domain.users import Mode
from bot.services.stops import StopLine
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Code, Text

ANSWER_SECONDS = 60
_RULES: Mapping[StopRule, str] = {
    StopRule.HAND: "",
    StopRule.ADMIN: "",
    StopRule.CHAIN_SILENT: "the chain does not answer",
    StopRule.SOL_MOVED: "SOL itself moved too far",
    StopRule.TOKENS_DISPUTED: "too many prices are disputed",
}
_WAIT = f"⏳ {ANSWER_SECONDS} s to answer; no answer means no."


def ask_panic(line: StopLine, keys: Keys) -> Screen:
    """Ask whether a person wants to stop their own trading, and how."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Stop your trading?"),
            f"Pause: nothing new is opened for you. What is open stays ({_open(line)}), exits too.",
            f"Close all: {_open(line)} closed as well, at what the pools pay.",
            "It stays so, also after a restart, until you send /resume.",
            _WAIT,
        ),
        rows=(
            (key(keys, "No", "nostop"), key(keys, "Pause", "panicp")),
            (danger(keys, "Pause and close all", "panicc"),),
        ),
    )


def ask_halt(line: StopLine, *, closes: bool, reason: str, asker: str, keys: Keys) -> Screen:
    """Ask an admin whether everybody's trading is to stop."""
    what = "Pause entries and close" if closes else "Pause entries"
    concerned = (
        f" {_open(line)} would be closed." if closes else f" What is open stays ({_open(line)})."
    )
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text(f"{what} ", _scope(line.stop, line.token), "?")),
            f"It is for {_whom(line.stop)}.{concerned}",
            Text("Reason: ", named(reason, 120)) if reason else "",
            Text("Asked by ", named(asker), " · only they can answer"),
            _WAIT,
        ),
        rows=((key(keys, "No", "nostop"), danger(keys, "Yes, stop", "halt")),),
    )


def pulled(line: StopLine, keys: Keys) -> Screen:
    """Show a stop that was just pulled."""
    stop = line.stop
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text("🔒 ", stop_words(stop, line.token))),
            f"⏳ Closing {_open(line)}. Each gets its receipt." if stop.closes else "",
            Text("It ends with ", Code(_resume(stop, line.token)), ". Closing always works."),
        ),
        rows=_rows(stop, keys),
    )


def progress(line: StopLine, left: int) -> Screen:
    """Show how far the closing is, in place of what was shown when it began."""
    done = line.stop.planned - left
    words = f"Closed all {done}" if not left else f"Closed {done} of {line.stop.planned}"
    waiting = f"{left} cannot be closed right now; I keep trying." if left else ""
    return Screen(
        text=lines(
            headed(Mode.PAPER, words),
            Text("🔒 ", stop_words(line.stop, line.token)),
            waiting,
            Text("It ends with ", Code(_resume(line.stop, line.token)), "."),
        )
    )


def resumed(line: StopLine, keys: Keys | None = None) -> Screen:
    """Show that entries are free again."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text("Entries are free again: ", _scope(line.stop, line.token))),
            "It had stood " + _since(line.stop) + ".",
        ),
        rows=((key(keys, "Risk", "risk"), key(keys, "Wallet", "wallet")),)
        if keys is not None and keys.is_private
        else (),
    )


def tripped(line: StopLine) -> Screen:
    """Tell an admin that the market stopped everybody's entries."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, Text("⚠️ ", stop_words(line.stop, line.token))),
            "It lifts itself when the cause has passed.",
            Text("Sooner: ", Code("/resume all"), "."),
        )
    )


def nothing_stopped(keys: Keys) -> Screen:
    """Show that the question was answered with no."""
    return Screen(
        text=lines(headed(Mode.PAPER, "Nothing was stopped")),
        rows=((key(keys, "Risk", "risk"),),) if keys.is_private else (),
    )


def halted(line: StopLine) -> Screen:
    """Tell a person that an admin has stopped their trading."""
    closing = f"⏳ {_open(line)} of yours will be closed. Each gets its receipt."
    return Screen(
        text=lines(
            headed(Mode.PAPER, "🔒 An admin has paused your entries"),
            Text("Reason: ", named(line.stop.reason, 120)) if line.stop.reason else "",
            closing if line.stop.closes else "What is open stays, with its exits.",
            "Closing always works. Only an admin lifts it; you will hear of it.",
        )
    )


def released(line: StopLine) -> Screen:
    """Tell them that it is over."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, "An admin has freed your entries again"),
            "They had been paused " + _since(line.stop) + ".",
        )
    )


def stop_words(stop: TradingStop, token: Token | None, *, is_own: bool = False) -> Text:
    """Say what is stopped, since when and why; `is_own` to the person whose trading it is."""
    why = stop.reason or _RULES[stop.rule]
    return Text(
        "Entries are paused: ",
        "yours, by an admin" if is_own and stop.rule is StopRule.ADMIN else _scope(stop, token),
        f", {_since(stop)}",
        *((" · ", named(why, 120)) if why else ()),
    )


def _scope(stop: TradingStop, token: Token | None) -> Text | str:
    match stop.scope:
        case StopScope.PERSON:
            return f"user {stop.user_id}'s" if stop.rule is StopRule.ADMIN else "yours"
        case StopScope.TOKEN:
            return named(token.symbol, 16) if token else f"token {stop.token_id}"
        case StopScope.ALL:
            return "everybody's"


def _since(stop: TradingStop) -> str:
    return f"since {stop.began_at.day} {stop.began_at:%b %H:%M} UTC"


def _resume(stop: TradingStop, token: Token | None) -> str:
    match stop.scope:
        case StopScope.PERSON:
            return f"/resume {stop.user_id}" if stop.rule is StopRule.ADMIN else "/resume"
        case StopScope.TOKEN:
            return f"/resume {token.symbol if token else stop.token_id}"
        case StopScope.ALL:
            return "/resume all"


def _whom(stop: TradingStop) -> str:
    return f"user {stop.user_id} alone" if stop.user_id else "everybody"


def _open(line: StopLine) -> str:
    return "1 open position" if line.positions == 1 else f"{line.positions} open positions"


def _rows(stop: TradingStop, keys: Keys) -> Rows:
    if stop.scope is StopScope.PERSON and stop.rule is StopRule.HAND:
        return ((key(keys, "Resume", "resume"), key(keys, "Positions", "poss")),)
    return ()
