"""Every use case requires a permission, or says why it needs none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import PRODUCT, tree

SERVICES = tuple(sorted((PRODUCT / "services").glob("*.py")))
NEEDS_NONE = "Needs no permission"
OF_THE_CLOCK = ("The clock's use cases", "asked by the clock")
# Not use cases of a person, though their names are public to the other services and the start.
ASKED_BY_NOBODY = {
    "Prices.load": "runs once, before anybody is heard",
    "Prices.track": "behind `find`, which requires one, and behind the clock",
}


def use_cases(path: Path) -> Iterator[tuple[ast.ClassDef, ast.AsyncFunctionDef]]:
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                is_public = isinstance(method, ast.AsyncFunctionDef) and method.name[0] != "_"
                if isinstance(method, ast.AsyncFunctionDef) and is_public:
                    yield node, method


def requires(method: ast.AsyncFunctionDef) -> bool:
    """Whether the first thing that the body does is to require a permission."""
    body = method.body[1:] if ast.get_docstring(method) else method.body
    match body:
        case [ast.Expr(value=ast.Call(func=ast.Attribute(attr="require"))), *_]:
            return True
    return False


def is_excused(owner: ast.ClassDef, method: ast.AsyncFunctionDef) -> bool:
    words, of_class = ast.get_docstring(method) or "", ast.get_docstring(owner) or ""
    is_clocks = any(phrase in words or phrase in of_class for phrase in OF_THE_CLOCK)
    return NEEDS_NONE in words or is_clocks


def unguarded(path: Path) -> list[str]:
    return [
        f"{owner.name}.{method.name}"
        for owner, method in use_cases(path)
        if not requires(method) and not is_excused(owner, method)
    ]


def test_every_use_case_begins_by_requiring_a_permission() -> None:
    found = {name for path in SERVICES for name in unguarded(path)}
    assert found == set(ASKED_BY_NOBODY)


def test_use_cases_are_found_at_all() -> None:
    names = {
        f"{owner.name}.{method.name}" for path in SERVICES for owner, method in use_cases(path)
    }
    assert {"Trading.open", "Trading.close", "Wallets.reset", "Ticks.refresh_all"} <= names


@pytest.mark.parametrize(
    ("body", "is_found"),
    [
        ("user.require(Permission.OPERATE)", False),
        ("await self._books.wipe()", True),
        ("await self._books.wipe()\n        user.require(Permission.OPERATE)", True),
        ('"""Wipe. Needs no permission: nobody can reach it."""', False),
        ('"""Wipe."""', True),
    ],
)
def test_a_use_case_without_permission_would_be_found(
    tmp_path: Path, body: str, is_found: bool
) -> None:
    path = tmp_path / "wiping.py"
    path.write_text(f"class Wiping:\n    async def wipe(self, user):\n        {body}\n")
    assert unguarded(path) == (["Wiping.wipe"] if is_found else [])
