"""Decisions are numbered without gaps, one page each, in one form."""

import re
from pathlib import Path

import pytest

from tests.house.project import ROOT

DECISIONS = tuple(sorted((ROOT / "docs" / "decisions").iterdir()))
NAME = re.compile(r"(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md")
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]
LONGEST_PAGE = 60


def number_of(page: Path) -> int:
    match = NAME.fullmatch(page.name)
    assert match is not None, f"{page.name} is no NNNN-title.md"
    return int(match[1])


def test_decisions_are_numbered_without_gaps() -> None:
    assert [number_of(page) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_number_its_sections_and_one_page(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith(f"# {number_of(page)}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert len(text.splitlines()) <= LONGEST_PAGE
