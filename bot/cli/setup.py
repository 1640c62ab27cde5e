"""What commands share: settings with errors that a person understands, and the event loop."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import NoReturn, TypeVar

import uvloop
from pydantic import ValidationError

from bot.adapters.database.embedded_errors import EmbeddedPostgresError
from bot.adapters.database.migrate import MigrationFailed
from bot.bootstrap.settings import Settings, load_settings
from bot.domain.errors import Unavailable
from bot.observability.log_file import LogRules
from bot.observability.logging import set_up_logging
from bot.telegram.bot_api import ApiError

T = TypeVar("T")

FAILED, USAGE = 1, 2
_MEGABYTE = 1_000_000


class SetupError(Exception):
    """A command cannot go on; the text says what to do."""


def exit_for_usage(command: str, text: str) -> NoReturn:
    """End a command that was asked for wrongly, as argparse does: words and exit code 2."""
    print(f"kitrader {command}: {text}", file=sys.stderr)
    raise SystemExit(USAGE)


def settings_or_exit(command: str) -> Settings:
    """Read the settings, or end the command naming each wrong one without its value."""
    try:
        return load_settings()
    except ValidationError as error:
        wrong = [
            f"  {'.'.join(map(str, item['loc'])).upper() or 'settings'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        exit_for_usage(command, "these settings are wrong:\n" + "\n".join(wrong))


def log_as_set(
    settings: Settings, *, level: str | None = None, stderr_level: str = "NOTSET"
) -> None:
    """Start logging as the settings say; `stderr_level` keeps lesser lines off the terminal."""
    set_up_logging(
        level=level or settings.log_level,
        stderr_level=stderr_level,
        secrets=settings.secrets(),
        folder=settings.log_dir,
        rules=log_rules(settings),
    )


def log_rules(settings: Settings) -> LogRules:
    """Give how large log files grow, and how long they are kept."""
    return LogRules(size_bytes=settings.log_megabytes * _MEGABYTE, days=settings.log_days)


def run_async(name: str, work: Coroutine[object, object, T]) -> T | None:
    """Run a command's work; failures that have a remedy are told in a sentence, giving None."""
    try:
        return uvloop.run(work)
    except* SetupError as group:
        _complain(name, group)
    except* (Unavailable, EmbeddedPostgresError, MigrationFailed) as group:
        _complain(name, group)
    except* ApiError as group:
        _complain(name, group, "Telegram refused us: ")
    except* asyncio.CancelledError:
        pass
    return None


def _complain(name: str, group: BaseExceptionGroup[BaseException], before: str = "") -> None:
    for error in _leaves(group):
        print(f"kitrader {name}: {before}{error}", file=sys.stderr)


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
