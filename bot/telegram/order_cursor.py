"""Takes the words of a typed order one after the other; each refusal names the word."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.errors import Refusal
from bot.telegram.order_figures import (
    LONGEST_ECHO,
    SpokenLevel,
    is_market_cap,
    read_level,
    split_share,
)
from bot.words.speech import later

_MOST_WORDS = 40


@dataclass(slots=True)
class Spoken:
    """Words taken one after the other; each refusal names the word, or what is missing."""

    words: Sequence[str]
    place: int = field(default=0)

    @property
    def next(self) -> str:
        """Give the next word in small letters, empty at the end."""
        return self.words[self.place].casefold() if self.place < len(self.words) else ""

    def take(self, what: str) -> str:
        """Take the next word; raises `Refusal` (`missing_argument`) where there is none."""
        if self.place >= len(self.words):
            raise Refusal("missing_argument", argument=what)
        self.place += 1
        return self.words[self.place - 1]

    def skip(self, *words: str) -> bool:
        """Take the next word if it is one of these."""
        is_one = bool(self.next) and self.next in words
        self.place += is_one
        return is_one

    def expect(self, what: str, *words: str) -> None:
        """Take one of these words; raises `Refusal` where another or none comes."""
        if not self.skip(*words):
            raise unknown_word(self.take(what))

    def finish(self) -> None:
        """Refuse what is left over."""
        if self.place < len(self.words):
            raise unknown_word(self.words[self.place])

    def level(self, what: str) -> tuple[SpokenLevel, int]:
        """Take a level with its share; a market cap may be two words."""
        word = self.take(what)
        if is_market_cap(word):
            word += self.take(later("The market cap after mc"))
        head, share = split_share(word)
        return read_level(head), share


def spoken_words(words: Sequence[str]) -> Spoken:
    """Begin with the first word; raises `Refusal` where there are far too many."""
    if len(words) > _MOST_WORDS:
        raise Refusal("too_many_arguments", text=words[_MOST_WORDS][:LONGEST_ECHO])
    return Spoken(words)


def unknown_word(word: str) -> Refusal:
    """Give the refusal of a word that means nothing here."""
    return Refusal("bad_order_word", text=word[:LONGEST_ECHO])
