"""The project seen from outside: its files, their syntax trees, and the tables of its documents."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "bot"

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def product_files() -> tuple[Path, ...]:
    """Every module of the product, sandbox included."""
    return tuple(sorted(PRODUCT.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"))


def named(path: Path) -> str:
    """A path as people write it."""
    return path.relative_to(ROOT).as_posix()


def statements(path: Path) -> Iterator[ast.AST]:
    """Every statement of a module and of its statements; expressions hold none, and are most."""
    waiting: list[ast.AST] = [tree(path)]
    while waiting:
        node = waiting.pop()
        yield node
        for block in BLOCKS:
            waiting += getattr(node, block, ())


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a module."""
    for node in statements(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def tracked_files() -> tuple[str, ...]:
    """The files that git keeps; the test is skipped where there is no git or no repository."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    # A checkout of another owner is still one to look at.
    words = [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    found = subprocess.run(  # noqa: S603 - git itself, on our own folder
        words, cwd=ROOT, capture_output=True, check=False, encoding="utf-8"
    )
    if found.returncode:
        pytest.skip("this copy is no git checkout")
    return tuple(name for name in found.stdout.split("\0") if name and (ROOT / name).is_file())


@cache
def pages() -> tuple[Path, ...]:
    """Every page of Markdown that git keeps."""
    return tuple(ROOT / name for name in tracked_files() if name.endswith(".md"))


@cache
def documents() -> tuple[Path, ...]:
    """The pages for people."""
    folders = (ROOT / "docs").rglob("*.md"), (ROOT / "systemd").glob("*.md")
    return (*sorted(ROOT.glob("*.md")), *(page for found in folders for page in sorted(found)))


def table(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, header first, as lists of cells."""
    text = (ROOT / page).read_text("utf-8")
    _, _, section = text.partition(f"\n## {heading}\n")
    lines = section.partition("\n## ")[0].splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[begin:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return [rows[0], *rows[2:]]


def code_words(cell: str) -> list[str]:
    """What a cell names in backticks."""
    return [word.replace("\\|", "|") for word in re.findall(r"`([^`]+)`", cell)]
