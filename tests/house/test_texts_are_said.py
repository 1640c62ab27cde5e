"""Every text that a person reads is said through the catalogue, in chats and on web pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.project import PRODUCT, named, tree

# What puts words before a person, and which of its arguments are words (from, to).
SHOWING = {
    "Text": (0, None), "Bold": (0, None), "lines": (0, None), "headed": (1, None),
    "key": (1, 2), "danger": (1, 2), "pick_token": (1, 2),
}  # fmt: skip
SHOWING_METHODS = {"note": (0, 1), "toasted": (0, 1), "with_screen": (1, 2), "show": (1, 2)}
SHOWING_FIELDS = {"Button": ("text",), "Screen": ("ask", "text")}
WHOLES = (ast.JoinedStr, ast.FormattedValue, ast.Starred, ast.BinOp, ast.Tuple, ast.List)
# What is the same in every language: units, times, signs of a chart, names of their own.
THE_SAME = {"SOL", "UTC", "PAPER", "USD", "ATR", "PIN", "P&L", "Kitrader"}
TYPED = {"mc", "moves", "below"}
WORD = re.compile(r"[^\W\d_]{2,}")
COMMAND = re.compile(r"(?<!\w)/[a-z_]+")
CHAT = tuple(sorted((PRODUCT / "telegram").rglob("*.py")))
PAGES = tuple(sorted((PRODUCT / "web").rglob("*.html")))


def words_in(text: str) -> list[str]:
    """The words of a text, but for commands, what is typed, and what is the same everywhere."""
    return [word for word in WORD.findall(COMMAND.sub("", text)) if word not in THE_SAME | TYPED]


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a person reads."""
    match call.func:
        case ast.Name(id=name) if name in SHOWING:
            begin, end = SHOWING[name]
            yield from call.args[begin:end]
        case ast.Attribute(attr=name) if name in SHOWING_METHODS:
            begin, end = SHOWING_METHODS[name]
            yield from call.args[begin:end]
        case ast.Name(id=name) if name in SHOWING_FIELDS:
            fields = SHOWING_FIELDS[name]
            yield from (word.value for word in call.keywords if word.arg in fields)


def literals(node: ast.AST) -> Iterator[str]:
    """The words written out in an expression, but not those that are said or compared."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, WHOLES):
        for part in ast.iter_child_nodes(node):
            yield from literals(part)


def unsaid(syntax: ast.Module) -> list[str]:
    """The texts that reach a person without the catalogue."""
    calls = (node for node in ast.walk(syntax) if isinstance(node, ast.Call))
    found = (text for call in calls for argument in shown(call) for text in literals(argument))
    return [text for text in found if words_in(text)]


def unsaid_on(page: str) -> list[str]:
    """The words of a page's template outside of its expressions, tags, scripts and comments."""
    plain = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", " ", page, flags=re.DOTALL)
    plain = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", " ", plain, flags=re.DOTALL)
    attributes = re.findall(r'\b(?:alt|title|placeholder|aria-label)="([^"]*)"', plain)
    texts = [re.sub(r"<[^>]*>", "\n", plain), *attributes]
    return [line.strip() for text in texts for line in text.splitlines() if words_in(line)]


@pytest.mark.parametrize("path", CHAT, ids=named)
def test_no_text_of_the_chat_is_hard_coded(path: Path) -> None:
    assert unsaid(tree(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_no_text_of_a_page_is_hard_coded(path: Path) -> None:
    assert unsaid_on(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('lines("Nothing open")', ["Nothing open"]),
        ('lines(say("Nothing open"), "5 SOL", "")', []),
        ('key(keys, "Back", "card", 7)', ["Back"]),
        ('key(keys, say("Back"), "card", 7)', []),
        ('turn.note(f"{count} left")', [" left"]),
        ('Screen(text=Text("Hello ", name), ask="a size")', ["Hello ", "a size"]),
        ('headed(mode, "Wallet" if one else say("History"))', ["Wallet"]),
        ('lines("/open · /close")', []),
    ],
)
def test_a_hard_coded_text_would_be_found(code: str, found: list[str]) -> None:
    assert sorted(unsaid(ast.parse(code))) == sorted(found)


def test_a_hard_coded_text_of_a_page_would_be_found() -> None:
    page = '<p class="x">{{ say("Hello") }} there</p><img alt="a key"><script>let x</script>'
    assert unsaid_on(page) == ["there", "a key"]
