"""No account goes back in time, however it is read: alone, in a batch, or in another batch."""

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.solana.slot_memory import SlotMemory

BATCHES = (("a", "b", "c"), ("c", "d"), ("a",), ("d", "b"), ("e",))


@given(st.lists(st.tuples(st.sampled_from(BATCHES), st.booleans(), st.integers(0, 3))))
def test_batches_that_overlap_remember_as_their_accounts_would_alone(
    reads: list[tuple[tuple[str, ...], bool, int]],
) -> None:
    memory, truth = SlotMemory(), dict.fromkeys("abcde", 0)
    for batch, is_same_tuple, later in reads:
        keys = batch if is_same_tuple else tuple(key for key in batch)
        least = max(truth[key] for key in keys)
        assert memory.least(keys) == least
        assert least == 0 or memory.is_past(keys, least - 1)
        assert not memory.is_past(keys, least)
        slot = least + later
        memory.note(keys, slot)
        truth.update(dict.fromkeys(keys, slot))
    assert {key: memory.least((key,)) for key in truth} == truth


def test_nothing_is_known_of_nobody() -> None:
    memory = SlotMemory()
    memory.note((), 5)
    assert memory.least(()) == memory.least(("a",)) == 0


def test_the_older_half_is_forgotten_when_there_are_too_many() -> None:
    memory = SlotMemory()
    old, new = tuple(f"o{n}" for n in range(150_000)), tuple(f"n{n}" for n in range(60_000))
    memory.note(old, 1)
    memory.note(new, 2)
    assert memory.least(new) == 2
    assert memory.least((old[-1],)) == 0
    memory.note((old[-1],), 9)
    assert memory.least(old) == 9
