"""The page's pure modules, run by Node where it is installed."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.chat_page.application import STATIC
from tests.builders.examples import examples

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed on this machine")

ASK = """
import * as entities from "./entities.js";
import * as numbers from "./numbers.js";
import * as commands from "./commands.js";
import * as signs from "./signs.js";
const modules = { ...entities, ...numbers, ...commands, ...signs };
let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = JSON.parse(input).map(([name, ...args]) => modules[name](...args) ?? null);
process.stdout.write(JSON.stringify(answers));
"""
ENTITY_TYPES = ["bold", "italic", "spoiler", "code", "pre", "blockquote", "text_link"]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "js"
    shutil.copytree(STATIC / "js", folder)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "ask.js").write_text(ASK, encoding="utf-8")
    return folder


def ask(scripts: Path, *calls: Sequence[object]) -> list[object]:
    """Call functions of the page's modules; gives their answers in order."""
    done = subprocess.run(  # noqa: S603  Node with our own script
        [str(NODE), "ask.js"],
        cwd=scripts,
        input=json.dumps(calls),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers: list[object] = json.loads(done.stdout)
    return answers


def flat(node: object) -> str:
    if isinstance(node, list):
        return "".join(flat(each) for each in node)
    return flat(node["children"]) if isinstance(node, dict) else str(node)


def shape(node: object) -> object:
    """Write a tree as ["text", ("bold", [...])]."""
    if isinstance(node, list):
        return [shape(each) for each in node]
    if isinstance(node, dict):
        return (node["entity"]["type"], shape(node["children"]))
    return node


def entity(kind: str, offset: int, length: int) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length}


def test_entities_nest_and_count_utf16_units(scripts: Path) -> None:
    marks = [entity("bold", 0, 9), entity("italic", 3, 2)]
    (tree,) = ask(scripts, ["entityTree", "🟢 up b end", marks])
    assert shape(tree) == [("bold", ["🟢 ", ("italic", ["up"]), " b e"]), "nd"]


def test_crossing_entities_are_cut_in_two(scripts: Path) -> None:
    marks = [entity("bold", 0, 4), entity("italic", 2, 4)]
    (tree,) = ask(scripts, ["entityTree", "abcdefgh", marks])
    assert shape(tree) == [("bold", ["ab", ("italic", ["cd"])]), ("italic", ["ef"]), "gh"]


def test_entities_beyond_the_text_are_ignored(scripts: Path) -> None:
    marks = [entity("bold", 90, 4), entity("code", -5, 2), entity("italic", 1, 99)]
    (tree,) = ask(scripts, ["entityTree", "abc", marks])
    assert flat(tree) == "abc"


CASE = st.tuples(
    st.text(min_size=1, max_size=40),
    st.lists(
        st.builds(entity, st.sampled_from(ENTITY_TYPES), st.integers(-3, 50), st.integers(-1, 60)),
        max_size=8,
    ),
)


@settings(max_examples=examples(8), deadline=None)
@given(cases=st.lists(CASE, min_size=30, max_size=60))
def test_no_entity_loses_or_repeats_a_letter(
    scripts: Path, cases: list[tuple[str, list[object]]]
) -> None:
    trees = ask(scripts, *(["entityTree", text, marks] for text, marks in cases))
    lengths = [len(flat(tree).encode("utf-16-le", "surrogatepass")) for tree in trees]
    assert lengths == [len(text.encode("utf-16-le")) for text, _ in cases]


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("example.org", "https://example.org/"),
        ("tg://user?id=1", "tg://user?id=1"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("", None),
    ],
)
def test_only_links_of_a_messenger_open(scripts: Path, url: str, opened: str | None) -> None:
    assert ask(scripts, ["safeUrl", url]) == [opened]


def test_prices_read_as_people_write_them(scripts: Path) -> None:
    figures = ["0.01842", "0.00000004157", "12412.3", "1234.5", "0", "", "abc", None]
    read = ask(scripts, *(["price", figure] for figure in figures))
    assert read == ["0.01842", "0.0₇4157", "12.41k", "1235", "0", "–", "–", "–"]  # noqa: RUF001


def test_amounts_keep_their_sign_and_never_round_up(scripts: Path) -> None:
    figures = ["1200.098199", "-1200.098199", "0.000000001", "-0.000000001", "2", "x"]
    read = ask(scripts, *(["amount", figure] for figure in figures))
    assert read == ["1\u202f200.0981", "−1\u202f200.0981", "<0.0001", "−<0.0001", "2", "x"]  # noqa: RUF001


def test_zero_is_judged_by_digits(scripts: Path) -> None:
    zeros = ["0", "0.000", "-0", "00.0"]
    others = ["0.000000000000000000001", "-1", "", ".", None, "NaN"]
    read = ask(scripts, *(["isZero", figure] for figure in zeros + others))
    assert read == [True] * len(zeros) + [False] * len(others)


def test_the_narrowest_command_menu_wins(scripts: Path) -> None:
    menus = [
        {"scope": {"type": "default"}, "language_code": "", "commands": ["d"]},
        {"scope": {"type": "all_private_chats"}, "language_code": "", "commands": ["p"]},
        {"scope": {"type": "all_private_chats"}, "language_code": "de", "commands": ["pd"]},
        {"scope": {"type": "chat", "chat_id": 7}, "language_code": "", "commands": ["c"]},
        {"scope": {"type": "all_chat_administrators"}, "language_code": "", "commands": ["a"]},
    ]
    group = {"id": -5, "type": "supergroup", "admins": [9]}
    seen = ask(
        scripts,
        ["commandsFor", menus, {"id": 1, "type": "private"}, {"id": 1, "language_code": "en"}],
        ["commandsFor", menus, {"id": 1, "type": "private"}, {"id": 1, "language_code": "de"}],
        ["commandsFor", menus, {"id": 7, "type": "private"}, {"id": 7, "language_code": "de"}],
        ["commandsFor", menus, group, {"id": 9}],
        ["commandsFor", menus, group, {"id": 8}],
        ["commandsFor", [], group, {"id": 8}],
    )
    assert seen == [["p"], ["pd"], ["c"], ["a"], ["d"], []]


def test_signs_are_found_between_words(scripts: Path) -> None:
    (pieces,) = ask(scripts, ["splitSigns", "a 🟢 b ⚠️c"])
    assert isinstance(pieces, list)
    kinds = [piece["sign"] if isinstance(piece, dict) else piece for piece in pieces]
    assert kinds == ["a ", "gain", " b ", "warn", "c"]
