"""A group's leaderboard: names and percentages, no amounts."""

from bot.services.leaderboards import Leaderboard, Standing
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, key, lines, named
from bot.telegram.rich_text import Code, Text
from bot.telegram.screens import figures

_MOST_LINES = 20


def board(found: Leaderboard, keys: Keys, *, said: str = "") -> Screen:
    """Show who opted in, the best season first, with what is usual here beside it."""
    shown = found.standings[:_MOST_LINES]
    hidden = len(found.standings) - len(shown)
    return Screen(
        text=lines(
            headed(found.mode, "Leaderboard", _count(len(found.standings))),
            f"{said}." if said else "",
            _median_line(found),
            *(_line(place, one) for place, one in enumerate(shown, start=1)),
            f"and {hidden} more" if hidden > 0 else "",
            _rest_line(found),
            "Return on each one's present season (S), and its deepest fall.",
            Text("Only who opted in is here: ", Code("/leaderboard join"), " or ", Code("leave")),
        ),
        rows=(
            (
                key(keys, "Join", "board", 0, "join"),
                key(keys, "Leave", "board", 0, "leave"),
                key(keys, "Refresh", "board"),
            ),
        ),
    )


def _median_line(found: Leaderboard) -> str:
    if found.median_growth is None or found.median_drawdown is None:
        return "Nobody has traded yet."
    growth = figures.signed_percent(found.median_growth)
    return f"Median {growth} · drawdown {figures.percent(found.median_drawdown)}"


def _line(place: int, one: Standing) -> Text:
    sign = "🟢" if one.growth >= 0 else "🔴"
    told = f" {figures.signed_percent(one.growth)} · drawdown {figures.percent(one.drawdown)}"
    return Text(f"{place}. {sign} ", named(one.first_name, 24), f"{told} · S{one.season}")


def _rest_line(found: Leaderboard) -> str:
    parts = [f"{found.idle} yet to trade"] if found.idle else []
    if found.unpriced:
        parts.append(f"{found.unpriced} without a price right now")
    return " · ".join(parts)


def _count(count: int) -> str:
    return "1 trader" if count == 1 else f"{count} traders"
