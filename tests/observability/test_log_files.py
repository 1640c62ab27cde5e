"""Log files by component, rotated, kept for days; no disk stops or slows the bot."""

import json
import logging
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

import pytest
import structlog

from bot.observability import log_files
from bot.observability.components import component_of
from bot.observability.instruments import LOG_LINES
from bot.observability.log_file import LogFile, LogRules
from bot.observability.logging import set_up_logging

NOW = 1_800_000_000.0
A_DAY = 86_400


@pytest.fixture(autouse=True)
def quiet_afterwards() -> Iterator[None]:
    before = logging.getLogger().handlers
    yield
    for handler in logging.getLogger().handlers:
        if handler not in before:
            handler.close()
    logging.getLogger().handlers = before
    structlog.reset_defaults()


def flush() -> None:
    for handler in logging.getLogger().handlers:
        handler.flush()


def events(file: Path) -> list[str]:
    return [json.loads(line)["event"] for line in file.read_text("utf-8").splitlines()]


def until_written(file: Path, event: str) -> None:
    """Log until a line comes through; fails after twenty seconds."""
    until = monotonic() + 20
    while not file.is_file() or event not in file.read_text("utf-8"):
        assert monotonic() < until
        sleep(0.02)
        logging.getLogger("bot.telegram.sender").warning(event)
        flush()


@pytest.mark.parametrize(
    ("logger", "component"),
    [
        ("bot.telegram.sender", "telegram"),
        ("bot.web.guarding", "web"),
        ("bot.adapters.solana.rpc_pool", "prices"),
        ("bot.adapters.solana.chain_sending", "live"),
        ("bot.services.live_orders", "live"),
        ("bot.services.trading", "trading"),
        ("bot.adapters.database.books", "trading"),
        ("bot.adapters.database.mail", "database"),
        ("bot.jobs.schedule", "jobs"),
        ("bot.bootstrap.running", "kitrader"),
        ("some.library", "kitrader"),
        ("root", "kitrader"),
    ],
)
def test_a_logger_speaks_for_one_component(logger: str, component: str) -> None:
    assert component_of(logger) == component


def test_each_line_is_in_the_file_of_its_component_and_in_no_other(tmp_path: Path) -> None:
    set_up_logging(level="INFO", folder=tmp_path / "new", to_stderr=False)
    structlog.get_logger("bot.telegram.guard").info("heard")
    structlog.get_logger("bot.services.trading").info("filled")
    logging.getLogger("library").warning("half \ud800 a character")
    flush()
    found = {file.name: events(file) for file in (tmp_path / "new").iterdir()}
    assert found.pop("kitrader.log")[0].startswith("half ")
    assert found == {"telegram.log": ["heard"], "trading.log": ["filled"]}


def test_a_full_file_is_rotated_between_lines_and_old_ones_go(tmp_path: Path) -> None:
    rules, line = LogRules(size_bytes=1_000, days=2), b"x" * 99 + b"\n"
    one, other = (LogFile(tmp_path, "trading", rules) for _ in range(2))
    for number in range(40):
        # Two processes take turns, and each finds the other's new file.
        (one, other)[number % 2].append(line, NOW)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) == 40 * len(line)
    assert all(file.stat().st_size <= 1_000 for file in files)
    (tmp_path / "telegram-20260101T000000Z.log").touch()
    one.forget_old(NOW + 3 * A_DAY)
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {"trading.log", "telegram-20260101T000000Z.log"}
    one.close()
    other.close()


def test_a_folder_that_cannot_be_written_is_told_once_and_the_log_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "_TRY_AGAIN_SECONDS", 0.05)
    folder = tmp_path / "logs"
    folder.write_text("a file where the folder should be")
    set_up_logging(level="INFO", folder=folder, to_stderr=False)
    for number in range(5):
        logging.getLogger("bot.telegram.sender").warning("line %d", number)
        flush()
    told = capsys.readouterr().err
    assert [f"line {number}" in told for number in range(5)] == [True] * 5
    assert told.count("log_files_away") == 1
    folder.unlink()
    until_written(folder / "telegram.log", "there again")
    until_written(folder / "kitrader.log", "log_files_back")


def test_a_full_disk_neither_stops_nor_slows_the_bot(
    full_disk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "_TRY_AGAIN_SECONDS", 0.05)
    set_up_logging(level="INFO", folder=full_disk)
    spared, began = LOG_LINES.of("spared"), monotonic()
    for number in range(500):
        logging.getLogger("bot.telegram.sender").warning("line %d", number)
    took = monotonic() - began
    flush()
    told = capsys.readouterr().err
    assert told.count("line ") >= 500
    assert told.count("log_files_away") == 1
    assert took < 5  # where each line waited for the disk, it would be minutes
    assert LOG_LINES.of("spared") >= spared + 1
    (full_disk / "ballast").unlink()
    until_written(full_disk / "telegram.log", "there is room")
    for line in (full_disk / "telegram.log").read_text("utf-8").splitlines():
        json.loads(line)


def shell(*words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(words, check=False, capture_output=True)  # noqa: S603 (our own words)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a file system of its own without room; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shell("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)).returncode:
        pytest.skip("only root may mount a file system")
    ballast = os.open(folder / "ballast", os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(ballast, b"0" * 4096)
    os.close(ballast)
    yield folder
    for handler in logging.getLogger().handlers:
        handler.close()
    assert shell("umount", str(folder)).returncode == 0


def test_what_no_disk_takes_is_dropped_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "_MOST_WAITING", 10)
    monkeypatch.setattr(log_files, "_LAST_SECONDS", 0.2)
    # A disk that hangs: nobody reads from the pipe that the file is.
    os.mkfifo(tmp_path / "telegram.log")
    set_up_logging(level="INFO", folder=tmp_path, to_stderr=False)
    dropped, began = LOG_LINES.of("dropped"), monotonic()
    for number in range(100):
        logging.getLogger("bot.telegram.sender").warning("line %d", number)
    assert monotonic() - began < 5
    assert LOG_LINES.of("dropped") > dropped
    reader = os.open(tmp_path / "telegram.log", os.O_RDONLY | os.O_NONBLOCK)
    for handler in logging.getLogger().handlers:
        handler.close()
    os.close(reader)
