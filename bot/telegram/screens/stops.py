"""Emergency stops: the question before, what stands, how far the closing is, and the end of it."""

from collections.abc import Mapping

from bot.domain.instruments import Token
from bot.domain.risk import StopRule, StopScope, TradingStop
from bot.domain.users import Mode
from bot.services.stop_notices import StopLine
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, danger, headed, key, lines, named
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count

ANSWER_SECONDS = 60
_RULES: Mapping[StopRule, str] = {
    StopRule.HAND: "",
    StopRule.ADMIN: "",
    StopRule.CHAIN_SILENT: later("the chain does not answer"),
    StopRule.SOL_MOVED: later("SOL itself moved too far"),
    StopRule.TOKENS_DISPUTED: later("too many prices are disputed"),
}
_WAIT = later("⏳ {seconds} s to answer; no answer means no.")


def ask_panic(line: StopLine, keys: Keys) -> Screen:
    """Ask whether a person wants to stop their own trading, and how."""
    return Screen(
        text=lines(
            headed(keys.mode, say("Stop your trading?")),
            say(
                "Pause: nothing new is opened for you. What is open stays ({open}), exits too.",
                open=_open(line),
            ),
            say("Close all: {open} closed as well, at what the pools pay.", open=_open(line)),
            _live(line),
            say("It stays so, also after a restart, until you send /resume."),
            say(_WAIT, seconds=ANSWER_SECONDS),
        ),
        rows=(
            (key(keys, say("No"), "nostop"), key(keys, say("Pause"), "panicp")),
            (danger(keys, say("Pause and close all"), "panicc"),),
        ),
    )


def ask_halt(line: StopLine, *, closes: bool, reason: str, asker: str, keys: Keys) -> Screen:
    """Ask an admin whether everybody's trading is to stop."""
    concerned = (
        say("It is for {whom}. {open} would be closed.", whom=_whom(line.stop), open=_open(line))
        if closes
        else say(
            "It is for {whom}. What is open stays ({open}).",
            whom=_whom(line.stop),
            open=_open(line),
        )
    )
    return Screen(
        text=lines(
            headed(keys.mode, _question(line, closes=closes)),
            concerned,
            _live(line) if closes else "",
            marked("Reason: {reason}", reason=named(reason, 120)) if reason else "",
            marked("Asked by {name} · only they can answer", name=named(asker)),
            say(_WAIT, seconds=ANSWER_SECONDS),
        ),
        rows=((key(keys, say("No"), "nostop"), danger(keys, say("Yes, stop"), "halt")),),
    )


def _question(line: StopLine, *, closes: bool) -> Text | str:
    match line.stop.scope:
        case StopScope.PERSON:
            words = (
                later("Pause the entries of user {id}, and close what they have open?")
                if closes
                else later("Pause the entries of user {id}?")
            )
            return marked(words, id=str(line.stop.user_id))
        case StopScope.TOKEN:
            words = (
                later("Pause entries in {token}, and close all of it?")
                if closes
                else later("Pause entries in {token}?")
            )
            return marked(words, token=_scope(line.stop, line.token))
        case StopScope.ALL:
            return (
                say("Pause everybody's entries, and close everything?")
                if closes
                else say("Pause everybody's entries?")
            )


def _live(line: StopLine) -> str:
    if not line.live:
        return ""
    return say_count(
        "⚠️ {count} of them is LIVE: it is sold for real money.",
        "⚠️ {count} of them are LIVE: they are sold for real money.",
        line.live,
    )


def pulled(line: StopLine, keys: Keys) -> Screen:
    """Show a stop that was just pulled."""
    stop = line.stop
    return Screen(
        text=lines(
            headed(keys.mode, Text("🔒 ", stop_words(stop, line.token))),
            say("⏳ Closing {open}. Each gets its receipt.", open=_open(line))
            if stop.closes
            else "",
            marked(
                "It ends with {command}. Closing always works.",
                command=Code(_resume(stop, line.token)),
            ),
        ),
        rows=_rows(stop, keys),
    )


def progress(line: StopLine, left: int, mode: Mode) -> Screen:
    """Show how far the closing is, in place of what was shown when it began."""
    done = line.stop.planned - left
    words = (
        say("Closed {done} of {planned}", done=done, planned=line.stop.planned)
        if left
        else say("Closed all {done}", done=done)
    )
    waiting = say("{count} cannot be closed right now; I keep trying.", count=left) if left else ""
    return Screen(
        text=lines(
            headed(mode, words),
            Text("🔒 ", stop_words(line.stop, line.token)),
            waiting,
            marked("It ends with {command}.", command=Code(_resume(line.stop, line.token))),
        )
    )


