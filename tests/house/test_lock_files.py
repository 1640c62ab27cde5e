"""Lock files pin every package by version and hash, and name no index."""

import re
import tomllib

import pytest

from tests.house.project import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt")
PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PLACE = re.compile(r"://|--index|--extra-index|--find-links|--trusted|^-[if]\b|@ ", re.MULTILINE)


def requirements(text: str) -> list[str]:
    """Each requirement with its hashes as one line, comments left out."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\s*\n\s*", " ", "\n".join(lines))
    return [line for line in joined.splitlines() if line.strip()]


def is_locked(requirement: str) -> bool:
    return bool(PINNED.match(requirement) and HASH.search(requirement))


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    matches = (PINNED.match(line) for line in requirements(text))
    return {normal(match[1]): match[2] for match in matches if match}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_a_version_and_a_hash(lock: str) -> None:
    found = requirements((ROOT / lock).read_text("utf-8"))
    assert found
    assert [line[:60] for line in found if not is_locked(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_index_is_named(lock: str) -> None:
    assert PLACE.findall((ROOT / lock).read_text("utf-8")) == []


def test_both_lock_files_agree() -> None:
    run, develop = pinned(LOCKS[0]), pinned(LOCKS[1])
    assert {name: version for name, version in run.items() if develop.get(name) != version} == {}


def test_what_the_project_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = ((LOCKS[0], project["dependencies"]),
              (LOCKS[1], project["optional-dependencies"]["dev"]))  # fmt: skip
    for lock, names in wanted:
        locked = pinned(lock)
        for requirement in names:
            match = re.match(r"([\w.-]+)(?:\[\w+\])?(?:==(\S+))?", requirement)
            assert match is not None
            version = locked.get(normal(match[1]))
            assert version is not None, f"{requirement} is not in {lock}"
            assert match[2] in (None, version)


@pytest.mark.parametrize(
    "line", ["aiohttp==3.0", "aiohttp>=3 --hash=sha256:" + "0" * 64, "./wheel.whl"]
)
def test_a_loose_requirement_would_be_found(line: str) -> None:
    assert not is_locked(line)
