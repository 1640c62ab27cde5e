"""The world as a process: its ready line, its options, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bot.sandbox.world_options import fake_bot_token, read_command_line

COMMAND = [sys.executable, "-m", "bot.sandbox"]
START_SECONDS = 30
TOKEN = "42:secret"


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603  our own module
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_that_it_is_ready_and_ends_cleanly(number: int, tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    with start("--ready-file", str(ready_file), "--bot-token", TOKEN) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(number)
        rest, errors = process.communicate(timeout=START_SECONDS)
    assert json.loads(line)["bot_token"] == TOKEN
    assert ready_file.read_text(encoding="utf-8") == line
    assert (process.returncode, rest, errors) == (0, "", "")


def test_it_ends_when_its_parent_dies(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    parent = textwrap.dedent(f"""
        import os, pathlib, signal, subprocess, sys, time
        child = subprocess.Popen([*{COMMAND!r}, "--ready-file", {str(ready_file)!r}],
                                 stdout=subprocess.DEVNULL)
        while not pathlib.Path({str(ready_file)!r}).exists():
            time.sleep(0.02)
        print(child.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", parent],
        stdout=subprocess.PIPE,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    child = int(done.stdout)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped by whoever adopted it does not."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def test_the_ready_line_goes_to_a_descriptor_too() -> None:
    reader, writer = os.pipe()
    with (
        os.fdopen(reader, encoding="utf-8") as pipe,
        subprocess.Popen(  # noqa: S603  our own module
            [*COMMAND, "--ready-fd", str(writer)], stdout=subprocess.PIPE, pass_fds=[writer]
        ) as process,
    ):
        os.close(writer)
        assert json.loads(pipe.read())["page_url"].startswith("http://127.0.0.1:")
        process.terminate()
        assert process.wait(START_SECONDS) == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "70000"],
        ["--port", "-1"],
        ["--port", "x"],
        ["--seed", "1e9"],
        ["--slot-ms", "0"],
        ["--market-seconds", "nan"],
        ["--market-seconds", "0"],
        ["--bot-token", "secret"],
        ["--nonsense"],
    ],
)
def test_words_that_make_no_sense_are_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_command_line(["--help"])
    assert ended.value.code == 0
    assert "--accounts" in capsys.readouterr().out


def test_each_start_has_a_bot_token_of_its_own() -> None:
    first, second = fake_bot_token(), fake_bot_token()
    assert first != second
    number, _, secret = first.partition(":")
    assert (number, len(secret), secret[:2]) == ("1234567", 35, "AA")


def test_options_are_read() -> None:
    words = "--port 8080 --seed 7 --accounts a --accounts b --slot-ms 100 --market-seconds 0.5"
    options = read_command_line(words.split()).options
    assert (options.port, options.seed, options.slot_ms) == (8080, 7, 100)
    assert options.accounts == (Path("a"), Path("b"))
    assert options.market_seconds == 0.5
