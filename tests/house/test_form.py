"""Files and functions stay small, modules say what they are for, and nothing is left undone."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.project import ROOT, functions, named, product_files, tracked_files, tree

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
UNDONE = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|X" + "XX)\b")
SHELVES_FOR_ANYTHING = {"utils", "util", "helpers", "helper", "base", "manager", "common", "misc"}
SENTENCE_INSIDE = re.compile(r"[a-z`)][.!?] +[A-Z]")


def test_no_file_is_too_long() -> None:
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in product_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{named(path)}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in product_files()
        for node in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def fault_of_head(path: Path) -> str:
    """What is wrong with the head of a module; empty modules need none."""
    if not tree(path).body:
        return ""
    head = (ast.get_docstring(tree(path)) or "").partition("\n\n")[0]
    if not head:
        return "has no head"
    if "\n" in head:
        return "says what it is for in more than one line"
    if not head.endswith((".", "?", "!", "``.")):
        return "begins with no whole sentence"
    return "begins with two sentences" if SENTENCE_INSIDE.search(head) else ""


def test_every_module_begins_with_one_sentence() -> None:
    faults = {named(path): fault_of_head(path) for path in product_files()}
    assert {name: fault for name, fault in faults.items() if fault} == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('"""Says it."""\n', ""),
        ("", ""),
        ("import os\n", "has no head"),
        ('"""Says it. And more."""\n', "begins with two sentences"),
        ('"""Says it\nin two lines."""\n', "says what it is for in more than one line"),
    ],
)
def test_a_bad_head_would_be_found(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "module.py"
    path.write_text(text)
    assert fault_of_head(path) == fault


def test_nothing_is_marked_as_to_be_done() -> None:
    found = {
        f"{name}: {match[0]}"
        for name in tracked_files()
        if name.endswith((".py", ".sql", ".md", ".js", ".css", ".html", ".toml", ".service"))
        for match in UNDONE.finditer((ROOT / name).read_text("utf-8"))
    }
    assert found == set()


def test_no_file_is_a_shelf_for_anything() -> None:
    shelves = {named(path) for path in product_files() if path.stem in SHELVES_FOR_ANYTHING}
    assert shelves == set()
