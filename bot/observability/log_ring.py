"""The last log lines in memory, redacted as they were written, for `/logs`."""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

_LONGEST_LINE = 1_000
_MOST_LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line as the log has it: JSON, without secrets; `level` is logging's number."""

    level: int
    text: str


class LogRing(logging.Handler):
    """Keeps the newest lines and forgets the oldest, so that it never grows."""

    def __init__(self, most_lines: int = _MOST_LINES) -> None:
        super().__init__()
        self._lines: deque[LogLine] = deque(maxlen=most_lines)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line as the formatter writes it, which redacts it."""
        if self.formatter is None:
            return
        text = self.format(record)[:_LONGEST_LINE]
        self._lines.append(LogLine(level=record.levelno, text=text))

    def last(self, count: int, *, level: int = logging.NOTSET, text: str = "") -> Sequence[LogLine]:
        """Give the newest lines of at least this level that hold a text, the oldest first."""
        wanted = text.casefold()
        found = [
            line for line in self._lines if line.level >= level and wanted in line.text.casefold()
        ]
        return found[-count:]


RECENT = LogRing()
"""What this process logged last; nothing before logging was set up."""
