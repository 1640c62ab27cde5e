"""Drills as a process of their own, and the note that each leaves of itself."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import orjson

from bot.domain.drills import Drill, DrilledBackup
from bot.domain.errors import Unavailable

_LONGEST_SECONDS = 4 * 3600.0
_PROJECT = Path(__file__).parents[3]


class DrillProcess:
    """Implements `DrillGround`: `kitrader backup drill`, which gets in nobody's way."""

    def __init__(self, *, key: Path, note: Path) -> None:
        self._key = key
        self._note = note

    async def last(self) -> Drill | None:
        """Give the last drill by its note."""
        return await asyncio.to_thread(read_drill, self._note)

    async def run(self) -> Drill:
        """Run the command to its end."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "bot", "backup", "drill", "--json"),
                *("--key", str(self._key)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                # It reads the settings that the bot has.
                env={**os.environ, "PYTHONPATH": str(_PROJECT)},
                preexec_fn=_be_nice,
            )
        except OSError as error:
            raise Unavailable("drill", str(error)) from error
        try:
            async with asyncio.timeout(_LONGEST_SECONDS):
                said, complaint = await process.communicate()
        except TimeoutError as error:
            raise Unavailable("drill", "it took longer than four hours") from error
        finally:
            if process.returncode is None:
                process.kill()
        try:
            return _drill(said)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise Unavailable("drill", complaint.decode(errors="replace").strip()) from error


def read_drill(note: Path) -> Drill | None:
    """Read a drill's note; None where there is none that can be read."""
    try:
        return _drill(note.read_bytes())
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def write_drill(note: Path, drill: Drill) -> None:
    """Write a drill's note in place of the last one; raises `OSError`."""
    part = note.with_suffix(".new")
    part.write_bytes(drill_as_json(drill))
    part.replace(note)


def drill_as_json(drill: Drill) -> bytes:
    """Give a drill as one JSON object."""
    return orjson.dumps({**asdict(drill), "is_well": drill.is_well})


def _drill(text: bytes) -> Drill:
    words = orjson.loads(text)
    return Drill(
        at=datetime.fromisoformat(words["at"]),
        backups=tuple(DrilledBackup(**each) for each in words["backups"]),
    )


def _be_nice() -> None:
    os.nice(19)
