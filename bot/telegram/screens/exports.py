"""Tables on their way: which there are, and the messages that carry them."""

from bot.domain.notices import Notice
from bot.domain.users import Mode
from bot.ports.exports import Export
from bot.services.exports import MOST_FILES, MOST_ROWS, ExportFile, ExportSpan, ExportView
from bot.telegram.callbacks import Keys
from bot.telegram.documents import to_document
from bot.telegram.layout import Screen, headed, key, lines
from bot.telegram.rich_text import Code, Text
from bot.telegram.screens import figures

_SPANS = {ExportSpan.ALL: "all seasons", ExportSpan.YEAR: "365 days", ExportSpan.MONTH: "30 days"}


def choose(keys: Keys) -> Screen:
    """Ask which table, and how far back."""
    return Screen(
        text=lines(
            headed(Mode.PAPER, "Export"),
            "CSV files of your own: exact units, UTC times, ids that join them. "
            "Orders as they were asked, fills as they came, transfers as they were booked.",
            Text("Or type it: ", Code("/export fills year")),
        ),
        rows=(
            *(
                tuple(
                    key(keys, f"{what.value.title()} {span.value}", "export", 0, what + span)
                    for span in (ExportSpan.ALL, ExportSpan.YEAR)
                )
                for what in Export
            ),
            (key(keys, "P&L", "pnl"),),
        ),
    )


def files(view: ExportView, chat_id: int) -> tuple[Notice, ...]:
    """Give the messages that carry an export's files, in order."""
    return tuple(
        to_document(one.name, one.recipe, _caption(view, one, number), chat_id)
        for number, one in enumerate(view.files, start=1)
    )


def _caption(view: ExportView, one: ExportFile, number: int) -> Text:
    count = len(view.files)
    part = f" · file {number} of {count}" if count > 1 else ""
    is_last = number == count
    return lines(
        headed(view.mode, f"{view.what.value.title()} · {_SPANS[view.span]}{part}"),
        f"{_rows(one.rows)}, oldest first"
        + (f", since {figures.day_and_time(view.since)} UTC" if view.since else ""),
        f"⚠️ {view.left_out} more files do not fit: {MOST_FILES} of {MOST_ROWS} rows at once. "
        "Ask for a year or a month."
        if view.left_out and is_last
        else "",
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
