"""PostgreSQL's own programs, started so that no address with a password shows in a process list."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.adapters.database.embedded_cluster import programs_folder

_WORDS_KEPT = 300


def started(
    program: str, arguments: Sequence[str], dsn: str, **streams: int | IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program on a database; its complaints can be read from `stderr`.

    Raises `EmbeddedPostgresError` where the package that brings it is missing, and `OSError`.
    """
    command = [str(programs_folder() / program), "--no-password", *arguments]
    return subprocess.Popen(  # noqa: S603 - a fixed command on our own paths
        command,
        env={"PATH": os.environ.get("PATH", ""), **libpq_environment(dsn)},
        stdin=streams.get("stdin", subprocess.DEVNULL),
        stdout=streams.get("stdout", subprocess.DEVNULL),
        stderr=subprocess.PIPE,
        cwd=Path("/"),
        # Ctrl-C in the terminal is for the command that waits for it.
        start_new_session=True,
    )


def libpq_environment(dsn: str) -> Mapping[str, str]:
    """Give a PostgreSQL address as the environment that libpq reads, its password included.

    Source: the parameter key words and environment variables of libpq (PostgreSQL 18, 32.1, 32.15).
    """
    parts = urlsplit(dsn)
    words = dict(parse_qsl(parts.query))
    found = {
        "PGHOST": words.get("host") or parts.hostname,
        "PGPORT": words.get("port") or (str(parts.port) if parts.port else None),
        "PGUSER": words.get("user") or (unquote(parts.username) if parts.username else None),
        "PGPASSWORD": words.get("password")
        or (unquote(parts.password) if parts.password else None),
        "PGDATABASE": unquote(parts.path.removeprefix("/")) or None,
        "PGSSLMODE": words.get("sslmode"),
        "PGSSLROOTCERT": words.get("sslrootcert"),
    }
    return {name: value for name, value in found.items() if value is not None}


def complaint_of(process: subprocess.Popen[bytes]) -> str:
    """Wait for a program's end and give the first line of what it said, cut."""
    said = process.stderr.read() if process.stderr else b""
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[0][:_WORDS_KEPT] if lines else f"it ended with code {process.returncode}"
