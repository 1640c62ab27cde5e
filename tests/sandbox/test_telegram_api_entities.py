"""Parse modes: whatever is written, entities lie on the text or the call is refused."""

import html

import pytest
from aiogram.utils.text_decorations import html_decoration, markdown_decoration
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram_api.entities import utf16
from bot.sandbox.telegram_api.entities.entity import FormattedText
from bot.sandbox.telegram_api.entities.formatting import format_text
from bot.sandbox.telegram_api.errors import BotApiError

MARKED_UP = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>/&;#=\"' abisupre-tgcodlink:*_~|`[]()!\\.>\n\r"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)
PIECES = st.lists(
    st.sampled_from(
        [
            "<b>", "</b>", "<i>", "</i>", "<code>", "</code>", "<pre>", "</pre>", "</",
            '<a href="a.io">', "</a>", "<blockquote expandable>", "</blockquote>",
            "&amp", "&#x1F680;",
            "*", "_", "__", "~", "||", "`", "```", "[", "](a.io)", "![", "](tg://emoji?id=5)",
            "\n>", "**>", "\\", "🚀", "@ann_b", "a.io", "é", "word", " ", "\n",
        ]
    ),
    max_size=14,
).map("".join)  # fmt: skip
MODES = st.sampled_from(["HTML", "MarkdownV2", "Markdown", None])
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Z"]), min_size=1, max_size=30)


def read(text: str, parse_mode: str | None, entities: object = None) -> FormattedText:
    return format_text(
        text, parse_mode=parse_mode, entities=entities, find_user=lambda _: {"id": 1}
    )


def shown(formatted: FormattedText) -> list[tuple[str, str]]:
    return [
        (each.type, utf16.slice_units(formatted.text, each.offset, each.length))
        for each in formatted.entities
    ]


def crossing(formatted: FormattedText) -> bool:
    """Whether two entities overlap without one lying in the other."""
    ends = [(each.offset, each.end) for each in formatted.entities]
    return any(a[0] < b[0] < a[1] < b[1] for a in ends for b in ends)


@given(text=st.one_of(MARKED_UP, PIECES), parse_mode=MODES)
def test_any_text_is_read_or_refused_and_entities_lie_on_characters(
    text: str, parse_mode: str | None
) -> None:
    try:
        formatted = read(text, parse_mode)
    except BotApiError as error:
        assert error.description.startswith("Bad Request: can't parse entities: ")  # noqa: PT017  a refusal is fine
        return
    assert not crossing(formatted)
    ruler = utf16.Ruler(formatted.text)
    for entity in formatted.entities:
        assert entity.length > 0
        assert ruler.index(entity.offset) is not None
        assert ruler.index(entity.end) is not None


@given(items=st.lists(st.tuples(st.integers(-3, 12), st.integers(-3, 12)), max_size=6))
def test_given_entities_are_placed_on_characters_or_refused(items: list[tuple[int, int]]) -> None:
    entities = [
        {"type": kind, "offset": offset, "length": length}
        for (offset, length), kind in zip(items, ["bold", "italic", "code"] * 2, strict=False)
    ]
    try:
        formatted = read("a🚀b🚀c🚀", None, entities)
    except BotApiError as error:
        assert "UTF-16" in error.description  # noqa: PT017  a refusal is fine
        return
    assert not crossing(formatted)


@given(before=PLAIN, inside=PLAIN)
def test_bold_text_has_its_place_in_utf16_units(before: str, inside: str) -> None:
    formatted = read(f"{html.escape(before)}<b>{html.escape(inside)}</b>", "HTML")
    # A tag or link found across the edge splits the style, so there may be several.
    bold = [each for each in formatted.entities if each.type == "bold"]
    assert bold[0].offset == len(before.encode("utf-16-le")) // 2
    assert bold[-1].end == len((before + inside).encode("utf-16-le")) // 2
    parts = (utf16.slice_units(formatted.text, each.offset, each.length) for each in bold)
    assert "".join(parts) == inside


def test_a_style_is_split_where_a_link_crosses_its_edge() -> None:
    assert shown(read("see <b>now bonk</b>.fun/x", "HTML")) == [
        ("bold", "now "),
        ("url", "bonk.fun/x"),
        ("bold", "bonk"),
    ]


@given(text=PLAIN)
def test_text_quoted_by_aiogram_is_taken_as_it_is(text: str) -> None:
    assert read(html_decoration.quote(text), "HTML").text == text
    assert read(markdown_decoration.quote(text), "MarkdownV2").text == text


@pytest.mark.parametrize(
    ("text", "parse_mode", "expected", "entities"),
    [
        ("<b>a<i>b</i></b>", "HTML", "ab", [("bold", "ab"), ("italic", "b")]),
        ('<pre><code class="language-py">x</code></pre>', "HTML", "x", [("pre", "x")]),
        ("<span class='tg-spoiler'>s</span>", "HTML", "s", [("spoiler", "s")]),
        ("<blockquote expandable>q</blockquote>", "HTML", "q", [("expandable_blockquote", "q")]),
        ("&lt;&amp;&gt;&#128640;&nbsp;", "HTML", "<&>🚀&nbsp;", []),
        ('<a href="tg://user?id=7">Ann</a>', "HTML", "Ann", [("text_mention", "Ann")]),
        ("*a _b_*", "MarkdownV2", "a b", [("bold", "a b"), ("italic", "b")]),
        ("__u__ ~s~ ||p||", "MarkdownV2", "u s p", [
            ("underline", "u"), ("strikethrough", "s"), ("spoiler", "p"),
        ]),
        ("```py\nx = 1```", "MarkdownV2", "x = 1", [("pre", "x = 1")]),
        ("[c](https://a\\.io/\\))", "MarkdownV2", "c", [("text_link", "c")]),
        (">q\n>r\ns", "MarkdownV2", "q\nr\ns", [("blockquote", "q\nr")]),
        ("**>q||", "MarkdownV2", "q", [("expandable_blockquote", "q")]),
        ("*b* _i_ `c` [l](a.io)", "Markdown", "b i c l", [
            ("bold", "b"), ("italic", "i"), ("code", "c"), ("text_link", "l"),
        ]),
        ("  <b> padded </b>  ", "HTML", "padded", [("bold", "padded")]),
    ],
)  # fmt: skip
def test_markup_becomes_entities(
    text: str, parse_mode: str, expected: str, entities: list[tuple[str, str]]
) -> None:
    formatted = read(text, parse_mode)
    assert (formatted.text, shown(formatted)) == (expected, entities)


def test_an_unknown_parse_mode_is_refused() -> None:
    with pytest.raises(BotApiError, match="unsupported parse_mode"):
        read("x", "BBCode")
