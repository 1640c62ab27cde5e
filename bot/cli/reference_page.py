"""Writes a page of the command line: `python -m bot.cli.reference_page > docs/command-line.md`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.cli.main import whole_parser

_HEAD = """# The command line

Generated from what `--help` says; a test keeps it equal. After changing an option:
`.venv/bin/python -m bot.cli.reference_page > docs/command-line.md`.

`./kitrader COMMAND`, from the checkout or by its full path from anywhere. Settings come from the
environment or from `.env` in the folder where it is started ([settings](settings.md)); `demo` and
`tour` need none. Exit codes: 0 all is well, 1 something is not or could not be done, 2 wrong usage
or wrong settings, 130 interrupted. [The README](../README.md#command-line) says what each means
for each command.

`./kitrader test [ARGS ...]` runs the test suite; it is the launcher's own, and its words go to
pytest. `KITRADER_PYTHON` names the Python that `.venv` is made with.
"""


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *_commands(whole_parser(), "kitrader")]).rstrip() + "\n"


def _commands(parser: argparse.ArgumentParser, name: str) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to look at it
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - the same
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}  # noqa: SLF001
            for word, child in action.choices.items():
                yield from _command(child, f"{name} {word}", helps.get(word, ""))


def _command(parser: argparse.ArgumentParser, name: str, help_line: str) -> Iterator[str]:
    below = list(_commands(parser, name))
    if not below:
        said = _sentence(parser.description or help_line)
        yield from (f"## {name}", "", f"`{_usage(parser, name)}`", "", said, "")
        yield from _options(parser)
    yield from below


def _usage(parser: argparse.ArgumentParser, name: str) -> str:
    return " ".join((name, *(_short(action) for action in _shown(parser))))


def _short(action: argparse.Action) -> str:
    value = _value(action)
    if not action.option_strings:
        several = f"{value} ..." if action.nargs in ("+", "*", "...") else value
        return f"[{several}]" if action.nargs in ("?", "*") else several
    option = action.option_strings[-1]
    whole = f"{option} {value}" if value else option
    return whole if action.required else f"[{whole}]"


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    shown = list(_shown(parser))
    if not shown:
        return
    yield from ("| option | what it does | default |", "|---|---|---|")
    for action in shown:
        value = _value(action)
        names = (f"{name} {value}".strip() for name in action.option_strings or ("",))
        cells = (
            _cell(", ".join(f"`{name.strip()}`" for name in names)),
            _cell((action.help or "") % {"default": action.default}),
            _default(action.default),
        )
        yield f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")
    yield ""


def _shown(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001 - as above
        is_help = isinstance(action, argparse._HelpAction)  # noqa: SLF001 - as above
        if not is_help and action.help is not argparse.SUPPRESS:
            yield action


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _default(value: object) -> str:
    is_of_this_machine = isinstance(value, Path) and value.is_absolute()
    is_none = value in (None, False, [], ()) or value is argparse.SUPPRESS
    return "" if is_none or is_of_this_machine else f"`{value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _sentence(text: str) -> str:
    said = " ".join(text.split())
    return said if said.endswith(".") else f"{said[:1].upper()}{said[1:]}."


if __name__ == "__main__":
    sys.stdout.write(page())