def resumed(line: StopLine, keys: Keys, *, is_news: bool = False) -> Screen:
    """Show that entries are free again."""
    return Screen(
        text=lines(
            headed(
                keys.mode,
                marked("Entries are free again: {whose}", whose=_scope(line.stop, line.token)),
            ),
            say("It had stood {since}.", since=_since(line.stop)),
        ),
        rows=((key(keys, say("Risk"), "risk"), key(keys, say("Wallet"), "wallet")),)
        if keys.is_private and not is_news
        else (),
    )


def tripped(line: StopLine, keys: Keys) -> Screen:
    """Tell an admin that the market stopped everybody's entries."""
    return Screen(
        text=lines(
            headed(keys.mode, Text("⚠️ ", stop_words(line.stop, line.token))),
            say("It lifts itself when the cause has passed."),
            marked("Sooner: {command}.", command=Code(_resume(line.stop, line.token))),
        )
    )


def market_stopped(line: StopLine, keys: Keys) -> Screen:
    """Tell a holder that the market has stopped entries, and what it means for them."""
    return Screen(
        text=lines(
            headed(keys.mode, Text("⚠️ ", stop_words(line.stop, line.token))),
            say("What you have open stays, with its exits. Closing always works."),
            say("It lifts itself when the cause has passed, and you will hear of it."),
        ),
        rows=((key(keys, say("Positions"), "poss"), key(keys, say("Risk"), "risk")),),
    )


def nothing_stopped(keys: Keys) -> Screen:
    """Show that the question was answered with no."""
    return Screen(
        text=lines(headed(keys.mode, say("Nothing was stopped"))),
        rows=((key(keys, say("Risk"), "risk"),),) if keys.is_private else (),
    )


def halted(line: StopLine, keys: Keys) -> Screen:
    """Tell a person that an admin has stopped their trading."""
    closing = say("⏳ {open} of yours will be closed. Each gets its receipt.", open=_open(line))
    return Screen(
        text=lines(
            headed(keys.mode, say("🔒 An admin has paused your entries")),
            marked("Reason: {reason}", reason=named(line.stop.reason, 120))
            if line.stop.reason
            else "",
            closing if line.stop.closes else say("What is open stays, with its exits."),
            say("Closing always works. Only an admin lifts it; you will hear of it."),
        )
    )


def released(line: StopLine, keys: Keys) -> Screen:
    """Tell them that it is over."""
    return Screen(
        text=lines(
            headed(keys.mode, say("An admin has freed your entries again")),
            say("They had been paused {since}.", since=_since(line.stop)),
        )
    )


def stop_words(stop: TradingStop, token: Token | None, *, is_own: bool = False) -> Text:
    """Say what is stopped, since when and why; `is_own` to the person whose trading it is."""
    rule = _RULES[stop.rule]
    why = stop.reason or (say(rule) if rule else "")
    by_admin = is_own and stop.rule is StopRule.ADMIN
    return Text(
        marked(
            "Entries are paused: {whose}, {since}",
            whose=say("yours, by an admin") if by_admin else _scope(stop, token),
            since=_since(stop),
        ),
        *((" · ", named(why, 120)) if why else ()),
    )


def _scope(stop: TradingStop, token: Token | None) -> Text | str:
    match stop.scope:
        case StopScope.PERSON:
            is_admins = stop.rule is StopRule.ADMIN
            return say("user {id}'s", id=stop.user_id) if is_admins else say("yours")
        case StopScope.TOKEN:
            return named(token.symbol, 16) if token else say("token {id}", id=stop.token_id)
        case StopScope.ALL:
            return say("everybody's")


def _since(stop: TradingStop) -> str:
    return say("since {time} UTC", time=figures.day_and_time(stop.began_at))


def _resume(stop: TradingStop, token: Token | None) -> str:
    match stop.scope:
        case StopScope.PERSON:
            return f"/resume {stop.user_id}" if stop.rule is StopRule.ADMIN else "/resume"
        case StopScope.TOKEN:
            return f"/resume {token.symbol if token else stop.token_id}"
        case StopScope.ALL:
            return "/resume all"


def _whom(stop: TradingStop) -> str:
    return say("user {id} alone", id=stop.user_id) if stop.user_id else say("everybody")


def _open(line: StopLine) -> str:
    return say_count("{count} open position", "{count} open positions", line.positions)


def _rows(stop: TradingStop, keys: Keys) -> Rows:
    if stop.scope is StopScope.PERSON and stop.rule is StopRule.HAND:
        return ((key(keys, say("Resume"), "resume"), key(keys, say("Positions"), "poss")),)
    return ()
