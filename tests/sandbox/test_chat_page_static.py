"""The page's files: nothing from elsewhere, no markup made of messages, nothing missing."""

import re
from pathlib import Path

import pytest

from bot.sandbox.chat_page.application import STATIC

FILES = sorted(path for path in STATIC.rglob("*") if path.is_file())
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
NAMESPACE = "http://www.w3.org/2000/svg"
UNSAFE = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(")


def _name(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_file_refers_to_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace(NAMESPACE, "")
    found = re.findall(r"(?:https?:)?//[A-Za-z0-9][A-Za-z0-9.-]*\.[a-z]{2,}", text)
    assert found == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_no_script_makes_markup_of_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [word for word in UNSAFE if word in text] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_each_import_is_a_file_of_the_page(path: Path) -> None:
    imported = re.findall(
        r'^import .* from "([^"]+)";$', path.read_text(encoding="utf-8"), re.MULTILINE
    )
    missing = [name for name in imported if not (path.parent / name).is_file()]
    assert missing == []


def test_the_index_refers_to_files_that_exist() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    referred = re.findall(r'(?:href|src)="page/([^"]+)"', index)
    assert referred
    assert [name for name in referred if not (STATIC / name).is_file()] == []


def test_the_index_holds_no_inline_code() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", index) == []


def test_ids_that_scripts_ask_for_are_in_the_index() -> None:
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    present = set(re.findall(r'\sid="([^"]+)"', index))
    asked = {
        name
        for path in SCRIPTS
        for name in re.findall(r'byId\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert asked - present == set()


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
