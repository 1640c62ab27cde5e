"""The code of the version before, laid out in a folder, with its tests on the newest schema."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from bot.deployment.sources import extract

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("bot", "migrations", "tests", "docs", "alembic.ini", "pyproject.toml")

# Loaded before the old tests' own fixtures: where these migrate, the newest code does. Then the
# database is told that it stands where the old code believes, so that it asks no further.
PLUGIN = '''
import subprocess
import sys

import asyncpg

import bot.adapters.database.migrate as migrating

of_old = migrating.migrate
NEWEST = """
import asyncio, sys
from bot.adapters.database.migrate import migrate
print(asyncio.run(migrate(sys.argv[1])))
"""


async def migrate(dsn, *, to="head"):
    if to != "head":
        return await of_old(dsn, to=to)
    before, known = await migrating.schema_state(dsn)
    if before == known:
        # A bot's own start, on a database that its test has brought there already.
        return known
    words = [sys.executable, "-c", NEWEST, dsn]
    told = subprocess.run(words, cwd={root!r}, env={{"PYTHONPATH": {root!r}}}, check=True,
                          capture_output=True, text=True)
    assert told.stdout.strip() != known, "the old code has the newest schema already"
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"UPDATE alembic_version SET version_num = '{{known}}'")
    await connection.close()
    return known


migrating.migrate = migrate
'''


def _git(*words: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    ran = subprocess.run(  # noqa: S603 - git itself, on our own folder
        [git, "-c", f"safe.directory={ROOT}", *words], cwd=ROOT, capture_output=True, check=False
    )
    if ran.returncode:
        pytest.skip("the history does not reach back to the last migration")
    return ran.stdout


def before_the_last_migration() -> str:
    """Name the commit before the newest revision came; skips where none is known."""
    newest = _git("log", "-1", "--diff-filter=A", "--format=%H", "--", "migrations/versions")
    if not newest.strip():
        pytest.skip("this history has no migration")
    return _git("rev-parse", "--verify", f"{newest.decode().strip()}^").decode().strip()


def lay_out(commit: str, folder: Path) -> None:
    """Put the code of a commit into a folder, with the plugin that keeps its schema the newest."""
    archive = _git("archive", commit, "--", *PARTS)
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        extract(packed, folder)
    (folder / "newest_schema.py").write_text(PLUGIN.format(root=str(ROOT)), "utf-8")


def run_its_tests(folder: Path, *words: str, on_newest: bool = True) -> int:
    """Run tests of the old code on the newest schema, or on its own; gives pytest's exit code.

    What pytest says goes where our own output goes.
    """
    plugin = ("-p", "newest_schema") if on_newest else ()
    told = _run(folder, "-m", "pytest", *plugin, "-n", "0", *words, is_kept=False)
    return told.returncode


def failed_tests(folder: Path) -> list[str]:
    """Name the tests that failed in the last run of a folder's tests."""
    kept = folder / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return list(json.loads(kept.read_text("utf-8"))) if kept.exists() else []


def run_its(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the old code, and keep what it says."""
    return _run(folder, *words, is_kept=True)


def _run(folder: Path, *words: str, is_kept: bool) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own code of an earlier day
        [sys.executable, "-P", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
        capture_output=is_kept,
        text=True,
        check=False,
    )
