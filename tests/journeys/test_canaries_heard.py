"""A canary that sings anywhere ends the run that looks for them."""

from typing import Literal

import pytest

from tests import conftest
from tests.builders import canaries

LEAK = f"Authorization: bot1234567:{canaries.TOKEN_SECRET}"


def report(longrepr: str | None, **sections: str) -> pytest.TestReport:
    outcome: Literal["passed", "failed"] = "failed" if longrepr else "passed"
    return pytest.TestReport(
        nodeid="tests/test_one.py::test_one",
        location=("tests/test_one.py", 1, "test_one"),
        keywords={},
        outcome=outcome,
        longrepr=longrepr,
        when="call",
        sections=[(name.replace("_", " "), text) for name, text in sections.items()],
    )


@pytest.mark.parametrize(
    "leaking",
    [
        report(None, Captured_stdout_call=LEAK),
        report(None, Captured_log_call=LEAK),
        report(f"AssertionError: {LEAK}"),
    ],
    ids=["output", "log", "exception"],
)
def test_a_test_that_leaks_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, leaking: pytest.TestReport
) -> None:
    monkeypatch.setattr(canaries, "ARE_OUT", True)
    with pytest.raises(pytest.exit.Exception, match=r"canaries sing in tests/test_one\.py"):
        conftest.pytest_runtest_logreport(leaking)


def test_a_test_that_says_nothing_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canaries, "ARE_OUT", True)
    conftest.pytest_runtest_logreport(report(None, Captured_log_call="Authorization: hidden"))
