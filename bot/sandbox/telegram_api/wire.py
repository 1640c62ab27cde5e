"""The shapes of JSON as it travels between bots, people and this server."""

from collections.abc import Mapping

JsonObject = dict[str, object]
"""A JSON object that we build or have just read; values are checked when used."""


def as_object(value: object) -> JsonObject | None:
    """Give a JSON object with text keys, or None for anything else."""
    if not isinstance(value, Mapping):
        return None
    return {str(key): item for key, item in value.items()}


def as_list(value: object) -> list[object] | None:
    """Give a JSON array, or None for anything else."""
    return list(value) if isinstance(value, list) else None


def as_integer(value: object) -> int | None:
    """Give a whole number, also from its digits; None for anything else.

    Telegram accepts numbers as text in every field, so ``"42"`` is 42.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) <= 20 and value.isascii():  # noqa: PLR2004  64 bits
        digits = value.removeprefix("-")
        return int(value) if digits.isdigit() else None
    return None


def without_none(**fields: object) -> JsonObject:
    """Build an object that leaves out the fields that are None."""
    return {name: value for name, value in fields.items() if value is not None}
