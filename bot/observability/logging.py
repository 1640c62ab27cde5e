"""JSON logs, one line per event, from our own loggers and every library's, redacted."""

import logging
import sys
from collections.abc import Iterable, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from bot.observability.log_file import LogRules
from bot.observability.log_files import LogFiles
from bot.observability.log_ring import RECENT
from bot.observability.redaction import Redactor

_NOISY = ("httpx", "httpcore", "aiohttp.access", "apscheduler", "aiogram.event", "asyncio")


class _Once(structlog.stdlib.ProcessorFormatter):
    """Spells a record once, however many handlers it goes to."""

    def format(self, record: logging.LogRecord) -> str:
        told = record.__dict__.get("told")
        if isinstance(told, str):
            return told
        record.__dict__["told"] = told = super().format(record)
        return told


def set_up_logging(
    *,
    level: str,
    secrets: Iterable[str] = (),
    folder: Path | None = None,
    to_stderr: bool = True,
    stderr_level: str = "NOTSET",
    rules: LogRules | None = None,
) -> None:
    """Send all logs as JSON to stderr, and to a file for each component where a folder is given.

    `stderr_level` keeps lesser lines off stderr alone.
    """
    redactor = Redactor(secrets)

    def redact(
        _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        return {key: redactor.value(value) for key, value in event.items()}

    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = _Once(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
    root = logging.getLogger()
    handlers = [*_handlers(folder, rules or LogRules(), to_stderr=to_stderr), RECENT]
    root.handlers = [_with(formatter, handler) for handler in handlers]
    if to_stderr:
        handlers[0].setLevel(stderr_level)
    root.setLevel(level)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _handlers(folder: Path | None, rules: LogRules, *, to_stderr: bool) -> list[logging.Handler]:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)] if to_stderr else []
    if folder is not None:
        handlers.append(LogFiles(folder, rules, is_on_stderr=to_stderr))
    return handlers or [logging.NullHandler()]


def _with(formatter: logging.Formatter, handler: logging.Handler) -> logging.Handler:
    handler.setFormatter(formatter)
    return handler
