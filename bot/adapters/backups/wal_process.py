"""The process that streams the log into the archive; it ends when its server does.

A process of its own: where commits wait for the archive they must not wait for a busy bot, and
what the server still sends after the bot was killed is archived too.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bot.adapters.backups.replication_wire import Piece, ReplicationWire, StreamEnded
from bot.adapters.backups.sealed_files import read_recipients
from bot.adapters.backups.wal_writer import DiskNearlyFull, WalWriter

STREAM_NAME = "kitrader_archive"
_PATIENCE_SECONDS = 0.1
_SIGN_SECONDS = 0.5
_MARK_SECONDS = 30.0
_FAREWELL_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to stream from where to where; as JSON it is the process's only argument."""

    socket_file: str
    user: str
    chain: str
    lock_file: str
    begin: int
    recipients: tuple[str, ...]
    least_free_bytes: int

    def as_text(self) -> str:
        """Give it as the process takes it."""
        return json.dumps(asdict(self))


class Archiver:
    """Streams until the server ends; says each half second up to when all is archived."""

    def __init__(self, plan: Plan) -> None:
        self._wire = ReplicationWire(Path(plan.socket_file), user=plan.user, name=STREAM_NAME)
        server = self._wire.identify()
        self._writer = WalWriter(
            chain=Path(plan.chain),
            timeline=server.timeline,
            recipients=read_recipients(plan.recipients),
            least_free_bytes=plan.least_free_bytes,
        )
        self._wire.start(slot=STREAM_NAME, place=plan.begin, timeline=server.timeline)
        self._safe = plan.begin
        self._goal = server.flushed
        self._is_level = False
        self._covered: datetime | None = None
        self._signed_at = self._marked_at = time.monotonic()
        self._quiet_rounds: int | None = None

    def end_soon(self) -> None:
        """Take what the server has still to send, and end."""
        self._quiet_rounds = 0

    def run(self) -> None:
        """Stream; raises `StreamEnded`, `OSError`, `DiskNearlyFull`."""
        self._wire.report(self._safe, asks=True)
        try:
            while self._quiet_rounds is None or self._quiet_rounds < _FAREWELL_ROUNDS:
                self._take(self._wire.pieces(_PATIENCE_SECONDS))
                self._sign()
        finally:
            self._writer.close()
            self._wire.close()

    def _take(self, pieces: list[Piece]) -> None:
        content = b"".join(piece.content for piece in pieces)
        if not content and self._quiet_rounds is not None:
            self._quiet_rounds += 1
        if content:
            self._writer.put(Piece(place=self._safe, content=content, at=pieces[-1].at))
            self._safe += len(content)
            self._wire.report(self._safe)
        for piece in pieces:
            if not piece.content and piece.place <= self._safe:
                self._covered = piece.at
        if not self._is_level and self._safe >= self._goal:
            self._is_level = True
            self._writer.forget_attempts()

    def _sign(self) -> None:
        now = time.monotonic()
        if now - self._signed_at < _SIGN_SECONDS:
            return
        self._signed_at = now
        if self._covered is not None and now - self._marked_at > _MARK_SECONDS:
            # So that a quiet hour is known to have been quiet.
            self._marked_at = now
            self._writer.put(Piece(place=self._safe, content=b"", at=self._covered))
        say(
            covered_at=self._covered.isoformat() if self._covered else None,
            is_level=self._is_level,
        )
        self._wire.report(self._safe, asks=True)


def say(**words: object) -> None:
    """Tell the bot, if it is still there."""
    with contextlib.suppress(OSError):
        os.write(sys.stdout.fileno(), json.dumps(words).encode() + b"\n")


def main() -> int:
    """Stream by the plan in the argument; what ends it is said in the last line."""
    plan = Plan(**json.loads(sys.argv[1]))
    with Path(plan.lock_file).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            archiver = Archiver(plan)
            signal.signal(signal.SIGTERM, lambda *_: archiver.end_soon())
            archiver.run()
        except (StreamEnded, DiskNearlyFull, OSError) as error:
            say(failure=str(error))
            return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main())
