"""The pages of settings and of the command line are what the code says."""

import re

import pytest

from bot.bootstrap import settings_page
from bot.bootstrap.settings import Settings
from bot.cli import reference_page
from bot.cli.main import whole_parser
from tests.house.project import ROOT


def test_the_page_of_settings_is_that_of_the_settings() -> None:
    written = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert written == settings_page.page(), "see the head of bot/bootstrap/settings_page.py"


def test_the_page_of_settings_has_each_of_them_and_marks_secrets() -> None:
    rows = re.findall(r"^\| `([A-Z_0-9]+)` .*$", settings_page.page(), re.MULTILINE)
    assert {name.lower() for name in rows} == set(Settings.model_fields)
    assert len(rows) == len(Settings.model_fields)
    secret = re.findall(r"^\| `([A-Z_0-9]+)` \|.*\| secret.*$", settings_page.page(), re.MULTILINE)
    assert {"BOT_TOKEN", "DATABASE_URL", "MASTER_KEY", "SOLANA_RPC_URLS"} <= set(secret)


def test_the_page_of_the_command_line_is_what_help_says() -> None:
    written = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    assert written == reference_page.page(), "see the head of bot/cli/reference_page.py"


@pytest.mark.parametrize("column", [0, 1])
def test_every_option_is_explained(column: int) -> None:
    rows = re.findall(r"^\| (`.+) \|$", reference_page.page(), re.MULTILINE)
    assert rows
    assert [row for row in rows if not row.split(" | ")[column].strip()] == []
    assert whole_parser().prog == "kitrader"
