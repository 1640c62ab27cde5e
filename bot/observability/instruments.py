"""What this process counts as it works: one table of all its counters and histograms.

They are of the process, as its memory is, and so is the page that tells them. No label holds a
person, an address or anything that people type.
"""

from collections.abc import Iterator
from time import perf_counter

from prometheus_client.metrics_core import Metric

from bot.observability.meters import Ages, Counts, Spreads

STAGES = (
    "stored",  # from the receipt of an update to its commit in the inbox
    "waited",  # in its lane, until it is handled
    "decided",  # until the answer or the booking is asked of the database
    "booked",  # until that is committed
    "handled",  # all of its handling
    "queued",  # an answer, from its commit until it leaves for Telegram
    "confirmed",  # the call to Telegram
    "whole",  # from the receipt until Telegram has confirmed the last answer
)
_QUICK = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
_LONG = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0)

UPDATES = Counts(
    "kitrader_updates_total", "Updates that were stored for the first time.", labels=("kind",)
)
COMMANDS = Counts(
    "kitrader_commands_total",
    "Updates that were dealt with, by what was asked and what became of it.",
    labels=("door", "command", "result"),
    begun=("unavailable", "failed"),
)
REFUSALS = Counts(
    "kitrader_refusals_total", "Requests that were refused, and why.", labels=("command", "code")
)
STAGE_SECONDS = Spreads(
    "kitrader_stage_seconds", "What updates took, by stage.", label="stage", values=STAGES
)
NOTICE_QUEUED = Spreads(
    "kitrader_notice_queued_seconds",
    "From when a notice was due until it left for Telegram the first time.",
    label="priority",
)
ALERT_SECONDS = Spreads(
    "kitrader_alert_seconds",
    "From the block that reached an alert's level until Telegram had the message.",
    label="kind",
    values=("alert",),
)
JOB_SECONDS = Spreads(
    "kitrader_job_seconds", "What jobs took that succeeded.", label="task", bounds=_LONG
)
JOB_FAILURES = Counts("kitrader_job_failures_total", "Runs that failed.", labels=("task",))
JOB_SUCCESS_AGE = Ages(
    "kitrader_job_last_success_seconds", "Since a job last succeeded.", label="task"
)
LOOP_LAG = Spreads(
    "kitrader_loop_lag_seconds",
    "How much later than asked for the event loop woke a task.",
    label="loop",
    values=("main",),
    bounds=_QUICK,
)
LOG_LINES = Counts(
    "kitrader_log_lines_total", "Log lines, by what became of them.", labels=("fate",)
)
TRACES = Counts(
    "kitrader_traces_total", "Traces of updates, by what became of them.", labels=("fate",)
)

_ALL = (
    UPDATES,
    COMMANDS,
    REFUSALS,
    STAGE_SECONDS,
    NOTICE_QUEUED,
    ALERT_SECONDS,
    JOB_SECONDS,
    JOB_FAILURES,
    LOOP_LAG,
    LOG_LINES,
    TRACES,
)


def collect() -> Iterator[Metric]:
    """Give all of them as they are now."""
    for instrument in _ALL:
        yield from instrument.collect()
    yield from JOB_SUCCESS_AGE.collect_at(perf_counter())
