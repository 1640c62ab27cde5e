"""Whatever the inside can say of a token or a pool stands in the list that is translated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.words import inside as inside_module
from bot.words.inside import PHRASES

_PRODUCT = Path(__file__).parents[2] / "bot"
_SAYING = {
    "domain/safety_powers.py": {"_line": (2, 3)},
    "domain/safety_market.py": {"add": (2, 3), "append": (0,)},
}
_HOLE = re.compile(r"\{\w*\}")


def _templates(node: ast.expr) -> Iterator[str]:
    """Give what a literal says, with `{}` where a figure stands."""
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr(values=parts):
            yield "".join(
                part.value if isinstance(part, ast.Constant) else "{}"  # type: ignore[misc]
                for part in parts
            )


def _said_by(path: Path, places: dict[str, tuple[int, ...]]) -> Iterator[str]:
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            for place in places.get(name, ()):
                if place < len(call.args):
                    yield from _templates(call.args[place])


def _all_said() -> Iterator[str]:
    for name, places in _SAYING.items():
        yield from _said_by(_PRODUCT / name, places)
    for path in (_PRODUCT / "domain").rglob("*.py"):
        yield from _said_by(path, {"PoolTooThin": (0,)})
    for path in (_PRODUCT / "adapters" / "solana" / "pools").glob("*.py"):
        yield from re.findall(r'"([a-z][^"{}]+)" if', path.read_text("utf-8"))


def test_every_phrase_of_the_inside_is_in_the_list() -> None:
    known = {_HOLE.sub("{}", phrase) for phrase in PHRASES}
    said = set(_all_said())
    assert len(said) > 60, "the scan finds what is said"
    missing = {
        words
        for words in said - known
        # Part of a longer phrase that is in the list, such as the tail of a sentence.
        if not any(words.removeprefix("{}") in phrase for phrase in known)
    }
    assert missing == set()


@pytest.mark.parametrize("phrase", [one for one in PHRASES if "{" in one])
def test_a_phrase_with_holes_is_found_again_by_its_words(phrase: str) -> None:
    filled = _HOLE.sub("7.5%", phrase)
    found = next(template for template, form in inside_module._forms() if form.fullmatch(filled))
    assert _HOLE.sub("{}", found).count("{}") <= _HOLE.sub("{}", phrase).count("{}")
