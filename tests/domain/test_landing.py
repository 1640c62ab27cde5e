"""A transaction is called expired, landed or failed only where nodes prove it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.landing import Fate, NodeWord, Seen, judge

END = 1_000
PAST, BEFORE = END + 1, END


def absent(node: str, height: int | None) -> NodeWord:
    return NodeWord(node=node, seen=Seen.ABSENT, block_height=height)


def known(node: str, seen: Seen, error: str | None = None) -> NodeWord:
    return NodeWord(node=node, seen=seen, block_height=PAST, slot=7, error=error)


def fate(*words: NodeWord) -> Fate:
    return judge(words, last_valid_block_height=END).fate


def test_it_expires_when_two_nodes_are_past_its_end_and_know_nothing_of_it() -> None:
    assert fate(absent("a", PAST), absent("b", PAST)) is Fate.EXPIRED
    assert fate(absent("a", PAST), absent("b", PAST), absent("c", BEFORE)) is Fate.EXPIRED


def test_it_stays_open_while_fewer_than_two_are_past_its_end() -> None:
    assert fate() is Fate.OPEN
    assert fate(absent("a", PAST)) is Fate.OPEN
    assert fate(absent("a", PAST), absent("a", PAST)) is Fate.OPEN
    assert fate(absent("a", PAST), absent("b", BEFORE)) is Fate.OPEN
    assert fate(absent("a", PAST), absent("b", None)) is Fate.OPEN
    silent = NodeWord(node="b", seen=Seen.SILENT, block_height=PAST)
    assert fate(absent("a", PAST), silent) is Fate.OPEN


def test_one_node_that_has_it_confirmed_proves_it_whatever_the_others_lack() -> None:
    others = (absent("a", PAST), absent("b", PAST))
    assert fate(*others, known("c", Seen.CONFIRMED)) is Fate.LANDED
    assert fate(*others, known("c", Seen.FINALIZED, "6001")) is Fate.FAILED


def test_nodes_that_contradict_each_other_prove_nothing() -> None:
    words = (known("a", Seen.CONFIRMED), known("b", Seen.CONFIRMED, "6001"))
    judged = judge(words, last_valid_block_height=END)
    assert (judged.fate, judged.is_seen) == (Fate.OPEN, True)
    assert fate(*words, absent("c", PAST), absent("d", PAST)) is Fate.OPEN


def test_a_block_that_may_be_dropped_proves_nothing_but_keeps_it_open() -> None:
    words = (absent("a", PAST), absent("b", PAST), known("c", Seen.PROCESSED))
    judged = judge(words, last_valid_block_height=END)
    assert (judged.fate, judged.is_seen, judged.slot) == (Fate.OPEN, True, 7)


WORDS = st.builds(
    NodeWord,
    node=st.sampled_from("abc"),
    seen=st.sampled_from(Seen),
    block_height=st.none() | st.integers(END - 2, END + 2),
    slot=st.none() | st.integers(1, 9),
    error=st.none() | st.just("custom 1"),
)


@given(words=st.lists(WORDS, max_size=6))
def test_more_silence_never_proves_more(words: list[NodeWord]) -> None:
    judged = judge(words, last_valid_block_height=END)
    silent = [NodeWord(node=word.node, seen=Seen.SILENT) for word in words]
    assert judge(words + silent, last_valid_block_height=END) == judged
    assert judge(silent, last_valid_block_height=END).fate is Fate.OPEN
    if judged.fate is Fate.EXPIRED:
        assert all(word.seen in {Seen.ABSENT, Seen.SILENT} for word in words)
