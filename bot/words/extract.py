"""Brings the `.po` files up to date with the texts in the code: `python -m bot.words.extract`."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from bot.domain.languages import Language
from bot.words.catalogues import po_file

PRODUCT = Path(__file__).parents[1]
# Which arguments of a call are texts, by the name of what is called.
CALLS = {"say": 1, "later": 1, "marked": 1, "translated": 1, "say_count": 2, "marked_count": 2}
# Which fields are texts, of whatever they are the fields; and tables whose values are.
FIELDS = frozenset({"help_line", "long_help", "shelf", "line", "long"})
TABLES = ("REFUSALS",)
_SPEAKS = re.compile(
    rf"\b(?:{'|'.join(CALLS)})\s*\(|\b(?:{'|'.join(sorted(FIELDS))})\s*=|{'|'.join(TABLES)}"
)
_COUNTS = re.compile(rf"\b(?:{'|'.join(name for name, forms in CALLS.items() if forms > 1)})\s*\(")
TRANSLATIONS = tuple(one for one in Language if one is not Language.ENGLISH)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Found:
    """A text in the code: its file, and the forms of it (one, or one and many)."""

    forms: tuple[str, ...]
    file: str

    @property
    def key(self) -> str | tuple[str, ...]:
        """Give the text as a `.po` file names it."""
        return self.forms if len(self.forms) > 1 else self.forms[0]


def texts_of_the_code(product: Path = PRODUCT) -> list[Found]:
    """Find every text that the product says, in the order of the alphabet."""
    found: set[Found] = set()
    for file, tree in _trees(product, _SPEAKS):
        place = file.relative_to(product).as_posix()
        if not place.startswith("sandbox/"):
            found |= {Found(forms=forms, file=place) for forms in _in_python(tree)}
    for file in sorted(product.rglob("*.html")):
        place = file.relative_to(product).as_posix()
        if not place.startswith("sandbox/"):
            found |= {Found(forms=forms, file=place) for forms in _in_page(file)}
    return sorted(found)


def _trees(product: Path, holding: re.Pattern[str]) -> Iterator[tuple[Path, ast.Module]]:
    """Give the syntax of the files that hold something of this form: to read all takes long."""
    for file in sorted(product.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if holding.search(source):
            yield file, ast.parse(source)


def _in_python(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    within = {id(form) for node in ast.walk(tree) for form in _forms_of_a_number(node)}
    for node in ast.walk(tree):
        match node:
            case _ if id(node) in within:
                continue
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield from _whole(node.args[: CALLS[name]], CALLS[name])
            case ast.keyword(arg=str(name), value=value) if name in FIELDS:
                yield from _whole([value], 1)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict(values=values)):
                if name.endswith(TABLES):
                    for value in values:
                        yield from _whole([value], 1)


def _whole(arguments: Sequence[ast.expr], wanted: int) -> Iterator[tuple[str, ...]]:
    """Give the texts of a call that are written out in it; a name stands for one said later."""
    forms = tuple(form for argument in arguments if (form := _written(argument)))
    if len(forms) == wanted:
        yield forms


def _written(argument: ast.expr) -> str:
    match argument:
        case ast.Constant(value=str(text)):
            return text
        case ast.Call(func=ast.Name(id="later"), args=[ast.Constant(value=str(text))]):
            return text
        case _:
            return ""


def _forms_of_a_number(node: ast.AST) -> list[ast.expr]:
    """Give what a call says of one thing and of many, or nothing for any other call."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=forms) if CALLS.get(name, 1) > 1:
            return forms[: CALLS[name]]
        case _:
            return []


def uncounted_texts(product: Path = PRODUCT) -> list[str]:
    """Find the calls that say a number of things by texts that are not written out in them.

    Both forms make one entry of a catalogue, which nobody could put together from two names.
    """
    return [
        f"{file.relative_to(product).as_posix()}:{node.lineno}"
        for file, tree in _trees(product, _COUNTS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and not all(map(_written, _forms_of_a_number(node)))
    ]


def _in_page(file: Path) -> Iterator[tuple[str, ...]]:
    with file.open("rb") as page:
        for _line, _call, texts, _comments in babel_extract(page, ("say", "say_count"), (), {}):
            written = texts if isinstance(texts, tuple) else (texts,)
            forms = tuple(form for form in written if isinstance(form, str))
            if forms:
                yield forms


def updated(language: Language, found: Sequence[Found]) -> Catalog:
    """Give a language's texts: those of the code and no others, translated where they were."""
    before = _read(language)
    fresh = Catalog(
        locale=language.value,
        project="Kitrader",
        version="1",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        header_comment=f"# Kitrader's texts, {language.value}. See docs/languages.md.",
        fuzzy=False,
    )
    for text in found:
        old = before.get(text.key)
        said = old.string if old is not None and not old.fuzzy else ""
        fresh.add(text.key, said, locations=[(text.file, 0)])
    return fresh


def write(language: Language, catalog: Catalog) -> None:
    """Write a language's file."""
    with po_file(language).open("wb") as file:
        write_po(file, catalog, width=_WIDTH, include_lineno=False)


def _read(language: Language) -> Catalog:
    if not po_file(language).exists():
        return Catalog(locale=language.value)
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language.value)


def main() -> None:
    """Bring every language's file up to date, and say what waits for a translation."""
    found = texts_of_the_code()
    for language in TRANSLATIONS:
        catalog = updated(language, found)
        write(language, catalog)
        open_texts = sum(1 for message in catalog if message.id and not _is_said(message.string))
        print(f"{language.value}: {len(catalog)} texts, {open_texts} not translated")  # noqa: T201


def _is_said(said: object) -> bool:
    return all(said) if isinstance(said, tuple) else bool(said)


if __name__ == "__main__":
    main()
