"""The watchlist: a line a token, refreshed in place."""

from collections.abc import Sequence

from bot.domain.instruments import Token
from bot.services.token_lines import TokenLine
from bot.services.watchlist import WatchChange
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Rows, Screen, headed, in_rows, key, label, lines, named
from bot.telegram.rich_text import Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count

_MOST_LINES, _MOST_KEYS = 30, 9


def watchlist(found: Sequence[TokenLine], keys: Keys) -> Screen:
    """Show what is watched at the prices of now."""
    if not found:
        return _nothing(keys)
    hidden = len(found) - _MOST_LINES
    ages = [line.age_seconds for line in found if line.age_seconds is not None]
    return Screen(
        text=lines(
            headed(keys.mode, say("Watchlist"), _count(len(found))),
            *(_line(line) for line in found[:_MOST_LINES]),
            say("and {count} more", count=hidden) if hidden > 0 else "",
            say("Pool prices, the oldest {age}", age=figures.age(max(ages))) if ages else "",
        ),
        rows=(
            *in_rows(
                key(keys, label(line.token.symbol), "card", line.token.token_id)
                for line in found[:_MOST_KEYS]
            ),
            (key(keys, say("Movers"), "movers"), key(keys, say("Refresh"), "wlist")),
        ),
    )


def watched(change: WatchChange, keys: Keys) -> Screen:
    """Say that a token is on the list."""
    done = (
        later("{token} is on your watchlist.")
        if change.is_new
        else later("{token} was on your watchlist already.")
    )
    words = marked(done, token=named(change.token.symbol, 16))
    return Screen(text=words, rows=_after(change.token, keys))


def unwatched(token: Token, keys: Keys) -> Screen:
    """Say that a token is off the list."""
    return Screen(
        text=marked("{token} is off your watchlist.", token=named(token.symbol, 16)),
        rows=_after(token, keys),
    )


def pick_unwatched(found: Sequence[TokenLine], keys: Keys) -> Screen:
    """Ask which token to take off."""
    if not found:
        return _nothing(keys)
    return Screen(
        text=lines(say("Take which token off your watchlist?")),
        rows=(
            *in_rows(
                key(keys, label(line.token.symbol), "woff", line.token.token_id)
                for line in found[: _MOST_KEYS + 3]
            ),
            (key(keys, say("Back"), "wlist"),),
        ),
    )


def _nothing(keys: Keys) -> Screen:
    return Screen(
        text=lines(
            headed(keys.mode, say("Watchlist"), say("empty")),
            say("Put a token on it with /watch TOKEN, or with Watch on its card."),
        ),
        rows=((key(keys, say("Movers"), "movers"), key(keys, say("Refresh"), "wlist")),),
    )


def _after(token: Token, keys: Keys) -> Rows:
    return (
        (key(keys, say("Watchlist"), "wlist"), key(keys, say("Token"), "card", token.token_id)),
    )


def _line(line: TokenLine) -> Text:
    change = line.change_24h if line.change_24h is not None else line.change_1h
    if line.price is None:
        return marked("⚠️ {token} · no price yet", token=named(line.token.symbol, 16))
    sign = "⏳" if change is None else "🟢" if change >= 0 else "🔴"
    moved = [
        f"{figures.signed_percent(one)} {span}"
        for one, span in ((line.change_1h, "1h"), (line.change_24h, "24h"))
        if one is not None
    ]
    told = " · ".join((f"{figures.token_price(line.token, line.price)} SOL", *moved))
    return Text(f"{sign} ", named(line.token.symbol, 16), f" {told}")


def _count(count: int) -> str:
    return say_count("{count} token", "{count} tokens", count)
