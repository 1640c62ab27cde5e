"""A token that we track, cleaned of hostile text, and where it trades."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache

from bot.domain.token_rules import NO_RULES, TokenRules

_LONGEST_NAME, _LONGEST_SYMBOL = 32, 16
_DIGITS_SHOWN = 60
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})
# Cyrillic and Greek letters that UTS #39 (confusables.txt 13.0) takes for one Latin letter each,
# and the lower-case Cyrillic ones that are small capitals there: symbols are read caselessly.
_CYRILLIC = str.maketrans(
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u042c\u0430\u0432\u0433\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455"
    "\u0456\u0458\u0461\u0474\u0475\u04ae\u04af\u04bb\u04bd\u04c0\u04cf\u0501\u050c\u051b\u051c\u051d",
    "SlJABEKMHOPCTYXbabrekmhopctyxsijwVvYyhelidGqWw",
)
_GREEK = str.maketrans(
    "\u037f\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7"
    "\u03b1\u03b3\u03b9\u03ba\u03bd\u03bf\u03c1\u03c3\u03c4\u03c5\u03dc\u03f2\u03f3\u03f9\u03fa",
    "JABEZHlKMNOPTYXayikvopotuFcjCM",
)
_ONE_SHAPE = str.maketrans("01i|", "olll")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One tracked token; `symbol` and `name` are already safe to show.

    `symbol_warning` says what is odd about the name (look-alike letters), or is empty. `rules`
    are those of its mint, as they were last read.
    """

    token_id: int
    mint: str
    symbol: str
    name: str
    decimals: int
    program: str
    supply: int
    mint_authority: str | None
    freeze_authority: str | None
    risks: tuple[str, ...] = ()
    symbol_warning: str = ""
    rules: TokenRules = NO_RULES

    def shown(self, units: int) -> Decimal:
        """Give base units as wallets show them: with decimals, and scaled where the mint says."""
        with localcontext() as context:
            context.prec = _DIGITS_SHOWN
            return Decimal(units).scaleb(-self.decimals) * self.rules.ui.older

    def shown_price(self, price: Decimal) -> Decimal:
        """Give a price per token as wallets count tokens."""
        with localcontext() as context:
            context.prec = _DIGITS_SHOWN
            return price / self.rules.ui.older


def clean_text(raw: str, longest: int = _LONGEST_NAME) -> str:
    """Drop control, direction, zero-width and combining marks; fold spaces; cut to length."""
    visible = raw
    if not (raw.isascii() and raw.isprintable()):
        composed = unicodedata.normalize("NFC", raw)
        visible = "".join(
            character
            for character in composed
            if unicodedata.category(character) not in _HIDDEN_CATEGORIES
        )
    return " ".join(visible.split())[:longest].rstrip()


def clean_symbol(raw: str, mint: str) -> str:
    """Give a symbol fit to show and to type, or the start of the mint where none is left.

    A leading `$`, as in `$WIF`, is how people mark any symbol, so it is no part of one.
    """
    cleaned = clean_text(raw, _LONGEST_SYMBOL).replace(" ", "").lstrip("$")
    return cleaned or f"{mint[:4]}…{mint[-4:]}"


def symbol_warning(symbol: str) -> str:
    """Say what is odd about a symbol: letters that are not ASCII can pass for others."""
    if symbol.isascii():
        return ""
    strange = sorted({character for character in symbol if not character.isascii()})
    return "unusual letters: " + " ".join(f"{c} (U+{ord(c):04X})" for c in strange[:4])


@lru_cache(maxsize=4096)
def skeleton(symbol: str) -> str:
    """Give what a symbol looks like: two that look alike have the same skeleton.

    After UTS #39, for Cyrillic, Greek, accented and compatibility letters only: `0` is as good
    as O, `1` and I as l, and case and whatever is no letter or digit are not looked at.
    """
    # Before taking letters apart as well: that makes a sigma of the lunate one, which is a C.
    whole = unicodedata.normalize("NFKD", symbol.translate(_GREEK))
    shapes = whole.translate(_CYRILLIC).translate(_GREEK).lower().translate(_ONE_SHAPE)
    return "".join(character for character in shapes if character.isalnum())


def known_lookalike(symbol: str, known: Iterable[tuple[str, str]], mint: str = "") -> str:
    """Give the known symbol that this one would be taken for, or nothing if it is that token.

    `known` are symbols with their mints, the most trusted first.
    """
    shape = skeleton(symbol)
    for known_symbol, known_mint in known:
        if shape and skeleton(known_symbol) == shape:
            return "" if known_mint == mint else known_symbol
    return ""
