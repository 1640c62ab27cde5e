"""Imports point down, and the sandbox stands apart."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from tests.house.project import PRODUCT, ROOT, named, product_files, statements


def test_every_contract_of_the_floors_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(
        config_filename=str(ROOT / "pyproject.toml"), cache_dir=str(tmp_path), no_logo=True
    )
    assert code == 0, capsys.readouterr().out


def imported(path: Path) -> set[str]:
    names = set()
    for node in statements(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_the_sandbox_knows_nothing_of_the_product() -> None:
    sandbox = PRODUCT / "sandbox"
    known = {
        f"{named(path)} imports {name}"
        for path in product_files()
        if path.is_relative_to(sandbox)
        for name in imported(path)
        if (name == "bot" or name.startswith("bot.")) and not name.startswith("bot.sandbox")
    }
    assert known == set()


def test_the_product_meets_the_sandbox_over_http_only() -> None:
    sandbox = PRODUCT / "sandbox"
    known = {
        f"{named(path)} imports {name}"
        for path in product_files()
        if not path.is_relative_to(sandbox)
        for name in imported(path)
        if name.startswith("bot.sandbox")
    }
    assert known == set()
