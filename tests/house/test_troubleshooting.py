"""The messages that docs/troubleshooting.md explains are messages of the product."""

import re
from functools import cache

import pytest

from tests.house.project import ROOT, code_words, product_files

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
CUT = re.compile(r'"\s*\n\s*f?"')
OF_SYSTEMD = {"status=243/CREDENTIALS"}
LEAST_SYMPTOMS = 40


def symptoms() -> list[str]:
    """What stands in the first column of the page's tables, as code."""
    cells = [line.split(" | ")[0].removeprefix("| ") for line in PAGE.splitlines()]
    return [words[0] for cell in cells if cell.startswith("`") and (words := code_words(cell))]


@cache
def everything_said() -> str:
    """The source of the product and the launcher, with texts of several lines made whole."""
    files = (*product_files(), ROOT / "kitrader")
    return "\n".join(CUT.sub("", path.read_text("utf-8")) for path in files)


def is_said(symptom: str) -> bool:
    parts = [part.strip(" ") for part in symptom.split("…")]
    return all(part in everything_said() for part in parts)


def test_many_symptoms_are_explained() -> None:
    assert len(symptoms()) >= LEAST_SYMPTOMS
    assert len(set(symptoms())) == len(symptoms())


@pytest.mark.parametrize("symptom", symptoms())
def test_a_message_that_is_explained_is_one_of_the_product(symptom: str) -> None:
    assert symptom in OF_SYSTEMD or is_said(symptom)


def test_a_message_that_nobody_says_would_be_found() -> None:
    assert not is_said("The price of … went for a walk")
