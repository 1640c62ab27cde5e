"""Takes a revision's SQL apart: its statements, with the words before each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from alembic.migration import MigrationContext
from alembic.operations import Operations

from bot.deployment.contracts import CONTRACT

ARGUED = re.compile(r"--\s*argued: (\S.{10,})")
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<string>'(?:[^']|'')*')"
    r"|(?P<body>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)|(?P<end>;)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement on one line in capitals, its strings and function bodies left out."""

    text: str
    argued: bool
    contract: bool


def statements(script: str) -> Iterator[Statement]:
    """Take a script apart; what a DO block does counts as if it stood there."""
    text, comments, bodies, at = "", "", [], 0
    for token in _TOKEN.finditer(script):
        text += script[at : token.start()]
        at = token.end()
        if token["comment"]:
            comments += token[0] + "\n"
            text += " "
        elif token["string"]:
            text += "''"
        elif token["body"]:
            bodies.append(token[0].strip("$").removeprefix(token["tag"]))
            text += " $$ "
        else:
            yield from _one(text, comments, bodies)
            text, comments, bodies = "", "", []
    yield from _one(text + script[at:], comments, bodies)


def _one(text: str, comments: str, bodies: list[str]) -> Iterator[Statement]:
    line = _capitals(text)
    if not line:
        return
    is_argued, is_contract = bool(ARGUED.search(comments)), bool(CONTRACT.search(comments))
    yield Statement(text=line, argued=is_argued, contract=is_contract)
    if line.startswith("DO "):
        for body in bodies:
            inner = re.sub(r"(?i)\b(BEGIN|DECLARE|THEN|LOOP|ELSE)\b", ";", body)
            yield from statements(f"{comments}{inner}")


def _capitals(text: str) -> str:
    """Put a statement on one line, its words in capitals."""
    return " ".join(text.split()).upper()


class _Recorder:
    """Stands where the driver's connection is, and takes down what it is told."""

    def __init__(self) -> None:
        self.script = ""
        self.connection = self
        self.dbapi_connection = self

    def run_async(self, work: object) -> None:
        """Take what a revision would hand to the driver."""
        assert callable(work)
        step = work(self)
        try:
            step.send(None)
        except StopIteration:
            return
        raise AssertionError("a revision asks the database something: write it as SQL")

    async def execute(self, script: str, *_values: object) -> None:
        """Take a script down."""
        self.script += script.rstrip().rstrip(";") + ";\n"

    def write(self, text: str) -> None:
        """Take down what Alembic wrote for one of its own operations."""
        self.script += text

    def flush(self) -> None:
        """Alembic asks for it."""


def sql_of(revision: ModuleType) -> str:
    """Give all SQL that a revision's `upgrade` would run, by running it on nothing."""
    recorder = _Recorder()
    context = MigrationContext.configure(
        dialect_name="postgresql", opts={"as_sql": True, "output_buffer": recorder}
    )
    context.impl.connection = recorder  # type: ignore[assignment] # what op.get_bind() gives
    with Operations.context(context):
        revision.upgrade()
    return recorder.script
