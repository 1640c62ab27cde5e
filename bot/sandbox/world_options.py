"""What a sandbox world is started with, and the words of its command line."""

import argparse
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.sandbox.solana_rpc.chain import DEFAULT_SLOT_MS
from bot.sandbox.telegram_api.updates import HISTORY_KEPT
from bot.sandbox.telegram_api.webhook_delivery import LONGEST_PAUSE_S

_TOKEN_PATTERN = re.compile(r"[0-9]{1,12}:[A-Za-z0-9_-]{3,64}", re.ASCII)
_SECRET_LETTERS = string.ascii_letters + string.digits
_SANDBOX_BOT_ID = 1_234_567
_LAST_PORT = 65_535
_LONGEST_SLOT_MS = 60_000
_LONGEST_STEP_SECONDS = 3_600.0
_SEEDS = 2**31


def fake_bot_token() -> str:
    """Make a bot token for one start: its form is Telegram's, its bot number plainly made up."""
    return f"{_SANDBOX_BOT_ID}:AA" + "".join(secrets.choice(_SECRET_LETTERS) for _ in range(33))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldOptions:
    """How to start a sandbox world; the defaults are those of the demo.

    ``port`` 0 takes a free one; ``accounts`` are files or folders of genuine account dumps;
    ``slot_ms`` is milliseconds a slot, ``market_seconds`` the time between two market steps.
    ``telegram_seed`` decides where update ids begin: anew at each start, since a bot that keeps
    its books rightly ignores an update id that it has seen before. ``updates_kept`` of them can be
    repeated. Telegram's pause between two tries of a webhook grows to a minute: a run with many
    failures may ask for less.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    telegram_seed: int = field(default_factory=lambda: secrets.randbelow(_SEEDS))
    accounts: tuple[Path, ...] = ()
    bot_token: str = field(default_factory=fake_bot_token)
    slot_ms: int = DEFAULT_SLOT_MS
    market_seconds: float = 1.0
    bot_status_url: str | None = None
    updates_kept: int = HISTORY_KEPT
    longest_webhook_pause_seconds: float = LONGEST_PAUSE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """The options of a world and where to say that it is ready."""

    options: WorldOptions
    ready_fd: int | None
    ready_file: Path | None


def read_command_line(arguments: Sequence[str]) -> CommandLine:
    """Read the words behind ``python -m bot.sandbox``.

    Raises:
        SystemExit: 2 for words that cannot be understood, 0 after ``--help``.
    """
    given = _parser().parse_args(arguments)
    options = WorldOptions(
        port=given.port,
        seed=given.seed,
        accounts=tuple(given.accounts),
        bot_token=given.bot_token or fake_bot_token(),
        slot_ms=given.slot_ms,
        market_seconds=given.market_seconds,
        bot_status_url=given.bot_status_url,
    )
    return CommandLine(options=options, ready_fd=given.ready_fd, ready_file=given.ready_file)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot.sandbox",
        description="A whole local world for the bot: Telegram, Solana, a market and a chat page.",
        epilog="Prints one JSON line with all addresses when it is ready.",
    )
    add = parser.add_argument
    add("--port", type=_whole(0, _LAST_PORT), default=0, help="port of page and Bot API; 0: free")
    add("--seed", type=_whole(0, 2**63), default=1, help="the same seed gives the same market")
    add(
        "--accounts",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="genuine account dumps to put on the chain (file or folder, may be repeated)",
    )
    add("--bot-token", type=_token, help="the bot's token; a made-up one by default")
    add("--slot-ms", type=_whole(1, _LONGEST_SLOT_MS), default=DEFAULT_SLOT_MS)
    add("--market-seconds", type=_step_seconds, default=1.0, help="time between market steps")
    add("--bot-status-url", metavar="URL", help="where the bot tells its status, if known already")
    add("--ready-fd", type=_whole(0, 1023), help="also write the ready line to this descriptor")
    add("--ready-file", type=Path, metavar="PATH", help="also write the ready line to this file")
    return parser


class _whole:  # noqa: N801  argparse shows the name in its error
    """Reads a whole number within bounds."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def __call__(self, text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
        number = int(text)
        if not self._least <= number <= self._most:
            raise argparse.ArgumentTypeError(f"{text} is not {self._least} to {self._most}")
        return number


def _step_seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    seconds = float(text)
    if not 0 < seconds <= _LONGEST_STEP_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and up to an hour")
    return seconds


def _token(text: str) -> str:
    if not _TOKEN_PATTERN.fullmatch(text):
        raise argparse.ArgumentTypeError("a bot token looks like 123456:secret")
    return text
