"""A group's leaderboard: names and percentages, no amounts."""

from bot.services.leaderboards import Leaderboard, Standing
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, key, lines, named
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import say, say_count

_MOST_LINES = 20


def board(found: Leaderboard, keys: Keys, *, said: str = "") -> Screen:
    """Show who opted in, the best season first, with what is usual here beside it."""
    shown = found.standings[:_MOST_LINES]
    hidden = len(found.standings) - len(shown)
    return Screen(
        text=lines(
            headed(found.mode, say("Leaderboard"), _count(len(found.standings))),
            f"{said}." if said else "",
            _median_line(found),
            *(_line(place, one) for place, one in enumerate(shown, start=1)),
            say("and {count} more", count=hidden) if hidden > 0 else "",
            _rest_line(found),
            say("Return on each one's present season (S), and its deepest fall."),
            marked(
                "Only who opted in is here: {join} or {leave}",
                join=Code("/leaderboard join"),
                leave=Code("leave"),
            ),
        ),
        rows=(
            (
                key(keys, say("Join"), "board", 0, "join"),
                key(keys, say("Leave"), "board", 0, "leave"),
                key(keys, say("Refresh"), "board"),
            ),
        ),
    )


def _median_line(found: Leaderboard) -> str:
    if found.median_growth is None or found.median_drawdown is None:
        return say("Nobody has traded yet.")
    growth = figures.signed_percent(found.median_growth)
    return say(
        "Median {growth} · drawdown {drawdown}",
        growth=growth,
        drawdown=figures.percent(found.median_drawdown),
    )


def _line(place: int, one: Standing) -> Text:
    sign = "🟢" if one.growth >= 0 else "🔴"
    return marked(
        "{place}. {sign} {name} {growth} · drawdown {drawdown} · S{season}",
        place=str(place),
        sign=sign,
        name=named(one.first_name, 24),
        growth=figures.signed_percent(one.growth),
        drawdown=figures.percent(one.drawdown),
        season=str(one.season),
    )


def _rest_line(found: Leaderboard) -> str:
    parts = [say("{count} yet to trade", count=found.idle)] if found.idle else []
    if found.unpriced:
        parts.append(say("{count} without a price right now", count=found.unpriced))
    return " · ".join(parts)


def _count(count: int) -> str:
    return say_count("{count} trader", "{count} traders", count)
