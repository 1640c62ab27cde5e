"""A value is a dataclass of slots, told by keyword, equal and hashed by its fields."""

from dataclasses import field, replace

import pytest

from bot.domain.values import value


@value
class Pair:
    first: int
    second: int = 2
    names: tuple[str, ...] = field(default_factory=tuple)


def test_values_are_equal_and_hashed_by_their_fields() -> None:
    assert Pair(first=1) == replace(Pair(first=3), first=1) != Pair(first=1, second=3)
    assert {Pair(first=1), Pair(first=1)} == {Pair(first=1)}


def test_a_value_takes_no_places_and_no_other_fields() -> None:
    with pytest.raises(TypeError):
        Pair(1)  # type: ignore[call-arg, misc]
    with pytest.raises(AttributeError):
        Pair(first=1).third = 3  # type: ignore[attr-defined]
