"""A token that we track, cleaned of hostile text, and where it trades."""

import unicodedata
from dataclasses import dataclass

_LONGEST_NAME, _LONGEST_SYMBOL = 32, 16
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Mn", "Me"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One tracked token; `symbol` and `name` are already safe to show.

    `symbol_warning` says what is odd about the name (look-alike letters), or is empty.
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


def clean_text(raw: str, longest: int = _LONGEST_NAME) -> str:
    """Drop control, direction, zero-width and combining marks; fold spaces; cut to length."""
    composed = unicodedata.normalize("NFC", raw)
    visible = (
        character
        for character in composed
        if unicodedata.category(character) not in _HIDDEN_CATEGORIES
    )
    return " ".join("".join(visible).split())[:longest].rstrip()


def clean_symbol(raw: str, mint: str) -> str:
    """Give a symbol fit to show and to type, or the start of the mint where none is left."""
    cleaned = clean_text(raw, _LONGEST_SYMBOL).replace(" ", "")
    return cleaned or f"{mint[:4]}…{mint[-4:]}"


def symbol_warning(symbol: str) -> str:
    """Say what is odd about a symbol: letters that are not ASCII can pass for others."""
    if symbol.isascii():
        return ""
    strange = sorted({character for character in symbol if not character.isascii()})
    return "unusual letters: " + " ".join(f"{c} (U+{ord(c):04X})" for c in strange[:4])
