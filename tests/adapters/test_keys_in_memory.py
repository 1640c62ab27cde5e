"""A process that used wallets' keys has none of them in its memory, and may not be dumped."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.vault.keyring import keyring_from_folder, write_new_version
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from tests.builders import key_user
from tests.builders.memory_search import canaries_of, found_in_process

ROOT = Path(__file__).parents[2]
FORBIDDING = """
import resource
from pathlib import Path
from bot.adapters.vault.no_dumps import forbid_dumps
print(forbid_dumps(), resource.getrlimit(resource.RLIMIT_CORE))
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


def left_behind(folder: Path, *words: str) -> set[str]:
    """Give what lies in the memory of a process that used three keys."""
    for version in (1, 2):
        write_new_version(folder, version)
    ring = keyring_from_folder(folder)
    keys = [SealedKeyVault(ring).create(1000 + number, 1) for number in range(3)]
    key_user.write_down(folder, keys)
    command = [sys.executable, "-m", "tests.builders.key_user", str(folder), str(folder), *words]
    with subprocess.Popen(  # noqa: S603 (our own module)
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"used\n"
        return found_in_process(process.pid, canaries_of(ring, keys))


def test_no_key_is_left_in_memory_once_used(tmp_path: Path) -> None:
    assert left_behind(tmp_path) == set()


def test_a_key_that_is_kept_would_be_found(tmp_path: Path) -> None:
    assert "1000/1 seed" in left_behind(tmp_path, "keep")


def test_a_process_can_forbid_that_it_is_dumped() -> None:
    said = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", FORBIDDING], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    assert said == "True (0, 0)\n"
