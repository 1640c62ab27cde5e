"""Writes a page from the tables: `python -m bot.telegram.command_page > docs/commands.md`."""

import sys
from collections.abc import Iterable, Iterator

from bot.telegram import action_table, command_table
from bot.telegram.shelves import shelves
from bot.telegram.turn import Action, Command

_HEAD = """# Commands

Generated from the tables of commands and buttons, which decide what runs; a test keeps it equal.
After changing a row: `.venv/bin/python -m bot.telegram.command_page > docs/commands.md`.

What a permission lets whom do is in `bot/domain/users.py`; what a group's own settings take away is
in [groups](groups.md). "More in a group" is what a command demands there instead. A dangerous
command asks first, or moves money by itself. The cost is how many plain commands one is worth to
the throttle.
"""


def page() -> str:
    """Give the whole page."""
    return "\n".join([_HEAD, *_commands(), *_buttons(action_table.TABLE)]) + "\n"


def _commands() -> Iterator[str]:
    for shelf, rows in shelves(command_table.TABLE).items():
        yield f"## {shelf}\n"
        yield "| command | what it does | permission | where | more in a group | dangerous | cost |"
        yield "|---|---|---|---|---|---|---|"
        yield from map(_command, rows)
        yield ""
        yield from _explained(rows)


def _command(row: Command) -> str:
    names = " ".join(f"`/{alias}`" for alias in row.aliases)
    also = f" (also {names})" if names else ""
    cells = (
        f"`{_cell(row.usage)}`{also}",
        _cell(row.help_line),
        row.permission.value,
        row.place.value,
        row.in_group.value if row.in_group else "",
        "yes" if row.is_dangerous else "",
        str(row.cost),
    )
    return _row(cells)


def _explained(rows: Iterable[Command]) -> Iterator[str]:
    for row in rows:
        yield f"- `/{row.name}`: {row.long_help} Example: `{row.example}`"
    yield ""


def _buttons(rows: Iterable[Action]) -> Iterator[str]:
    yield "## Buttons\n"
    yield "Each carries its owner and acts for nobody else; one that moves money acts once.\n"
    yield "| button | permission | where | more in a group | moves money | cost |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        more = row.in_group.value if row.in_group else ""
        money = "yes" if row.is_money else ""
        cells = (f"`{row.name}`", row.permission.value, row.place.value, more, money, str(row.cost))
        yield _row(cells)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
