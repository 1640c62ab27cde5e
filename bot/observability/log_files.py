"""Writes the log to files by component, off the loop's thread: no disk stops or slows the bot."""

import logging
import queue
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from bot.observability.components import COMPONENTS, component_of
from bot.observability.instruments import LOG_LINES
from bot.observability.log_file import LogFile, LogRules
from bot.observability.moments import seconds_of_log

WRITTEN, SPARED, DROPPED = "written", "spared", "dropped"
_MOST_WAITING, _MOST_AT_ONCE = 10_000, 500
_TRY_AGAIN_SECONDS, _LAST_SECONDS, _LOOK_SECONDS = 5.0, 2.0, 3600.0
_OWN = "bot.observability.log_files"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    component: str
    text: str
    moment: float


class LogFiles(logging.Handler):
    """Hands each line to a thread that writes; what more waits than there is room for is dropped.

    Where the disk is full or the folder cannot be written, lines go to stderr (they are there
    already where the bot logs to it as well). That is said once, and once again when files can be
    written again: it is tried every five seconds.
    """

    def __init__(self, folder: Path, rules: LogRules, *, is_on_stderr: bool) -> None:
        super().__init__()
        self._files = {name: LogFile(folder, name, rules) for name in COMPONENTS}
        self._is_on_stderr = is_on_stderr
        self._waiting: queue.Queue[_Line | None] = queue.Queue(_MOST_WAITING)
        self._writer: threading.Thread | None = None
        self._try_again_at: dict[str, float] = {}  # of the components that cannot be written
        self._spared = 0
        self._looked_at = -_LOOK_SECONDS
        for fate in (WRITTEN, SPARED, DROPPED):
            LOG_LINES.note(fate, by=0)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a line over; never waits, never raises."""
        line = _Line(
            component=component_of(record.name), text=self.format(record), moment=record.created
        )
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, name="log", daemon=True)
            self._writer.start()
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            LOG_LINES.note(DROPPED)

    def flush(self) -> None:
        """Wait until what was handed over is written, for two seconds at most."""
        until = monotonic() + _LAST_SECONDS
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks and monotonic() < until:
                self._waiting.all_tasks_done.wait(0.05)

    def close(self) -> None:
        """Write what waits, as far as the disk takes it, and end the thread."""
        writer, self._writer = self._writer, None
        if writer is not None:
            self.flush()
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                return  # the disk hangs: the thread ends with the process
            writer.join(_LAST_SECONDS)
        super().close()

    def _write_on(self) -> None:
        while True:
            lines = self._some()
            told = [line for line in lines if line is not None]
            self._write(told)
            for _ in lines:
                self._waiting.task_done()
            if len(told) < len(lines):
                for file in self._files.values():
                    file.close()
                return

    def _some(self) -> list[_Line | None]:
        lines = [self._waiting.get()]
        while lines[-1] is not None and len(lines) < _MOST_AT_ONCE:
            try:
                lines.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return lines

    def _write(self, lines: Sequence[_Line]) -> None:
        by_component: dict[str, list[_Line]] = {}
        for line in lines:
            by_component.setdefault(line.component, []).append(line)
        for component, these in by_component.items():
            if monotonic() < self._try_again_at.get(component, 0.0):
                self._spare(these)
            else:
                self._append(component, these)
        self._look_through()

    def _append(self, component: str, lines: Sequence[_Line]) -> None:
        # A character that is half of one must not be in the way of its line.
        text = "".join(f"{line.text}\n" for line in lines).encode("utf-8", "backslashreplace")
        try:
            self._files[component].append(text, lines[-1].moment)
        except OSError as error:
            self._files[component].close()
            self._spare(lines)
            self._leave(component, error)
        else:
            LOG_LINES.note(WRITTEN, by=len(lines))
            self._come_back(component)

    def _look_through(self) -> None:
        """Drop what is too old, at the start and once an hour."""
        if self._try_again_at or monotonic() < self._looked_at + _LOOK_SECONDS:
            return
        self._looked_at = monotonic()
        now = seconds_of_log()
        for file in self._files.values():
            try:
                file.forget_old(now)
            except OSError as error:
                logging.getLogger(_OWN).warning("old_log_files_kept: %s", error.strerror)
                return

    def _spare(self, lines: Sequence[_Line]) -> None:
        LOG_LINES.note(SPARED, by=len(lines))
        self._spared += len(lines)
        if not self._is_on_stderr:
            for line in lines:
                sys.stderr.write(f"{line.text}\n")

    def _leave(self, component: str, error: OSError) -> None:
        is_news = not self._try_again_at
        self._try_again_at[component] = monotonic() + _TRY_AGAIN_SECONDS
        if is_news:
            why = error.strerror or type(error).__name__
            logging.getLogger(_OWN).error("log_files_away: %s: the log goes on to stderr", why)

    def _come_back(self, component: str) -> None:
        if self._try_again_at.pop(component, None) is None:
            return
        for other in list(self._try_again_at):
            # It may be long until the next line of that component comes.
            with suppress(OSError):
                self._files[other].append(b"", seconds_of_log())
                del self._try_again_at[other]
        if not self._try_again_at:
            spared, self._spared = self._spared, 0
            logging.getLogger(_OWN).warning("log_files_back: %d lines are on stderr alone", spared)
