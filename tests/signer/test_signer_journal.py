"""The journal keeps what it was told, says where it was changed, and has one owner."""

import resource
import signal
from pathlib import Path

import pytest

from bot.signer.journal import Journal, JournalDamaged, JournalFailed

LINES = [{"number": number, "text": "x" * number} for number in range(5)]


def filled(path: Path) -> bytes:
    with Journal(path) as journal:
        assert list(journal.lines()) == []
        for line in LINES:
            journal.add(line)
    return path.read_bytes()


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path)
    with Journal(path) as journal:
        assert list(journal.lines()) == LINES
        journal.add({"number": 5})
    with Journal(path) as journal:
        assert list(journal.lines()) == [*LINES, {"number": 5}]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_line_cut_off_at_the_end_is_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = filled(path)
    last = whole.rindex(b"\n", 0, -1) + 1
    for end in range(last + 1, len(whole), 9):
        path.write_bytes(whole[:end])
        with Journal(path) as journal:
            assert list(journal.lines()) == LINES[:-1]
            journal.add(LINES[-1])
        assert path.read_bytes() == whole


def test_any_other_change_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    whole = filled(path)
    lines = whole.splitlines(keepends=True)
    damaged = [
        b"".join([*lines[:2], *lines[3:]]),
        b"".join([lines[1], lines[0], *lines[2:]]),
        b"".join(lines[1:]),
        b"\n" + whole,
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(0, len(whole), 31)),
    ]
    for content in damaged:
        if not content.endswith(b"\n"):
            continue
        path.write_bytes(content)
        with Journal(path) as journal, pytest.raises(JournalDamaged):
            list(journal.lines())


def test_a_second_signer_does_not_get_it(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path), pytest.raises(JournalDamaged, match="another signer"):
        Journal(path)
    with Journal(path) as journal:
        assert list(journal.lines()) == []


def test_a_line_that_does_not_fit_is_not_added_and_none_after_it(tmp_path: Path) -> None:
    """The kernel's limit for a file stands for a disk that is full in the middle of a line."""
    path = tmp_path / "journal"
    length = len(filled(path))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    was = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Journal(path) as journal:
        assert list(journal.lines()) == LINES
        resource.setrlimit(resource.RLIMIT_FSIZE, (length + 20, before[1]))
        try:
            for _ in range(2):
                with pytest.raises(JournalFailed):
                    journal.add({"number": 5})
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, was)
        with pytest.raises(JournalFailed, match="start the signer again"):
            journal.add({"number": 5})
    assert path.stat().st_size == length + 20
    with Journal(path) as journal:
        assert list(journal.lines()) == LINES
        journal.add({"number": 5})
