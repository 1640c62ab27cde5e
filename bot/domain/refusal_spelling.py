"""Refusals spelt in plain JSON values, as they are kept with what they held back."""

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.domain.errors import Refusal

_DECIMAL = re.compile(r"-?[0-9]{1,20}\.[0-9]{1,40}", re.ASCII)
_DIGITS = 24


def spell_refusal(refusal: Refusal) -> dict[str, object]:
    """Spell a refusal: figures as text with a point, and nothing that is not plain."""
    kept: dict[str, object] = {"code": refusal.code}
    for name, value in refusal.fields.items():
        if isinstance(value, str | int):
            kept[name] = value
        elif isinstance(value, Decimal):
            kept[name] = f"{round(value, _DIGITS):f}"
    return kept


def read_refusal(stored: Mapping[str, object]) -> Refusal:
    """Read a refusal back, with the figures that its words need."""
    fields = {name: _figure(value) for name, value in stored.items() if name != "code"}
    return Refusal(str(stored.get("code", "")), **fields)


def _figure(value: object) -> object:
    is_decimal = isinstance(value, str) and _DECIMAL.fullmatch(value)
    return Decimal(str(value)) if is_decimal else value
