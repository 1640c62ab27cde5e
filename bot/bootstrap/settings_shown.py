"""What each setting is, as `.env` has it, and in words that may be shown to admins."""

from collections.abc import Mapping
from enum import Enum

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bot.domain.candles import Interval


def shown(settings: BaseSettings) -> tuple[tuple[str, str], ...]:
    """Give each setting's name and value, first those that are not as by default.

    Of a secret, and of an address since it may hold a key, it says only whether it is set.
    """
    fields = type(settings).model_fields

    def is_default(given: tuple[str, object]) -> bool:
        name, value = given
        return bool(value == fields[name].get_default(call_default_factory=True))

    return tuple(
        (name.upper(), _shown(value, is_kept=is_secret(fields[name])))
        for name, value in sorted(settings, key=is_default)
    )


def is_secret(field: FieldInfo) -> bool:
    """Tell whether a setting is a secret, or has any within it."""
    return "SecretStr" in str(field.annotation)


def _shown(value: object, *, is_kept: bool) -> str:
    text = as_text(value)
    if is_kept or "://" in text:
        return "set" if text else "not set"
    return text or "not set"


def as_text(value: object) -> str:
    """Give a value as `.env` has it; a secret as it is."""
    match value:
        case bool():
            return str(value).lower()
        case SecretStr():
            return value.get_secret_value()
        case Enum():
            return value.label if isinstance(value, Interval) else str(value.value)
        case Mapping():
            return ",".join(f"{as_text(key)}:{as_text(each)}" for key, each in value.items())
        case tuple() | frozenset():
            # A set has no order of its own.
            parts = list(map(as_text, value))
            return ",".join(parts if isinstance(value, tuple) else sorted(parts))
        case _:
            return "" if value is None else str(value)
