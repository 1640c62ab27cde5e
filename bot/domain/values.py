"""Values: made once, never changed, and as cheap to make as Python allows."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Value = TypeVar("_Value")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[_Value]) -> type[_Value]:
    """Make a dataclass of slots, by keyword only, that the type checker holds frozen.

    For what is made at every command, some fifty of ten fields each. Where a dataclass is frozen
    at run time too, filling a field takes three times as long: a sixth of the time of a command,
    spent on refusing what the type checker has refused before.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
