"""Runs the tests of the version before, with its code, on the newest schema.

    .venv/bin/python -m benchmarks.old_code [COMMIT] [TESTS ...]

COMMIT is the one before the newest revision where none is given. What of it asks for the schema
itself (`test_migrations.py`, `test_candles_upgrade.py`) is left out.
"""

import sys
import tempfile
from pathlib import Path

from tests.builders.old_code import before_the_last_migration, lay_out, run_its_tests

TESTS = ("tests/adapters", "tests/journeys/test_orders_in_chat.py",
         "tests/journeys/test_exactly_once.py", "tests/journeys/test_live_trading.py")  # fmt: skip
OF_THE_SCHEMA = ("migrations", "candles_upgrade", "audit_chain")


def main(words: list[str]) -> int:
    """Lay the old code out and run its tests; gives pytest's exit code."""
    commit = words[0] if words else before_the_last_migration()
    tests = words[1:] or TESTS
    with tempfile.TemporaryDirectory() as folder:
        lay_out(commit, Path(folder))
        left_out = (f"--ignore-glob=*test_{name}.py" for name in OF_THE_SCHEMA)
        # Whole tracebacks of a test that ran out of time have broken pytest itself.
        ran = run_its_tests(Path(folder), *tests, *left_out, "--tb=native", "-rf")
    print(ran.stdout, ran.stderr, sep="\n")
    return ran.returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
