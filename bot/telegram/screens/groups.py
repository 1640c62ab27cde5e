"""A group's settings, the board of its callers, and the short card of a token named there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from bot.domain.groups import SWITCHABLE, TRADES, Audience, GroupSettings
from bot.services.group_calls import CallLine
from bot.services.views import Quote
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Button, Screen, headed, in_rows, key, label, lines, named
from bot.telegram.rich_text import Bold, Text, marked
from bot.telegram.screens import figures, market, safety
from bot.words.speech import later, say, translated

_MOST_LINES = 12
_AUDIENCES: Mapping[Audience, str] = {
    Audience.EVERYBODY: later("everybody"),
    Audience.MEMBERS: later("premium and admins"),
    Audience.ADMINS: later("admins of the group"),
}
_SWITCHES: Mapping[str, str] = {TRADES: later("Buy buttons")}
_DOUBLE = 2


def setup(here: GroupSettings, keys: Keys) -> Screen:
    """Show a group's settings, with a button for each."""
    bound = say("This group is set up.") if here.is_set_up else say("This group is not set up yet.")
    topic = say("this topic only") if here.thread_id is not None else say("any topic")
    off = ", ".join(_switch(name) for name in SWITCHABLE if name in here.closed)
    return Screen(
        text=lines(
            Bold(say("Group settings")),
            bound,
            say("I answer: {audience}", audience=translated(_AUDIENCES[here.audience])),
            say("Where: {topic}", topic=topic),
            say("Short cards of pasted tokens: {state}", state=_on(here.cards)),
            say("News of tokens called here: {state}", state=_on(here.alerts)),
            say("Quiet (no refusals, no sound): {state}", state=_on(here.quiet)),
            say("Switched off: {names}", names=off) if off else "",
            say("Private figures never come here. Money is for those who run the bot."),
        ),
        rows=(
            (
                key(keys, say("Who"), "gset", 0, "who"),
                key(keys, say("Topic"), "gset", 0, "topic"),
                key(keys, say("Commands"), "gset", 0, "cmd"),
            ),
            (
                key(keys, say("Cards"), "gset", 0, "cards"),
                key(keys, say("News"), "gset", 0, "alerts"),
                key(keys, say("Quiet"), "gset", 0, "quiet"),
            ),
            *(() if here.is_set_up else ((key(keys, say("Keep it so"), "gset", 0, "bind"),),)),
        ),
    )


def switches(here: GroupSettings, keys: Keys) -> Screen:
    """Show which commands a group has, each with its switch."""
    buttons = [_switch_button(here, name, keys) for name in SWITCHABLE]
    return Screen(
        text=lines(
            Bold(say("Commands in this group")),
            say("A press switches one on or off. Buy buttons are for those who run the bot."),
        ),
        rows=(*in_rows(buttons), (key(keys, say("Back"), "gset"),)),
    )


def short_card(quote: Quote, line: CallLine, now: datetime, keys: Keys) -> Screen:
    """Show a token that somebody named in a group, who was first, and how it did since."""
    return Screen(
        text=lines(
            headed(keys.mode, named(quote.token.symbol, 16), named(quote.token.name)),
            market.price_line(quote),
            market.source_line(quote),
            safety.short_line(quote.safety),
            *market.warnings(quote),
            _called(line, now),
        ),
        rows=(
            (
                key(keys, say("Card"), "card", quote.token.token_id),
                key(keys, say("Chart"), "chart", quote.token.token_id),
                key(keys, say("Calls"), "calls"),
            ),
        ),
    )


def calls(found: Sequence[CallLine], keys: Keys) -> Screen:
    """Show a group's calls, the best first, and what is usual beside them."""
    if not found:
        nothing = say("Nobody has named a token here yet. Paste a token's address.")
        return Screen(text=lines(Bold(say("Calls")), nothing))
    bests = sorted(line.best for line in found)
    doubled = sum(best >= _DOUBLE for best in bests)
    return Screen(
        text=lines(
            Bold(say("Calls, the best first")),
            *(_line(place, line) for place, line in enumerate(found[:_MOST_LINES], start=1)),
            say(
                "{count} calls · median best {median} · {doubled} at least doubled",
                count=len(found),
                median=_times(bests[len(bests) // 2]),
                doubled=doubled,
            ),
            say("Best is the highest price since, which nobody can be sure to sell at."),
        ),
        rows=((key(keys, say("Refresh"), "calls"),),),
    )


def reached(line: CallLine, times: int) -> Screen:
    """Tell a group that a token called there is worth so many times what it was."""
    return Screen(
        text=lines(
            marked(
                "{symbol} is {times} since {caller} called it here",
                symbol=named(line.token.symbol, 16),
                times=f"x{times}",
                caller=named(line.call.caller, 24),
            ),
            say(
                "{price} SOL now, {called} SOL then",
                price=figures.token_price(line.token, line.price or line.call.price),
                called=figures.token_price(line.token, line.call.price),
            ),
        )
    )


def _called(line: CallLine, now: datetime) -> Text:
    call = line.call
    minutes = int((now - call.called_at).total_seconds() // 60)
    if minutes < 1:
        return marked("First called here by {caller}, now", caller=named(call.caller, 24))
    return marked(
        "First called here by {caller} {age} ago at {price} SOL: best {best}, now {now}",
        caller=named(call.caller, 24),
        age=figures.duration(minutes * 60),
        price=figures.token_price(line.token, call.price),
        best=_times(line.best),
        now=_times(call.multiple(line.price)) if line.price is not None else "?",
    )


def _line(place: int, line: CallLine) -> Text:
    now = line.call.multiple(line.price) if line.price is not None else None
    return Text(
        f"{place}. ",
        named(line.token.symbol, 16),
        f" {_times(line.best)} ({_times(now) if now is not None else '?'}) · ",
        named(line.call.caller, 16),
    )


def _times(multiple: Decimal) -> str:
    return f"x{figures.number(multiple)}"


def _switch_button(here: GroupSettings, name: str, keys: Keys) -> Button:
    sign = "" if name in here.closed else "✓ "
    return key(keys, label(f"{sign}{_switch(name)}"), "gset", 0, name)


def _switch(name: str) -> str:
    return translated(_SWITCHES[name]) if name in _SWITCHES else f"/{name}"


def _on(value: bool) -> str:
    return say("on") if value else say("off")
