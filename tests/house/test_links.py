"""Every link of every page leads somewhere, and every page can be reached from the README."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.project import ROOT, pages

LINK = re.compile(r"!?\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
ADDRESS = re.compile(r"\bhttps?://([A-Za-z0-9.-]*[A-Za-z0-9])")
# Whom the product talks to, or who wrote down what it follows; anybody else is example.org.
KNOWN_HOSTS = {
    "age-encryption.org", "api.dexscreener.com", "api.geckoterminal.com", "api.jup.ag",
    "api.mainnet-beta.solana.com", "api.telegram.org", "core.telegram.org", "explorer.solana.com",
    "github.com", "keepachangelog.com", "lite-api.jup.ag", "mainnet.block-engine.jito.wtf",
    "semver.org", "solana.com", "station.jup.ag", "t.me",
}  # fmt: skip
EXAMPLES = re.compile(
    r"(?:[\w-]+\.)*example(?:\.(?:org|com|net))?|localhost|(?:127|10|192\.168)(?:\.\d+)+|[A-Z]\w*"
)


@cache
def prose(page: Path) -> str:
    """A page without what stands in code."""
    return CODE.sub("", FENCED.sub("", page.read_text("utf-8")))


def links(page: Path) -> Iterator[str]:
    """Where a page links to within the project."""
    return (link for link in LINK.findall(prose(page)) if "://" not in link)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as the places that show Markdown make them."""
    found: list[str] = []
    for heading in HEADING.findall(FENCED.sub("", page.read_text("utf-8"))):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        again = sum(other == anchor or other.startswith(f"{anchor}-") for other in found)
        found.append(f"{anchor}-{again}" if anchor in found else anchor)
    return frozenset(found)


def fault_of(page: Path, link: str) -> str:
    """What is wrong with a link; empty where it leads to a page, and to a heading of it."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT):
        return f"{link} leads out of the project"
    if not target.exists():
        return f"{link} leads nowhere"
    if anchor and anchor not in anchors(target):
        return f"{link} names no heading there"
    return ""


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert [fault for link in links(page) if (fault := fault_of(page, link))] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_hosts_that_are_known_or_examples(page: Path) -> None:
    hosts = set(ADDRESS.findall(page.read_text("utf-8")))
    assert {host for host in hosts - KNOWN_HOSTS if not EXAMPLES.fullmatch(host)} == set()


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
    assert {page.relative_to(ROOT).as_posix() for page in set(pages()) - reached} == set()


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("docs/keys.md", ""),
        ("docs/keys.md#looking-after-them", ""),
        ("docs/keys.md#nothing-here", "docs/keys.md#nothing-here names no heading there"),
        ("docs/nothing.md", "docs/nothing.md leads nowhere"),
        ("../nothing.md", "../nothing.md leads out of the project"),
    ],
)
def test_a_bad_link_would_be_found(link: str, fault: str) -> None:
    assert fault_of(ROOT / "README.md", link) == fault
