"""Fills the templates of `bot.telegram.texts` with a refusal's figures."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain.errors import Refusal
from bot.domain.identifiers import is_address
from bot.domain.instruments import clean_text
from bot.domain.money import SOL_DECIMALS, ui_amount
from bot.domain.risk import LockRule, RiskLimit
from bot.domain.users import Permission
from bot.telegram.layout import named
from bot.telegram.rich_text import Code, Text
from bot.telegram.screens import figures
from bot.telegram.screens.limit_words import LOCKS, shown_limit
from bot.telegram.screens.pool_names import venue_name
from bot.telegram.texts import REFUSALS, UNKNOWN_REFUSAL
from bot.words.inside import inside
from bot.words.speech import say, translated

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PIECES = re.compile(r"(`[^`]*`|\{\w+(?::\w+)?\})")
_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_LONGEST_FIELD, _LONGEST_OF_OURS = 64, 120
_TYPED_BY_PEOPLE = frozenset({"text", "address"})
_OUR_OWN = frozenset(
    {
        "reason",
        "role",
        "argument",
        "reference",
        "what",
        "kind",
        "figure",
        "why",
        "asked",
        "allowed",
        "numbers",
    }
)

Fields = Mapping[str, object]


def refusal_words(refusal: Refusal, example: str) -> Text:
    """Say a refusal in plain words; `example` is the symbol of a token that works."""
    fields = {**refusal.fields, **_derived(refusal), "example": example}
    code = refusal.code
    if code == "unknown_token" and is_address(str(fields.get("text", ""))):
        code = "unknown_mint"
    if code == "not_permitted" and fields.get("permission") == Permission.HOLD_LIVE_WALLET:
        code = "live_is_premium"
    return fill(REFUSALS.get(code, UNKNOWN_REFUSAL), fields)


def fill(template: str, fields: Fields) -> Text:
    """Fill a template; an optional part with an unknown field is left out."""
    words = translated(template)
    kept = _OPTIONAL.sub(lambda match: match[1] if _is_known(match[1], fields) else "", words)
    return Text(*(_piece(piece, fields) for piece in _PIECES.split(kept) if piece))


def _derived(refusal: Refusal) -> dict[str, object]:
    if refusal.code in _EXPLAINED:
        return _EXPLAINED[refusal.code](refusal.fields)
    if refusal.code != "over_position_limit":
        return {}
    limit = refusal.fields.get("limit_lamports")
    held = refusal.fields.get("held_lamports") or 0
    if not isinstance(limit, int) or not isinstance(held, int):
        return {}
    return {"held_lamports": held or None, "room_lamports": max(0, limit - held) or None}


def _lock_fields(fields: Fields) -> dict[str, object]:
    rule = LockRule(str(fields.get("rule", LockRule.AFTER_STOP)))
    return {"why": say(LOCKS[rule], count=fields.get("count", 1))}


def _limit_fields(fields: Fields) -> dict[str, object]:
    name, value, of_role = (fields.get(key) for key in ("name", "value", "limit"))
    if name not in set(RiskLimit) or not (isinstance(value, int) and isinstance(of_role, int)):
        return {}
    limit = RiskLimit(str(name))
    return {"asked": shown_limit(limit, value), "allowed": shown_limit(limit, of_role)}


_EXPLAINED: Mapping[str, Callable[[Fields], dict[str, object]]] = {
    "entries_locked": _lock_fields,
    "limit_too_loose": _limit_fields,
}


def _is_known(part: str, fields: Fields) -> bool:
    return all(fields.get(name) is not None for name, _ in _PLACEHOLDER.findall(part))


def _piece(piece: str, fields: Fields) -> Text | str:
    if piece.startswith("`"):
        return Code(_PLACEHOLDER.sub(lambda match: _shown(match, fields), piece.strip("`")))
    match = _PLACEHOLDER.fullmatch(piece)
    if match is None:
        return piece
    shown = _shown(match, fields)
    if match[1] in _TYPED_BY_PEOPLE:
        return Code(shown)
    return shown if match[2] or match[1] in _OUR_OWN else named(shown, _LONGEST_FIELD)


def _shown(match: re.Match[str], fields: Fields) -> str:
    value = fields.get(match[1])
    if value is None:
        return "?"
    if match[1] in _OUR_OWN and not match[2]:
        return clean_text(inside(str(value)), _LONGEST_OF_OURS) or "?"
    return _FORMS[match[2] or ""](value)


def _sol(value: object) -> str:
    return figures.with_sol(value) if isinstance(value, int) else _text(value)


def _plain(value: object) -> str:
    if not isinstance(value, int):
        return _text(value)
    text = f"{ui_amount(value, SOL_DECIMALS):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(value: object) -> str:
    return figures.percent(value) if isinstance(value, Decimal) else _text(value)


def _age(value: object) -> str:
    return figures.age(float(value)) if isinstance(value, int | float | Decimal) else _text(value)


def _moment(value: object) -> str:
    return f"{figures.day_and_time(value)} UTC" if isinstance(value, datetime) else _text(value)


def _text(value: object) -> str:
    return clean_text(str(value), _LONGEST_FIELD) or "?"


_FORMS: Mapping[str, Callable[[object], str]] = {
    "": _text,
    "sol": _sol,
    "plain": _plain,
    "percent": _percent,
    "age": _age,
    "moment": _moment,
    "venue": lambda value: venue_name(str(value)),
}
