"""Tables on their way: which there are, and the messages that carry them."""

from bot.domain.notices import Notice
from bot.ports.exports import Export
from bot.services.exports import MOST_FILES, MOST_ROWS, ExportFile, ExportSpan, ExportView
from bot.telegram.callbacks import Keys
from bot.telegram.documents import to_document
from bot.telegram.layout import Screen, headed, key, lines
from bot.telegram.rich_text import Code, Text, marked
from bot.telegram.screens import figures
from bot.words.speech import later, say, say_count

_SPANS = {
    ExportSpan.ALL: later("all seasons"),
    ExportSpan.YEAR: later("365 days"),
    ExportSpan.MONTH: later("30 days"),
}
_NAMES = {
    Export.ORDERS: later("Orders"),
    Export.FILLS: later("Fills"),
    Export.TRANSFERS: later("Transfers"),
}
_BUTTONS = {ExportSpan.ALL: later("{table} all"), ExportSpan.YEAR: later("{table} year")}


def choose(keys: Keys) -> Screen:
    """Ask which table, and how far back."""
    return Screen(
        text=lines(
            headed(keys.mode, say("Export")),
            say(
                "CSV files of your own: exact units, UTC times, ids that join them. "
                "Orders as they were asked, fills as they came, transfers as they were booked."
            ),
            marked("Or type it: {command}", command=Code("/export fills year")),
        ),
        rows=(
            *(
                tuple(
                    key(keys, say(words, table=say(_NAMES[what])), "export", 0, what + span)
                    for span, words in _BUTTONS.items()
                )
                for what in Export
            ),
            (key(keys, say("P&L"), "pnl"),),
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
    part = say(" · file {number} of {count}", number=number, count=count) if count > 1 else ""
    is_last = number == count
    return lines(
        headed(view.mode, f"{say(_NAMES[view.what])} · {say(_SPANS[view.span])}{part}"),
        say(
            "{rows}, oldest first, since {time} UTC",
            rows=_rows(one.rows),
            time=figures.day_and_time(view.since),
        )
        if view.since
        else say("{rows}, oldest first", rows=_rows(one.rows)),
        say(
            "⚠️ {count} more files do not fit: {files} of {rows} rows at once. "
            "Ask for a year or a month.",
            count=view.left_out,
            files=MOST_FILES,
            rows=MOST_ROWS,
        )
        if view.left_out and is_last
        else "",
    )


def _rows(count: int) -> str:
    return say_count("{count} row", "{count} rows", count)
