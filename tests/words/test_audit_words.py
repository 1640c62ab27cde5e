"""Every kind of row that is written to the audit log has words of its own, in a list and a page."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.audit import AuditEntry
from bot.services.audit import AuditPage
from bot.telegram.screens import audit as screens
from bot.web.figures import action_words
from bot.words.audit_words import AUDIT_SENTENCES, AUDIT_TITLES

ROOT = Path(__file__).parents[2]
WRITTEN = re.compile(r"INTO audit_log\b(.*?);", re.DOTALL)
DOTTED = re.compile(r"'([a-z_]+\.[a-z_]+)'")
PLAIN = re.compile(r"(?:VALUES\s*\(|SELECT\s+)[\w.]+,\s*[\w.]+,\s*'([a-z_]+)'")
NAME = re.compile(r"[a-z_]+\.[a-z_]+")
QUOTED = re.compile(r"""["'][a-z_]+\.[a-z_]+["']""")
WRITERS = {"audit", "execute", "NewEntry", "_kept"}


def in_sql() -> Iterator[str]:
    for file in (ROOT / "migrations" / "sql").glob("*.sql"):
        for statement in WRITTEN.findall(file.read_text("utf-8")):
            yield from DOTTED.findall(statement)
            yield from PLAIN.findall(statement)


def in_code() -> Iterator[str]:
    """The names that are handed to what writes a row, and those that `services/audit.py` holds."""
    for folder in ("adapters/database", "services"):
        for file in (ROOT / "bot" / folder).glob("*.py"):
            source = file.read_text("utf-8")
            # To parse all of them takes every worker a second.
            for node in ast.walk(ast.parse(source)) if QUOTED.search(source) else ():
                if isinstance(node, ast.Call) and _name(node.func) in WRITERS:
                    yield from _literals(node)
                if isinstance(node, ast.Assign) and file.name == "audit.py":
                    yield from _literals(node.value)


def _name(called: ast.expr) -> str:
    return getattr(called, "id", "") or getattr(called, "attr", "")


def _literals(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from NAME.findall(part.value) if NAME.fullmatch(part.value) else ()


WRITTEN_ACTIONS = frozenset(in_sql()) | frozenset(in_code())


def test_the_actions_are_found_where_they_are_written() -> None:
    found = {"season_started", "approval.given", "staff.looked", "factor.set", "group.set_up"}
    assert found <= WRITTEN_ACTIONS
    assert len(WRITTEN_ACTIONS) > 35


def test_every_action_has_words_and_no_words_are_of_none() -> None:
    assert set(AUDIT_SENTENCES) == WRITTEN_ACTIONS
    assert set(AUDIT_TITLES) == WRITTEN_ACTIONS
    assert len(set(AUDIT_SENTENCES.values())) >= len(AUDIT_SENTENCES) - 1


@pytest.mark.parametrize("action", sorted(WRITTEN_ACTIONS))
def test_no_row_is_shown_by_the_bare_name_of_its_action(action: str) -> None:
    entry = AuditEntry(
        audit_id=1,
        user_id=7,
        actor_id=8,
        action=action,
        details={},
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    view = AuditPage(entries=(entry,), names={}, person=7, word="", older=False)
    (line,) = screens.looks(view)
    assert action not in line.render()[0]
    assert action_words(action) != action.replace(".", " ").replace("_", " ")
