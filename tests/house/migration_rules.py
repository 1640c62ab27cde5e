"""Which statements of a migration the code of the version before could not live with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.house.migration_statements import Statement, statements

_WIDE = r"(?:TEXT|BIGINT|NUMERIC|JSONB)\b(?!\s*\()"
_NAME = r'(?:ONLY\s+|IF\s+(?:NOT\s+)?EXISTS\s+)*"?(\w+)"?'
_WORDS = r"(?:[^,(]|\([^()]*\))*"
_NEEDED_COLUMN = (
    r"\bADD\s+(?:COLUMN\s+)?(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE|VALUE)"
    r"(?:IF NOT EXISTS\s+)?\w+\s+(?:(?!\bDEFAULT\b|\bGENERATED\b)[^,(]|\([^()]*\))*"
    rf"\bNOT\s+NULL\b(?!{_WORDS}\b(?:DEFAULT|GENERATED)\b)"
)
_CONTRACTS: Sequence[tuple[str, str]] = (
    (r"\bDROP\s+(?:TABLE|VIEW|MATERIALIZED VIEW|TYPE|SCHEMA|SEQUENCE)\b", "takes a table away"),
    (r"\bDROP\s+(?:FUNCTION|PROCEDURE|AGGREGATE)\b", "takes a function away"),
    (r"\bDROP\s+COLUMN\b", "takes a column away"),
    (r"^ALTER TABLE\b.*\bDROP\s+(?!COLUMN|CONSTRAINT|NOT NULL|DEFAULT|EXPRESSION|IDENTITY)\w",
     "takes a column away"),
    (r"\bRENAME\b", "renames what old code calls by its name"),
    (r"\bSET\s+NOT\s+NULL\b", "refuses what old code may leave empty"),
    (r"\bALTER\s+(?:COLUMN\s+)?\w+\s+DROP\s+(?:DEFAULT|IDENTITY|EXPRESSION)\b",
     "takes away a default that old code relies on"),
    (rf"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\s+(?!{_WIDE})", "narrows a type"),
    (r"^TRUNCATE\b", "empties a table"),
    (_NEEDED_COLUMN, "asks old code for a column that it does not know"),
)  # fmt: skip
_LOCKS: Sequence[tuple[str, str]] = (
    (rf"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\s+{_WIDE}", "may write a table anew"),
    (rf"\bADD\s+(?:COLUMN\s+)?{_WORDS}\bGENERATED\b", "writes a table anew"),
    (r"\bDEFAULT\s+(?:\w*RANDOM\w*|CLOCK_TIMESTAMP|NEXTVAL)\s*\(",
     "writes a table anew"),
    (r"\bADD\s+CONSTRAINT\s+\w+\s+(?:UNIQUE|PRIMARY|EXCLUDE)\b(?!.*USING INDEX)",
     "makes an index under a lock"),
    (r"^LOCK\b", "locks a table"),
    (r"^(?:CLUSTER|VACUUM FULL|REINDEX(?!.*CONCURRENTLY))\b", "locks a table"),
    (r"^(?:UPDATE|DELETE)\b", "touches many rows in one transaction"),
    (r"\bDROP\s+CONSTRAINT\b", "takes a check away: is what comes in its place wider?"),
    (r"^DROP\s+(?:INDEX|TRIGGER)\b", "takes away what old code may rely on"),
    (r"^REVOKE\b", "takes a right away"),
)  # fmt: skip
_CONSTRAINT = re.compile(
    r"\bADD\s+CONSTRAINT\s+(\w+)\s+(?:CHECK|FOREIGN KEY)\b((?:(?!\bADD\b|\bDROP\b).)*)"
)
_INLINE = re.compile(rf"\bADD\s+COLUMN\s+{_WORDS}\b(?:CHECK|REFERENCES)\b")
_INDEX = re.compile(r"^CREATE\s+(UNIQUE\s+)?INDEX\s+(CONCURRENTLY\s+)?.*?\bON\s+" + _NAME)
_CREATED = re.compile(r"^CREATE\s+(?:UNLOGGED\s+)?TABLE\s+" + _NAME)
_VALIDATED = re.compile(r"\bVALIDATE\s+CONSTRAINT\s+(\w+)")
_ON_TABLE = re.compile(
    r"^(?:ALTER TABLE|UPDATE|DELETE FROM|TRUNCATE(?: TABLE)?|LOCK TABLE"
    r"|REVOKE\b.*?\bON(?: TABLE)?)\s+" + _NAME
)
CONCURRENTLY_FIRST = "its module's CONCURRENTLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a revision: the statement's begin, and why."""

    statement: str
    why: str


def faults_of(script: str, built_before: Sequence[str] = ()) -> list[Fault]:
    """Judge all SQL of a revision; `built_before` names its indexes that are made concurrently.

    A statement about a table that the revision itself made is nobody's yet, and passes.
    """
    found = list(statements(script))
    new = {made[1].lower() for one in found if (made := _CREATED.match(one.text))}
    unchecked = {name for one in found for name in _added_unchecked(one.text)}
    faults = []
    for one in found:
        whys = [*_about(one, new, built_before), *_validated_at_once(one, unchecked)]
        faults += [Fault(statement=one.text[:90], why=why) for why in whys]
    return faults


def _about(one: Statement, new: set[str], built_before: Sequence[str]) -> Iterator[str]:
    table = _ON_TABLE.match(one.text)
    if table and table[1].lower() in new:
        return
    if not one.contract:
        yield from (f"contract: {why}" for rule, why in _CONTRACTS if re.search(rule, one.text))
    if not one.argued and not one.contract:
        yield from (f"argue: {why}" for rule, why in _LOCKS if re.search(rule, one.text))
        yield from _checks(one.text)
        yield from _indexes(one.text, new, built_before)


def _checks(text: str) -> Iterator[str]:
    for name, body in _CONSTRAINT.findall(text):
        if not re.search(r"\bNOT VALID\b", body):
            yield f"argue: {name} reads the whole table under a lock; make it NOT VALID"
    if _INLINE.search(text):
        yield "argue: a check within ADD COLUMN reads the whole table; make it NOT VALID"


def _added_unchecked(text: str) -> Iterator[str]:
    yield from (name for name, body in _CONSTRAINT.findall(text) if "NOT VALID" in body)


def _validated_at_once(one: Statement, unchecked: set[str]) -> Iterator[str]:
    for name in _VALIDATED.findall(one.text):
        if name in unchecked:
            yield f"{name} is validated under the lock that adds it; do so in the next revision"


def _indexes(text: str, new: set[str], built_before: Sequence[str]) -> Iterator[str]:
    index = _INDEX.match(text)
    if index is None or index[3].lower() in new:
        return
    if not any(re.search(rf"\b{name}\b", text, re.IGNORECASE) for name in built_before):
        yield f"argue: an index on {index[3]} keeps writers out; name it in {CONCURRENTLY_FIRST}"
    elif "IF NOT EXISTS" not in text:
        yield "the index is made before: write IF NOT EXISTS"
    if index[1]:
        yield "argue: a unique index may refuse what old code writes"
