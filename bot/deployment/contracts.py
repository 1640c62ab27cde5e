"""What migrations take away for good, and since which version no code uses it any more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTRACT = re.compile(r"--\s*contract since (\d+\.\d+\.\d+): (\S.{10,})")
"""The words before a statement that old code would miss: since when none does, and why it goes."""

Release = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A revision's file that takes something away; code of `since` and newer does without it."""

    file: str
    since: str


def release(version: str) -> Release:
    """Give a version's numbers for comparison; what follows them does not count."""
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else (0, 0, 0)


def contracts_in(folder: Path) -> Iterator[Contract]:
    """Read the contracts of a version's migrations."""
    for path in sorted((folder / "migrations").rglob("*")):
        if path.suffix in {".sql", ".py"}:
            for since, _ in CONTRACT.findall(path.read_text("utf-8")):
                yield Contract(file=path.name, since=since)


def broken_contracts(one: Path, other: Path, older: str) -> list[Contract]:
    """Give the contracts that only one of two versions has, and that the older cannot live with.

    Where there is one, going from the one to the other, and back if need be, takes a version
    between them.
    """
    ours, theirs = set(contracts_in(one)), set(contracts_in(other))
    return sorted(
        (each for each in ours ^ theirs if release(older) < release(each.since)),
        key=lambda each: each.file,
    )
