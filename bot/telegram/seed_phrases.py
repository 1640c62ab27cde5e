"""Finds a wallet's seed phrase in what somebody wrote: a dozen words of its list in a row."""

import re
from collections.abc import Iterator
from pathlib import Path

FEWEST_WORDS = 12
# Three letters at least, and something between them.
SHORTEST_PHRASE = 4 * FEWEST_WORDS - 1
# The English list of BIP-39; other languages are not recognised.
_SEED_WORDS = frozenset(
    Path(__file__).with_name("seed_words.txt").read_text(encoding="ascii").split()
)
_WORD = re.compile(r"[^\W\d_]+")
_WIDEST_GAP = 8


def without_seed_phrase(text: str, instead: str) -> str:
    """Give a text with each seed phrase replaced.

    Numbers and punctuation may stand between the words, as in a numbered list. The check sum is
    not looked at: a phrase with two words swapped is still too much to keep.
    """
    if len(text) < SHORTEST_PHRASE:
        return text
    for begin, end in reversed(list(_phrases(text))):
        text = text[:begin] + instead + text[end:]
    return text


def _phrases(text: str) -> Iterator[tuple[int, int]]:
    begin = end = words = 0
    for match in _WORD.finditer(text):
        is_one = match[0].casefold() in _SEED_WORDS
        if words and (not is_one or match.start() - end > _WIDEST_GAP):
            if words >= FEWEST_WORDS:
                yield begin, end
            words = 0
        if is_one:
            begin = begin if words else match.start()
            end = match.end()
            words += 1
    if words >= FEWEST_WORDS:
        yield begin, end
