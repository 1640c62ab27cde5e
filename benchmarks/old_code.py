"""Runs the tests of the version before, with its code, on the newest schema.

    .venv/bin/python -m benchmarks.old_code [COMMIT] [TESTS ...]

COMMIT is the one before the newest revision where none is given. What of it asks for the schema
itself (`test_migrations.py`, `test_distribution.py` and the like) is left out.

A test that fails is run once more alone, and if it fails again, alone on the schema that its code
was written for: only what passes there is held against the newest schema.
"""

import argparse
import sys
import tempfile
from enum import StrEnum
from pathlib import Path

from tests.builders.old_code import (
    ROOT,
    before_the_last_migration,
    failed_tests,
    lay_out,
    run_its_tests,
)

TESTS = ("tests/adapters", "tests/journeys/test_orders_in_chat.py",
         "tests/journeys/test_exactly_once.py", "tests/journeys/test_live_trading.py")  # fmt: skip
DATA = ROOT.parent / "shared"  # genuine accounts, which tests look for beside their checkout
OF_THE_SCHEMA = ("migrations", "candles_upgrade", "audit_chain", "distribution", "old_code_books")
# Whole tracebacks of a test that ran out of time have broken pytest itself.
HOW = ("--tb=native", "-rf")
PASSED, FAILED = 0, 1


class Verdict(StrEnum):
    """What a test's failure on the newest schema was due to."""

    NEIGHBOURS = "passes alone: time, or what ran before it"
    OWN = "fails on its own schema too: proves nothing of the newest"
    SCHEMA = "INCOMPATIBLE: fails alone, and passes on its own schema"


def main() -> int:
    """Lay the old code out, run its tests and judge each that failed; 0 where none still fails."""
    asked = argparse.ArgumentParser(description="The version before, on the newest schema.")
    asked.add_argument("commit", nargs="?", help="which code (before the newest migration)")
    asked.add_argument("tests", nargs="*", default=TESTS)
    words = asked.parse_args()
    with tempfile.TemporaryDirectory() as around:
        folder = Path(around) / "code"
        (folder.parent / DATA.name).symlink_to(DATA)
        lay_out(words.commit or before_the_last_migration(), folder)
        left_out = (f"--ignore-glob=*test_{name}.py" for name in OF_THE_SCHEMA)
        ended = run_its_tests(folder, *words.tests, *left_out, *HOW)
        if ended not in {PASSED, FAILED}:
            print(f"cut off: pytest ended with {ended}, so what it did not reach is not known")
            return ended
        return tell(judge(folder))


def judge(folder: Path) -> dict[str, Verdict]:
    """Run each test that failed in a folder alone, and say what its failure was due to."""
    return {test: _judged(folder, test) for test in failed_tests(folder)}


def tell(verdicts: dict[str, Verdict]) -> int:
    """Print what became of each failed test; gives 0 where all of them passed alone."""
    print(f"\n{len(verdicts)} failed; each run once more alone:" if verdicts else "\nall passed")
    for test, verdict in verdicts.items():
        print(f"  {test}: {verdict.value}")
    return int(any(verdict is not Verdict.NEIGHBOURS for verdict in verdicts.values()))


def _judged(folder: Path, test: str) -> Verdict:
    if run_its_tests(folder, test, *HOW) == PASSED:
        return Verdict.NEIGHBOURS
    if run_its_tests(folder, test, *HOW, on_newest=False) == PASSED:
        return Verdict.SCHEMA
    return Verdict.OWN


if __name__ == "__main__":
    sys.exit(main())
