"""Checks the tables at the start: a command or a button without a sound row does not run."""

import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from types import ModuleType

from bot.telegram import commands as handlers
from bot.telegram.arguments import Arguments
from bot.telegram.callbacks import Press
from bot.telegram.turn import Action, Command, Turn

_NAME, _LONGEST_NAME = re.compile(r"[a-z0-9_]+", re.ASCII), 32
_BUTTON, _LONGEST_BUTTON = re.compile(r"[a-z]+", re.ASCII), 6
_LONGEST_HELP = 256
_HANDED = (Arguments, Press)
_BY_PLAIN_TEXT = "answer_"  # these answer a question, whatever command asked it


class BrokenTableError(Exception):
    """The tables of commands and buttons contradict themselves or the handlers: a fault of ours."""


def check_tables(commands: Mapping[str, Command], actions: Mapping[str, Action]) -> None:
    """Raise `BrokenTableError` unless every row is sound and every handler has one."""
    faults = [*_command_faults(commands), *_action_faults(actions)]
    faults += [f"{name} has no row" for name in _without_row(commands, actions)]
    if faults:
        raise BrokenTableError("; ".join(faults))


def _command_faults(commands: Mapping[str, Command]) -> Iterator[str]:
    for name, row in commands.items():
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            yield f"/{name} is no name that Telegram takes"
        if not 1 <= len(row.help_line) <= _LONGEST_HELP or not row.long_help:
            yield f"/{row.name} is not explained"
        if row.example.split()[0] != f"/{row.name}":
            yield f"the example of /{row.name} is another's"


def _action_faults(actions: Mapping[str, Action]) -> Iterator[str]:
    for name, row in actions.items():
        if not _BUTTON.fullmatch(name) or len(name) > _LONGEST_BUTTON:
            yield f"no button can carry {name}"
        if row.is_money and row.when_stale is None:
            yield f"{name} moves money and does nothing once expired"


def _without_row(commands: Mapping[str, Command], actions: Mapping[str, Action]) -> list[str]:
    known: set[object] = {row.handler for row in commands.values()}
    for action in actions.values():
        known |= {action.handler, action.when_stale}
    return [
        f"{handler.__module__}.{name}"
        for module in _modules()
        for name, handler in inspect.getmembers(module, inspect.iscoroutinefunction)
        if handler.__module__ == module.__name__
        and _is_handler(name, handler)
        and handler not in known
    ]


def _modules() -> Iterable[ModuleType]:
    for found in pkgutil.iter_modules(handlers.__path__):
        yield import_module(f"{handlers.__name__}.{found.name}")


def _is_handler(name: str, function: object) -> bool:
    """Tell whether a public function takes a turn and what was typed or pressed, and no more."""
    if name.startswith(("_", _BY_PLAIN_TEXT)) or not inspect.isfunction(function):
        return False
    taken = [one.annotation for one in inspect.signature(function).parameters.values()]
    return len(taken) == len(("turn", "input")) and taken[0] is Turn and taken[1] in _HANDED
