"""What the README and the table of features say of commands, files and limits is so."""

import argparse
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot.cli
from bot.cli.main import main
from bot.telegram.command_table import TABLE
from tests.house.project import PRODUCT, ROOT, code_words, documents, table

FLOORS = ("services", "engine", "ports", "domain", "adapters")
MUST_BE_NAMED = (
    "services/*.py", "jobs/*.py", "web/*.py", "engine/*.py", "ports/*.py", "sandbox/*/",
    "telegram/commands/*.py", "telegram/screens/*.py",
)  # fmt: skip
LAUNCHERS_OWN = {"test"}
FILE_NAMED = re.compile(
    r"`((?:bot|tests|docs|migrations|systemd|benchmarks)/[\w./-]+|\.env\.example|\.ci/run)`"
)


def test_the_readme_teaches_only_commands_that_there_are() -> None:
    cells = [cell for row in table("README.md", "What to type")[1:] for cell in code_words(row[1])]
    known = {name for command in TABLE for name in (command.name, *command.aliases)}
    typed = {cell.split()[0].removeprefix("/") for cell in cells if cell.startswith("/")}
    assert len(typed) > 20
    assert typed - known == set()


def command_modules() -> Iterator[str]:
    for found in pkgutil.iter_modules(bot.cli.__path__):
        if hasattr(importlib.import_module(f"bot.cli.{found.name}"), "add_parser"):
            yield found.name


def leaves(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The commands of a parser that have none below them."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield ""
    for action in below:
        for name, child in action.choices.items():
            yield from (f"{name} {leaf}".strip() for leaf in leaves(child))


def every_command() -> set[str]:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    for name in command_modules():
        importlib.import_module(f"bot.cli.{name}").add_parser(subparsers)
    return set(leaves(parser))


def written_commands() -> dict[str, str]:
    """The commands of the README's table, and whether it says that they have `--json`."""
    rows = table("README.md", "Command line")[1:]
    words = (code_words(row[0])[0].removeprefix("./kitrader ") for row in rows)
    return {word.removesuffix(" PATH..."): row[2] for word, row in zip(words, rows, strict=True)}


def test_the_command_line_is_as_written() -> None:
    assert set(written_commands()) == every_command() | LAUNCHERS_OWN


@pytest.mark.parametrize("command", sorted(every_command()))
def test_a_command_explains_itself_and_has_json_where_written(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    help_text = capsys.readouterr().out
    assert ended.value.code == 0
    assert ("--json" in help_text) == (written_commands()[command] == "yes")


@pytest.mark.parametrize("words", [[], ["dance"], ["ledger"], ["run", "--dance"], ["decode"]])
def test_wrong_usage_exits_with_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: kitrader" in capsys.readouterr().err


def files_of_the_feature_table() -> Iterator[Path]:
    head, *rows = table("docs/features.md", "Features and floors")
    assert head == ["feature", "doors", *FLOORS]
    for row in rows:
        for floor, cell in zip(("", *FLOORS), row[1:], strict=True):
            yield from (PRODUCT / floor / word for word in code_words(cell))


def test_every_file_of_the_feature_table_exists() -> None:
    assert [path for path in files_of_the_feature_table() if not path.exists()] == []


@pytest.mark.parametrize("pattern", MUST_BE_NAMED)
def test_the_feature_table_leaves_no_file_out(pattern: str) -> None:
    named = set(files_of_the_feature_table())
    found = {path for path in PRODUCT.glob(pattern) if not path.name.startswith("__")}
    assert found, "the pattern finds nothing"
    assert found - named == set()


def test_the_limits_of_roles_are_those_of_a_new_database() -> None:
    script = (ROOT / "migrations" / "sql" / "0001_tables.sql").read_text("utf-8")
    limits = re.findall(r"\('(\w+)', '(\w+)', (\w+)\)", script)
    expected: dict[str, dict[str, str]] = {}
    for role, name, value in limits:
        expected.setdefault(role, {})[name] = value
    names = ("position_lamports", "open_positions", "leverage", "orders_per_minute",
             "starting_grant_lamports")  # fmt: skip
    rows = table("docs/people.md", "What a role may risk")
    text = (ROOT / "docs" / "people.md").read_text("utf-8")
    assert rows
    for role, found in expected.items():
        cells = [_as_written(name, found[name]) for name in names]
        assert f"| {role} | {' | '.join(cells)} |" in text


def _as_written(name: str, value: str) -> str:
    if value == "NULL":
        return "any"
    if name.endswith("_lamports"):
        return f"{int(value) // 10**9} SOL"
    return f"x{value}" if name == "leverage" else value


@pytest.mark.parametrize("page", documents(), ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page: Path) -> None:
    names = {ROOT / name for name in FILE_NAMED.findall(page.read_text("utf-8"))}
    assert {path for path in names if not path.exists()} == set()
