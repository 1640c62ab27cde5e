"""A test of the version before that fails is run again until it is known what it failed by."""

from pathlib import Path

from benchmarks.old_code import Verdict, judge, tell
from tests.builders.old_code import run_its_tests

# Its plugin alone tells the newest schema from its own.
TESTS = """
import sys
from pathlib import Path


def test_that_passes():
    pass


def test_in_a_hurry():
    before = Path("before")
    is_first = not before.exists()
    before.touch()
    assert not is_first


def test_of_what_is_gone():
    assert "newest_schema" not in sys.modules


def test_that_never_passes():
    assert False
"""


def test_what_failed_by_time_is_told_from_what_the_newest_schema_breaks(tmp_path: Path) -> None:
    for name, text in (("pytest.ini", "[pytest]"), ("newest_schema.py", ""), ("test_a.py", TESTS)):
        (tmp_path / name).write_text(text, "utf-8")
    assert run_its_tests(tmp_path, "test_a.py") == 1
    verdicts = judge(tmp_path)
    assert verdicts == {
        "test_a.py::test_in_a_hurry": Verdict.NEIGHBOURS,
        "test_a.py::test_of_what_is_gone": Verdict.SCHEMA,
        "test_a.py::test_that_never_passes": Verdict.OWN,
    }
    assert tell(verdicts) == 1
    assert tell({"test_a.py::test_in_a_hurry": Verdict.NEIGHBOURS}) == 0
