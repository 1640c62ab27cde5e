"""The launcher makes its environment once, tells people what is wrong and stays out of the way."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Makes an "environment" that holds only itself and notes what pip was asked; all else is real.
FAKE_PYTHON = """#!/bin/sh
case "$*" in
    *"-m venv"*)
        for folder; do :; done
        mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python"
        echo venv >>"{notes}" ;;
    *"-m pip install"*)
        for file; do :; done
        echo "install ${{file##*/}} ${{PIP_INDEX_URL-}}" >>"{notes}"
        echo "${{FAKE_PIP_WORDS-}}"
        sleep "${{FAKE_PIP_SECONDS-0}}"
        exit "${{FAKE_PIP_EXIT-0}}" ;;
    *) exec "{python}" "$@" ;;
esac
"""
OLD_PYTHON = """#!/bin/sh
case "$*" in *sys.exit*) exit 3 ;; *) echo 3.9.2 ;; esac
"""
BOT = """
import json, os, sys
print(json.dumps([sys.argv[1:], os.getcwd()]))
sys.exit(int(os.environ.get("BOT_EXIT", "0")))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clone:
    """A copy of the launcher with a bot that only says how it was called."""

    folder: Path
    notes: Path
    environment: dict[str, str]

    def command(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run the launcher as a person would."""
        return self.run(self.folder / "kitrader", *arguments, cwd=self.folder, **extra)

    def run(self, *words: str | Path, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the environment of the clone."""
        return subprocess.run(  # noqa: S603 - the launcher under test
            words,
            cwd=cwd,
            env={**self.environment, **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def noted(self) -> list[str]:
        """List what the fake Python was asked to make and install, in order."""
        if not self.notes.exists():
            return []
        return [line.strip() for line in self.notes.read_text(encoding="utf-8").splitlines()]


def _program(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """Lay out a clone in a folder whose name has a space."""
    folder = tmp_path / "a clone"
    (folder / "bot").mkdir(parents=True)
    shutil.copy2(ROOT / "kitrader", folder)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (folder / name).write_text("one==1\n", encoding="utf-8")
    (folder / "bot" / "__init__.py").touch()
    (folder / "bot" / "__main__.py").write_text(BOT, encoding="utf-8")
    notes = tmp_path / "notes"
    python = FAKE_PYTHON.format(notes=notes, python=sys.executable)
    fake = _program(tmp_path / "python", python)
    environment = {"PATH": os.environ["PATH"], "HOME": "", "KITRADER_PYTHON": str(fake)}
    return Clone(folder=folder, notes=notes, environment=environment)


def test_first_start_installs_and_the_next_is_silent(clone: Clone) -> None:
    first = clone.command()
    second = clone.command()
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert clone.noted() == ["venv", "install requirements.txt"]
    assert "installing the 1 packages of requirements.txt" in first.stderr
    assert second.stderr == ""


def test_changed_lock_file_installs_again_without_a_new_environment(clone: Clone) -> None:
    clone.command()
    (clone.folder / "requirements.txt").write_text("one==2\n", encoding="utf-8")
    clone.command()
    assert clone.noted() == ["venv", "install requirements.txt", "install requirements.txt"]


def test_arguments_folder_and_exit_code_pass_through(clone: Clone, tmp_path: Path) -> None:
    launcher = clone.folder / "kitrader"
    run = clone.run(launcher, "decode", "a b", "", "*", cwd=tmp_path, BOT_EXIT="7")
    assert run.stdout == f'[["decode", "a b", "", "*"], "{tmp_path}"]\n'
    assert run.returncode == 7


def test_it_finds_itself_through_links(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "far").symlink_to(Path("..") / clone.folder.name / "kitrader")
    (tmp_path / "near").symlink_to(tmp_path / "links" / "far")
    assert clone.run("./near", "run", cwd=tmp_path).stdout == f'[["run"], "{tmp_path}"]\n'


def test_stray_bot_in_the_current_folder_does_not_run(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__main__.py").write_text("print('intruder')", encoding="utf-8")
    assert "intruder" not in clone.run(clone.folder / "kitrader", cwd=tmp_path).stdout


def test_install_cut_short_is_made_anew(clone: Clone) -> None:
    clone.command()
    (clone.folder / ".venv" / ".unfinished").touch()
    assert clone.command().returncode == 0
    assert clone.noted() == ["venv", "install requirements.txt"] * 2


def test_silent_index_is_said_in_one_sentence_and_tried_again(clone: Clone) -> None:
    words = "ERROR: No matching distribution found for one==1"
    run = clone.command(FAKE_PIP_EXIT="1", FAKE_PIP_WORDS=words)
    assert run.returncode == 1
    assert run.stdout == ""
    assert "no package index answered" in run.stderr
    assert clone.command().returncode == 0
    assert clone.noted() == ["venv", "install requirements.txt", "install requirements.txt"]


def test_package_that_differs_from_its_hash_is_named_so(clone: Clone) -> None:
    words = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE."
    run = clone.command(FAKE_PIP_EXIT="1", FAKE_PIP_WORDS=words)
    assert run.returncode == 1
    assert "differs from the one that was locked" in run.stderr


def test_two_starts_at_once_install_once(clone: Clone) -> None:
    with subprocess.Popen(  # noqa: S603 - the launcher under test
        [clone.folder / "kitrader"],
        env={**clone.environment, "FAKE_PIP_SECONDS": "0.5"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stderr is not None
        assert "making .venv" in first.stderr.readline()
        second = clone.command()
        first.stderr.read()
    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    assert "waiting for another start" in second.stderr
    assert clone.noted() == ["venv", "install requirements.txt"]


def test_test_command_adds_the_tools_and_runs_pytest_at_the_root(
    clone: Clone, tmp_path: Path
) -> None:
    (clone.folder / "test_one.py").write_text("def test_one(): pass", encoding="utf-8")
    run = clone.run(
        clone.folder / "kitrader", "test", "-q", "-k", "one", "test_one.py", cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    assert "1 passed" in run.stdout
    assert clone.noted() == ["venv", "install requirements.txt", "install requirements-dev.txt"]


def test_failing_suite_fails_the_command(clone: Clone) -> None:
    (clone.folder / "test_one.py").write_text("def test_one(): assert 0", encoding="utf-8")
    assert clone.command("test", "test_one.py").returncode == 1


def test_settings_of_pip_reach_it(clone: Clone) -> None:
    clone.command(PIP_INDEX_URL="mirror")
    assert clone.noted() == ["venv", "install requirements.txt mirror"]


def test_old_python_is_refused_by_its_version(clone: Clone, tmp_path: Path) -> None:
    old = _program(tmp_path / "old", OLD_PYTHON)
    run = clone.command(KITRADER_PYTHON=str(old))
    assert run.returncode == 1
    assert "Python 3.11 or newer is needed" in run.stderr
    assert "3.9.2" in run.stderr
    assert not (clone.folder / ".venv").exists()


def test_missing_python_gets_a_clear_word(clone: Clone, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cat", "cksum", "grep"):
        (tools / name).symlink_to(str(shutil.which(name)))
    run = clone.command(PATH=str(tools), KITRADER_PYTHON="")
    assert run.returncode == 1
    assert run.stderr == (
        "kitrader: no Python found. Install Python 3.11 or newer, or name it in KITRADER_PYTHON.\n"
    )


@pytest.mark.parametrize(
    "name", ["kitrader", ".ci/run", "requirements.txt", "requirements-dev.txt"]
)
def test_no_file_of_the_install_names_an_index(name: str) -> None:
    content = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links", content)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    content = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in content.splitlines() if line[:1].isalnum()]
    assert pins
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
