"""Finds the command that a mistyped one was meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_COMPARED = 32
_LIKENESS = 0.6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name most like this one, or None where none is alike."""
    found = get_close_matches(name.lower()[:_LONGEST_COMPARED], list(known), n=1, cutoff=_LIKENESS)
    return found[0] if found else None
