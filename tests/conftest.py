"""How the suite runs: shared out among workers, who compile nothing twice; canaries or none."""

import gc
import os
import subprocess
import sys
from importlib import import_module

import pytest

from tests.builders import canaries
from tests.builders.memory_folder import sweep_memory

_MOST_WORKERS = 4
_NEW_OBJECTS = 20_000
"""So many are made before a look for garbage; a bot that starts in a test sets the same."""

# Else each worker and each process that a test starts would compile the whole project again.
sys.dont_write_bytecode = False


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Share the whole suite among the processors; what is named by a path runs in one process.

    A worker takes ten seconds to begin, and nobody can look into it while it runs. There is one
    more than processors: a quarter of the time a test waits for a process or a server.
    """
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    processors = os.cpu_count() or 1
    return min(processors + 1, _MOST_WORKERS) if is_whole and processors > 1 else 0


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures where tests run, and log everything where canaries are out."""
    if config.getoption("dist") == "no" or config.getoption("collectonly"):
        gc.disable()
        config.pluginmanager.register(import_module("tests.fixtures"))
    else:
        # If it fails, workers compile for themselves.
        words = [sys.executable, "-m", "tests.builders.compiled_ahead"]
        subprocess.run(words, cwd=config.rootpath, check=False)  # noqa: S603 (our own module)
    if canaries.ARE_OUT:
        canaries.log_everything()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, but not among the modules and tests, which are none.

    To walk the millions of objects of those again and again takes a fifth of a worker's start, and
    each bot that is started in a test walks them all once more. The syntax trees of the product,
    which tests of our own rules keep, took as long to walk as to read while each 700 objects did.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Fail the run where a canary sings in what a test wrote, logged or raised."""
    if not canaries.ARE_OUT:
        return
    texts = [report.longreprtext, *(text for _, text in report.sections)]
    if heard := canaries.heard_in(texts):
        pytest.exit(f"canaries sing in {report.nodeid}: {sorted(heard)}", returncode=1)


def pytest_unconfigure() -> None:
    """Leave nothing in memory, not even of a worker that did not end by itself."""
    sweep_memory()
