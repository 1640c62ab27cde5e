"""The daily report itself, and the choice of its hour."""

from bot.domain.daily_reports import ReportHour
from bot.services.performance_views import PnlReport
from bot.telegram.callbacks import Keys
from bot.telegram.layout import Screen, headed, in_rows, key, lines
from bot.telegram.rich_text import Bold, Code, Text, marked
from bot.telegram.screens import figures
from bot.telegram.screens.performance import figure_lines, season_name
from bot.words.speech import say, say_count

_HOURS = (7, 9, 12, 18, 20, 22)


def daily(report: PnlReport, keys: Keys) -> Screen:
    """Show what the last day came to."""
    day = figures.day(report.until)
    held = report.open_positions
    return Screen(
        text=lines(
            headed(
                report.mode,
                say("Your day · {day}", day=day),
                season_name(report),
            ),
            *figure_lines(report),
            say_count("{count} position open.", "{count} positions open.", held) if held else "",
        ),
        rows=(
            (
                key(keys, say("P&L"), "pnl", 0, report.span.value),
                key(keys, say("Positions"), "poss"),
            ),
            (key(keys, say("Change the hour"), "report"),),
        ),
    )


def setting(hour: ReportHour | None, keys: Keys) -> Screen:
    """Show at which hour the report comes, with others to choose."""
    shown = say("off") if hour is None else say("every day at {time}", time=clock(hour))
    off = () if hour is None else ((key(keys, say("Off"), "report", 0, "off"),),)
    return Screen(
        text=lines(
            Text(Bold(say("Daily report")), f" · {shown}"),
            say("What your day came to: equity, exits, fees, drawdown."),
            marked(
                "Another hour, and your distance from UTC: {command}", command=Code("/report 9 +2")
            ),
        ),
        rows=(
            *in_rows(key(keys, f"{one}:00", "report", 0, str(one)) for one in _HOURS),
            *off,
            (key(keys, say("P&L"), "pnl"),),
        ),
    )


def clock(hour: ReportHour) -> str:
    """Give an hour with its distance from UTC: `9:00 UTC+2`."""
    hours, minutes = divmod(abs(hour.offset_minutes), 60)
    sign = figures.MINUS if hour.offset_minutes < 0 else "+"
    ahead = f"{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
    return f"{hour.hour}:00 UTC{ahead if hour.offset_minutes else ''}"
