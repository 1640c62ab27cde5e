"""`.env.example` explains every setting, in order, with the default that it really has."""

import os
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from bot.bootstrap.settings import Settings
from tests.house.project import ROOT, named, product_files

EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)
NOT_USED = "Not used yet"
LEAST_WORDS = 5
# Read through a method of the settings, or judged by the settings themselves.
USED_WITHIN = {"solana_rpc_urls", "solana_ws_urls", "live_trading"}


def explained() -> dict[str, str]:
    """Each setting of the example with the comment above it."""
    found: dict[str, str] = {}
    comment: list[str] = []
    for line in EXAMPLE.read_text("utf-8").splitlines():
        match = LINE.match(line)
        if match:
            found[match[1]] = " ".join(comment)
        comment = [*comment, line.removeprefix("# ")] if line.startswith("#") and not match else []
        if line.startswith("# ---"):
            comment = []
    return found


def test_every_setting_is_there_in_the_order_of_the_code() -> None:
    parts = (Settings, *(base for base in Settings.__bases__ if issubclass(base, BaseSettings)))
    assert list(explained()) == [
        name.upper()
        for part in parts
        for name in part.__annotations__
        if name in Settings.model_fields
    ]


def test_every_setting_is_explained_in_sentences() -> None:
    words = {name: comment.split() for name, comment in explained().items()}
    assert {name: found for name, found in words.items() if len(found) < LEAST_WORDS} == {}


def test_the_example_as_it_is_means_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in {name for name in os.environ if name.lower() in Settings.model_fields}:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(EXAMPLE.read_text("utf-8"))
    example = Settings()
    (tmp_path / ".env").unlink()
    assert example == Settings()


def test_settings_that_nothing_reads_are_marked_so() -> None:
    code = "\n".join(
        path.read_text("utf-8")
        for path in product_files()
        if named(path) != "bot/bootstrap/settings.py"
    )
    read = set(re.findall(r"\bsettings\.(\w+)", code)) | USED_WITHIN
    unread = {name.upper() for name in Settings.model_fields if name not in read}
    marked = {name for name, comment in explained().items() if NOT_USED in comment}
    assert marked == unread
