"""What is looked at in one glance is cleaned as if each part of it were looked at."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.cleaning import clean_update
from bot.telegram.rich_text import Bold, Text

_LONG_ENOUGH_TO_LOOK_CLOSELY = "x" * 100
_PARTS = st.sampled_from(
    (
        *("/open WIF long 5", "/auth hunter2", "/START i_abcdefghij", "?start=i_abcdefghij", "/"),
        *("a" * 64, "5" * 88, "abandon " * 12, "\x00", "\ud800", "\n", "\\", '"', "{", "["),
        *("é", "\U0001f600", " "),
    )
)
_TEXTS = st.lists(_PARTS, max_size=3).map("".join)
_NUMBERS = st.sampled_from([0, 1.5, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, True, None])
_VALUES = st.recursive(
    _TEXTS | _NUMBERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(message=_VALUES, depth=st.sampled_from([0, 1, 37, 38, 39, 40, 41, 60]))
def test_a_glance_lets_nothing_through_that_a_close_look_would_change(
    message: object, depth: int
) -> None:
    for _ in range(depth):
        message = [message]
    raw = {"update_id": 1, "message": message}
    looked_at_closely = clean_update({**raw, "other": _LONG_ENOUGH_TO_LOOK_CLOSELY})
    assert clean_update(raw) == {key: looked_at_closely[key] for key in raw}


@given(before=st.text(max_size=5), marked=st.text(max_size=5), after=st.text(max_size=5))
def test_entities_stand_where_telegram_counts_them(before: str, marked: str, after: str) -> None:
    text, (entity,) = Text(before, Text(Bold(marked)), after).render()
    units = text.encode("utf-16-le", errors="surrogatepass")
    begin, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
    assert units[begin:end] == marked.encode("utf-16-le", errors="surrogatepass")
