"""Looks for keys in what a process that uses them leaves: memory, cores, /proc."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.vault.keyring import Keyring, keyring_from_folder, write_new_version
from bot.adapters.vault.sealed_key_vault import SealedKeyVault
from tests.builders import key_user
from tests.builders.memory_search import canaries_of, found_in_folder, found_in_process

_ROOT = Path(__file__).resolve().parents[1]
_KEYS, _SAMPLES = 10, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """The names of the secrets that were found in each place; no core where none is written."""

    uses: int
    after: set[str]
    core: set[str] | None
    is_dumped: bool
    told: set[str]
    amid: int
    samples: int
    control: set[str]
    master: bool

    @property
    def is_proved(self) -> bool:
        """Tell whether nothing was found where nothing may be, and the controls were."""
        left = self.after | (self.core or set()) | self.told
        return not left and not self.is_dumped and bool(self.control) and self.master


def remains_of_a_process(folder: Path) -> Remains:
    """Let processes use keys in different ways, and look through each."""
    keys = folder / "keys"
    for version in (1, 2):
        write_new_version(keys, version)
    ring = keyring_from_folder(keys)
    wallets = [SealedKeyVault(ring).create(1000 + number, 1) for number in range(_KEYS)]
    key_user.write_down(keys, wallets)
    wanted = canaries_of(ring, wallets)
    with _user(keys, folder / "sound") as process:
        after = found_in_process(process.pid, wanted)
        master = bool(found_in_process(process.pid, _masters(ring)))
        told = _told(process.pid, wanted)
        core = _core(process, folder / "sound", wanted)
    with _user(keys, folder / "forbidden", "forbid") as process:
        forbidden = _core(process, folder / "forbidden", wanted)
    with _user(keys, folder / "careless", "keep") as process:
        control = found_in_process(process.pid, wanted)
    with _user(keys, folder / "busy", "busy") as process:
        seen = [bool(found_in_process(process.pid, wanted)) for _ in range(_SAMPLES)]
    return Remains(
        uses=_KEYS * key_user.ROUNDS * 2,
        after=after,
        core=core,
        is_dumped=forbidden is not None,
        told=told,
        amid=sum(seen),
        samples=_SAMPLES,
        control=control,
        master=master,
    )


@contextmanager
def _user(keys: Path, folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.builders.key_user", str(keys), str(folder), *words]
    with subprocess.Popen(  # noqa: S603 (our own module)
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"used\n"
        yield process
        process.kill()


def _core(
    process: subprocess.Popen[bytes], folder: Path, wanted: Mapping[str, bytes]
) -> set[str] | None:
    """Give what lies in the core that a signal makes it leave; None if it leaves none."""
    process.send_signal(signal.SIGABRT)
    process.wait()
    return found_in_folder(folder, wanted) if any(folder.iterdir()) else None


def _told(pid: int, wanted: Mapping[str, bytes]) -> set[str]:
    told = b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline"))
    return {name for name, secret in wanted.items() if secret in told}


def _masters(ring: Keyring) -> dict[str, bytes]:
    return {str(version): bytes(ring.key(version).reveal()) for version in ring.versions}
