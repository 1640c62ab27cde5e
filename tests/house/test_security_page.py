"""Every threat in docs/security.md has a defence and a test that is there, or says it has none."""

import ast
import re

from tests.house.project import ROOT, tree

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/\w+/\w+\.py)::(test_\w+)`")
LEAST_THREATS = 50


def threats() -> list[list[str]]:
    """The rows of the tables of threats, cell by cell."""
    section = PAGE.partition("\n## Threats\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [row for row in rows if row[0] != "threat" and not row[0].startswith("---")]


def names_in(file: str) -> set[str]:
    """The tests of a file."""
    path = ROOT / file
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    nodes = tree(path).body if path.exists() else []
    return {node.name for node in nodes if isinstance(node, kinds)}


def test_every_threat_names_its_defence_and_a_test() -> None:
    assert len(threats()) >= LEAST_THREATS
    assert [row[0] for row in threats() if len(row) != 3 or not NAMED.search(row[2])] == []


def test_the_tests_that_are_named_are_there() -> None:
    absent = [f"{file}::{name}" for file, name in NAMED.findall(PAGE) if name not in names_in(file)]
    assert absent == []
