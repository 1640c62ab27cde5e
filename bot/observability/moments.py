"""The time of day for what is only ever read by people: log lines and the names of log files."""

from datetime import UTC, datetime


def moment_of_log() -> str:
    """Give the present second in UTC.

    The log has a clock of its own, as each of its lines has: nothing is decided by it, so tests
    and steps of the clock have nothing to change in it.
    """
    now = datetime.now(UTC)  # noqa: TID251 (the log's own time, as the docstring says)
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def seconds_of_log() -> float:
    """Give the present moment as seconds since 1970, as log records count it."""
    return datetime.now(UTC).timestamp()  # noqa: TID251 (as above)
