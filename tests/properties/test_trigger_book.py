"""The trigger book gives what a look at every level would give, whatever happened before."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.domain.triggers import Gauge, Owner, Reach, Trigger
from bot.engine.trigger_book import LEVEL_DIGITS, TriggerBook, level_of, search_key
from bot.ports.trigger_columns import TriggerColumns

FEW = st.integers(min_value=1, max_value=6)
# Neighbours on a shelf, and others on shelves that are not there yet.
TOKENS = st.sampled_from([0, 1, 2, 63, 64, 700])
# Few levels, so that equal ones and touched ones are common.
LEVELS = st.integers(min_value=1, max_value=40).map(lambda whole: Decimal(whole) / 8)
POSITIVE = st.decimals(
    min_value=Decimal("1e-30"), max_value=Decimal("1e20"), allow_nan=False, allow_infinity=False
)


@given(POSITIVE, POSITIVE)
def test_search_keys_keep_the_order_of_figures(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert search_key(low) <= search_key(high)


@given(st.integers(1, 10**LEVEL_DIGITS - 1), st.integers(-40, 10))
def test_a_level_of_fifteen_digits_comes_back_as_it_was(digits: int, exponent: int) -> None:
    level = Decimal(digits).scaleb(exponent)
    assert level_of(search_key(level)) == level


class Book(RuleBasedStateMachine):
    """The book beside a plain dictionary that looks at everything."""

    def __init__(self) -> None:
        super().__init__()
        self.book = TriggerBook(Gauge.PRICE_SOL, tokens=2)
        self.model: dict[tuple[Owner, int], Trigger] = {}

    @rule(
        owner=st.sampled_from(Owner),
        number=FEW,
        token_id=TOKENS,
        reach=st.sampled_from(Reach),
        level=LEVELS,
        generation=FEW,
    )
    def arm(
        self,
        *,
        owner: Owner,
        number: int,
        token_id: int,
        reach: Reach,
        level: Decimal,
        generation: int,
    ) -> None:
        trigger = Trigger(
            owner=owner,
            number=number,
            token_id=token_id,
            gauge=Gauge.PRICE_SOL,
            reach=reach,
            level=level,
            generation=generation,
        )
        self.book.arm(trigger)
        self.model[owner, number] = trigger

    @rule(owner=st.sampled_from(Owner), number=FEW)
    def disarm(self, owner: Owner, number: int) -> None:
        was_there = self.model.pop((owner, number), None) is not None
        assert self.book.disarm(owner, number) is was_there

    @rule(values=st.dictionaries(TOKENS, LEVELS))
    def tick(self, values: dict[int, Decimal]) -> None:
        token_ids = sorted(values)
        keys = np.array([search_key(values[token_id]) for token_id in token_ids])
        crossed = self.book.take_crossed(np.array(token_ids, dtype=np.int64), keys)
        expected = {
            name
            for name, each in self.model.items()
            if each.token_id in values and each.reach.is_met(values[each.token_id], each.level)
        }
        taken = {(each.owner, each.number): each for each in crossed}
        assert len(taken) == len(crossed)
        assert taken == {name: self.model.pop(name) for name in expected}
        ways = [(each.token_id, each.reach) for each in crossed]
        assert ways == sorted(ways), "by token, first above, then below"
        assert [each.level for each in crossed] == [
            level
            for way in sorted(set(ways))
            for level in sorted(
                (each.level for each in crossed if (each.token_id, each.reach) == way),
                reverse=way[1] is Reach.BELOW,
            )
        ], "the nearest first"

    @rule()
    def load_again(self) -> None:
        self.book = TriggerBook(Gauge.PRICE_SOL)
        self.book.arm_all(self.model.values())

    @rule(owner=st.sampled_from(Owner), raised=st.integers(0, 3))
    def arm_columns(self, owner: Owner, raised: int) -> None:
        """Arm again what an owner has, with later generations, and something new beside it."""
        mine = [each for each in self.model.values() if each.owner is owner]
        again = [replace(each, generation=each.generation + raised) for each in mine]
        taken = {each.number for each in again}
        again += [
            Trigger(
                owner=owner,
                number=number,
                token_id=number % 200,
                gauge=Gauge.PRICE_SOL,
                reach=Reach.ABOVE if number % 2 else Reach.BELOW,
                level=Decimal(number) / 8,
            )
            for number in range(raised)
            if number not in taken
        ]
        self.book.arm_columns(_columns(owner, again))
        self.model.update({(owner, each.number): each for each in again})

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        assert len(self.book) == len(self.model)
        assert self.book.tokens() == {each.token_id for each in self.model.values()}
        assert all(name in self.book for name in self.model)


def _columns(owner: Owner, triggers: Sequence[Trigger]) -> TriggerColumns:
    return TriggerColumns(
        owner=owner,
        gauge=Gauge.PRICE_SOL,
        numbers=np.array([each.number for each in triggers], np.int64),
        token_ids=np.array([each.token_id for each in triggers], np.int64),
        generations=np.array([each.generation for each in triggers], np.int64),
        is_below=np.array([each.reach is Reach.BELOW for each in triggers], np.bool_),
        keys=np.array([search_key(each.level) for each in triggers], np.float64),
    )


test_the_book_agrees_with_a_look_at_every_level = Book.TestCase


@given(st.lists(st.integers(1, 50), min_size=1, max_size=400), st.integers(1, 50))
def test_long_ladders_of_equal_levels_lose_nothing(levels: list[int], value: int) -> None:
    book = TriggerBook(Gauge.PRICE_SOL)
    many = [
        Trigger(
            owner=Owner.ALERT,
            number=number,
            token_id=1,
            gauge=Gauge.PRICE_SOL,
            reach=Reach.ABOVE,
            level=Decimal(level),
        )
        for number, level in enumerate(levels * 8)
    ]
    for trigger in many:
        book.arm(trigger)
    gone = many[::3]
    assert all(book.disarm(each.owner, each.number) for each in gone)
    crossed = book.take_crossed(np.array([1]), np.array([float(value)]))
    while more := book.take_crossed(np.array([1]), np.array([float(value)])):
        crossed += more
    left = [each for place, each in enumerate(many) if place % 3]
    assert {each.number for each in crossed} == {
        each.number for each in left if each.level <= value
    }
    assert [each.level for each in crossed] == sorted(each.level for each in crossed)
    assert len(book) == len(left) - len(crossed)


def test_what_is_not_a_number_reaches_nothing() -> None:
    book = TriggerBook(Gauge.PRICE_SOL)
    for reach in Reach:
        book.arm(
            Trigger(
                owner=Owner.ALERT,
                number=reach is Reach.ABOVE,
                token_id=3,
                gauge=Gauge.PRICE_SOL,
                reach=reach,
                level=Decimal(1),
            )
        )
    assert book.take_crossed(np.array([3]), np.array([np.nan])) == []
    # A tick of other tokens on both sides of it leaves it alone.
    assert book.take_crossed(np.array([1, 9]), np.array([1.0, 1.0])) == []
    assert len(book) == 2
