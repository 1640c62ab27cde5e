"""Every panel of the dashboard: what it shows, in which unit, and the queries behind it.

Write it to kitrader.json with: python operations/grafana/dashboard.py
"""

from collections.abc import Mapping
from dataclasses import dataclass

ON = '{instance=~"$instance"}'
_OF = 'instance=~"$instance"'
PER = "[$__rate_interval]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel; `queries` are PromQL by what their lines are called.

    `kind` is timeseries, stat or table. A stat turns red above `most`, or below `least`.
    """

    title: str
    words: str
    unit: str
    queries: Mapping[str, str]
    kind: str = "timeseries"
    width: int = 8
    is_stacked: bool = False
    most: float | None = None
    least: float | None = None


def stat(  # noqa: PLR0917 (a row of the table below)
    title: str,
    unit: str,
    query: str,
    words: str,
    most: float | None = None,
    least: float | None = None,
) -> Panel:
    """Give one figure of now."""
    return Panel(
        title=title,
        words=words,
        unit=unit,
        queries={"": query},
        kind="stat",
        width=4,
        most=most,
        least=least,
    )


def quantile(share: float, metric: str, by: str = "", of: str = "") -> str:
    """Give the query of a histogram's quantile."""
    told = ", ".join(filter(None, ("le", by)))
    chosen = ", ".join(filter(None, (_OF, of)))
    rates = f"sum by ({told}) (rate({metric}_bucket{{{chosen}}}{PER}))"
    return f"histogram_quantile({share}, {rates})"


def rate(metric: str, by: str, of: str = "") -> str:
    """Give the query of a counter's events a second."""
    chosen = ", ".join(filter(None, (_OF, of)))
    return f"sum by ({by}) (rate({metric}{{{chosen}}}{PER}))"


_WHOLE, _PARTS = 'stage="whole"', 'stage!~"whole|handled"'
GLANCE = (
    stat(
        "Processes",
        "short",
        f"count(count by (instance) (kitrader_info{ON}))",
        "Processes that answer.",
        least=1,
    ),
    stat(
        "Checks that fail",
        "short",
        f"sum(1 - kitrader_check_ok{ON})",
        "What the bot itself says of its health: docs/health.md tells of each check.",
        most=1,
    ),
    stat(
        "Answers, p99",
        "s",
        quantile(0.99, "kitrader_stage_seconds", of=_WHOLE),
        "From the receipt of an update until Telegram has confirmed the last answer to it.",
        most=3,
    ),
    stat(
        "Oldest update",
        "s",
        f"max(kitrader_inbox_oldest_seconds{ON})",
        "Since when the oldest update waits not dealt with; it grows while nothing is handled.",
        most=30,
    ),
    stat(
        "Oldest hot price",
        "s",
        f"max(kitrader_hot_price_oldest_seconds{ON})",
        "Age of the oldest price that somebody holds, looked at or waits for.",
        most=60,
    ),
    stat(
        "Differences in the books",
        "short",
        f"max(kitrader_ledger_check_differences{ON})",
        "What the last proofs of books and audit log found. Anything but 0 is an incident.",
        most=1,
    ),
    stat(
        "Database",
        "short",
        f"min(kitrader_database_up{ON})",
        "1 while every process reaches the database.",
        least=1,
    ),
    stat(
        "Updates",
        "reqps",
        f"sum(rate(kitrader_updates_total{ON}{PER}))",
        "New updates of Telegram a second.",
    ),
    stat(
        "Failed",
        "percentunit",
        f'(sum(rate(kitrader_commands_total{{{_OF}, result=~"failed|unavailable"}}{PER}))'
        f" or vector(0)) / sum(rate(kitrader_commands_total{ON}{PER}))",
        "Share of what was asked that met a fault of ours, or something outside that is away.",
        most=0.01,
    ),
    stat(
        "Oldest notice",
        "s",
        f"max(kitrader_outbox_oldest_seconds{ON})",
        "Since when the oldest notice is due that has not left.",
        most=120,
    ),
    stat(
        "Newest backup",
        "s",
        f"min(kitrader_backup_age_seconds{ON})",
        "Its age. Empty where BACKUP_RECIPIENTS is not set.",
        most=129_600,
    ),
    stat(
        "Running since",
        "s",
        f"min(kitrader_uptime_seconds{ON})",
        "How long the youngest process is up: a small figure was a new start.",
    ),
)
PEOPLE = (
    Panel(
        title="Updates by kind",
        words="What came from Telegram for the first time, a second.",
        unit="reqps",
        queries={"{{kind}}": rate("kitrader_updates_total", "kind")},
        is_stacked=True,
    ),
    Panel(
        title="What became of them",
        words="answered; refused by a rule; throttled, for writing too fast; unavailable, since "
        "something outside was away; failed, by a fault of ours.",
        unit="reqps",
        queries={"{{result}}": rate("kitrader_commands_total", "result")},
        is_stacked=True,
    ),
    Panel(
        title="Commands and buttons",
        words="The ten that are asked for most.",
        unit="reqps",
        queries={
            "{{door}} {{command}}": f"topk(10, {rate('kitrader_commands_total', 'door, command')})"
        },
    ),
    Panel(
        title="Refusals",
        words="The ten rules that say no most often, and to which command.",
        unit="reqps",
        queries={
            "{{command}}: {{code}}": f"topk(10, {rate('kitrader_refusals_total', 'command, code')})"
        },
        width=12,
    ),
    Panel(
        title="People",
        words="Everybody who is known, by status. Counted every 30 seconds or more rarely.",
        unit="short",
        queries={"{{status}}": f"max by (status) (kitrader_users{ON})"},
        width=12,
    ),
)
LATENCY = (
    Panel(
        title="From receipt to confirmation",
        words="The whole way: until Telegram has confirmed the last answer to an update.",
        unit="s",
        queries={
            name: quantile(share, "kitrader_stage_seconds", of=_WHOLE)
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        },
    ),
    Panel(
        title="Stages, p95",
        words="stored: commit to the inbox. waited: in its lane. decided: until the database is "
        "asked to keep what was decided. booked: that commit. queued: the answer, for its turn "
        "under Telegram's limits. confirmed: the call to Telegram. handled: all of its handling.",
        unit="s",
        queries={"{{stage}}": quantile(0.95, "kitrader_stage_seconds", by="stage")},
    ),
    Panel(
        title="Stages, mean",
        words="Where an answer's time goes, one on the other.",
        unit="s",
        queries={
            "{{stage}}": rate("kitrader_stage_seconds_sum", "stage", _PARTS)
            + " / "
            + rate("kitrader_stage_seconds_count", "stage", _PARTS)
        },
        is_stacked=True,
    ),
    Panel(
        title="Notices wait for their turn, p95",
        words="From when a notice was due until it left, by priority.",
        unit="s",
        queries={"{{priority}}": quantile(0.95, "kitrader_notice_queued_seconds", by="priority")},
        width=12,
    ),
    Panel(
        title="Alerts: from block to Telegram",
        words="From the block that reached the level until Telegram had the message.",
        unit="s",
        queries={
            name: quantile(share, "kitrader_alert_seconds")
            for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
        },
        width=12,
    ),
)
PRICES = (
    Panel(
        title="Refresh",
        words="What the last round over all tokens took, and how old the oldest hot price is.",
        unit="s",
        queries={
            "last round": f"max(kitrader_refresh_seconds{ON})",
            "oldest hot price": f"max(kitrader_hot_price_oldest_seconds{ON})",
        },
    ),
    Panel(
        title="Tokens",
        words="Tracked, read in the last round, and disputed: paused until their pools agree.",
        unit="short",
        queries={
            "tracked": f"max(kitrader_refresh_tokens{ON})",
            "read": f"max(kitrader_refresh_refreshed{ON})",
            "disputed by {{cause}}": f"max by (cause) (kitrader_disputed_tokens{ON})",
        },
    ),
    Panel(
        title="Rounds that failed",
        words="Rounds of the refresh that read nothing at all, a second.",
        unit="ops",
        queries={"failed": f"sum(rate(kitrader_refresh_failures_total{ON}{PER}))"},
    ),
    Panel(
        title="Endpoints: circuit",
        words="0 closed: it is asked. 0.5 half-open: one question on trial. 1 open: it is not.",
        unit="short",
        queries={
            "{{endpoint}}": f"max by (endpoint) (kitrader_rpc_circuit{ON})",
            "{{source}}": f"max by (source) (kitrader_source_circuit{ON})",
        },
    ),
    Panel(
        title="Endpoints: latency, p95",
        words="Of the last 64 answers of each RPC endpoint.",
        unit="s",
        queries={
            "{{endpoint}}": "max by (endpoint) "
            f'(kitrader_rpc_latency_seconds{{{_OF}, quantile="0.95"}})'
        },
    ),
    Panel(
        title="Endpoints: slots behind",
        words="Behind the best endpoint; one that lags far is passed over.",
        unit="short",
        queries={"{{endpoint}}": f"max by (endpoint) (kitrader_rpc_lag_slots{ON})"},
    ),
    Panel(
        title="Endpoints: limits in use",
        words="1: all of what may be asked is used up, above 1 calls wait.",
        unit="percentunit",
        queries={
            "{{endpoint}}": f"max by (endpoint) (kitrader_rpc_limiter_use{ON})",
            "{{source}}": f"max by (source) (kitrader_source_limiter_use{ON})",
        },
    ),
    Panel(
        title="Endpoints: calls that waited",
        words="For the limits that we keep so that we never meet theirs.",
        unit="ops",
        queries={"{{endpoint}}": rate("kitrader_rpc_limiter_waits_total", "endpoint")},
    ),
    Panel(
        title="Endpoints: trouble",
        words="Answers that were none, that said too many requests, or that came from the past.",
        unit="ops",
        queries={
            "{{endpoint}} failed": rate("kitrader_rpc_failures_total", "endpoint"),
            "{{endpoint}} limited": rate("kitrader_rpc_limited_total", "endpoint"),
            "{{endpoint}} stale": rate("kitrader_rpc_stale_total", "endpoint"),
            "{{source}} failed": rate("kitrader_source_failures_total", "source"),
        },
    ),
)
MAIL = (
    Panel(
        title="What waits",
        words="Updates that are not dealt with, and notices that have not left.",
        unit="short",
        queries={"{{queue}}": f"max by (queue) (kitrader_queue_waiting{ON})"},
    ),
    Panel(
        title="Oldest notice by priority",
        words="Since when the oldest notice is due. Broadcasts wait behind all else by design.",
        unit="s",
        queries={"{{priority}}": f"max by (priority) (kitrader_outbox_oldest_seconds{ON})"},
    ),
    Panel(
        title="Notices",
        words="Taken by Telegram or given up; turns that our limits put off; answers of 429; calls "
        "without a clear answer.",
        unit="ops",
        queries={
            "sent": f"sum(rate(kitrader_notices_sent_total{ON}{PER}))",
            "given up": f"sum(rate(kitrader_notices_failed_total{ON}{PER}))",
            "put off": f"sum(rate(kitrader_limiter_waits_total{ON}{PER}))",
            "429": f"sum(rate(kitrader_flood_waits_total{ON}{PER}))",
            "no answer": f"sum(rate(kitrader_send_outages_total{ON}{PER}))",
        },
    ),
)
MONEY = (
    Panel(
        title="Orders filled",
        words="A second, by whose money: paper or live.",
        unit="ops",
        queries={"{{mode}}": f"max by (mode) (deriv(kitrader_orders_filled{ON}[5m]))"},
    ),
    Panel(
        title="Orders that wait",
        words="For their level, by kind.",
        unit="short",
        queries={"{{mode}} {{kind}}": f"max by (mode, kind) (kitrader_orders_waiting{ON})"},
    ),
    Panel(
        title="Orders by state",
        words="Of those that wait or waited, ever.",
        unit="short",
        queries={"{{mode}} {{state}}": f"max by (mode, state) (kitrader_orders{ON})"},
    ),
    Panel(
        title="Open positions",
        words="By mode and side.",
        unit="short",
        queries={"{{mode}} {{side}}": f"max by (mode, side) (kitrader_positions_open{ON})"},
    ),
    Panel(
        title="Live orders and attempts",
        words="Real money. unknown: sent, and the chain has not told yet what became of it.",
        unit="short",
        queries={
            "order {{state}}": f"max by (state) (kitrader_live_orders{ON})",
            "attempt {{state}}": f"max by (state) (kitrader_live_attempts{ON})",
        },
    ),
    Panel(
        title="Proofs of books and audit log",
        words="Since the last proof from the ground up. It is due every BOOKS_CHECK_SECONDS.",
        unit="s",
        queries={
            "{{proof}}: age": f"min by (proof) (kitrader_ledger_check_age_seconds{ON})",
            "{{proof}}: took": f"max by (proof) (kitrader_ledger_check_seconds{ON})",
        },
    ),
)
WORKS = (
    Panel(
        title="Connections to the database",
        words="In hand, open, allowed, and callers who wait for one.",
        unit="short",
        queries={
            "in hand": f"sum(kitrader_database_pool_in_use{ON})",
            "open": f"sum(kitrader_database_pool_size{ON})",
            "allowed": f"sum(kitrader_database_pool_most{ON})",
            "waiting": f"sum(kitrader_database_pool_waiting{ON})",
        },
    ),
    Panel(
        title="Jobs: mean time",
        words="Of runs that succeeded; the ten slowest.",
        unit="s",
        queries={
            "{{task}}": "topk(10, "
            + rate("kitrader_job_seconds_sum", "task")
            + " / "
            + rate("kitrader_job_seconds_count", "task")
            + ")"
        },
    ),
    Panel(
        title="Jobs: since they last succeeded",
        words="The ten that are longest ago. Some are due once in hours.",
        unit="s",
        queries={"{{task}}": f"topk(10, min by (task) (kitrader_job_last_success_seconds{ON}))"},
    ),
    Panel(
        title="Jobs that failed",
        words="Runs that failed, in the last ten minutes.",
        unit="short",
        queries={"{{task}}": f"sum by (task) (increase(kitrader_job_failures_total{ON}[10m]))"},
    ),
    Panel(
        title="Checks",
        words="1 well, 0 failing: what /health says in chat. docs/health.md tells of each.",
        unit="short",
        queries={"{{check}}": f"min by (check) (kitrader_check_ok{ON})"},
    ),
    Panel(
        title="Event loop, late by",
        words="How much later than asked for a task was woken: whatever holds the loop, shows.",
        unit="s",
        queries={
            "p99 {{instance}}": quantile(0.99, "kitrader_loop_lag_seconds", by="instance"),
            "p50 {{instance}}": quantile(0.5, "kitrader_loop_lag_seconds", by="instance"),
        },
    ),
    Panel(
        title="Memory",
        words="Resident memory of each process.",
        unit="bytes",
        queries={"{{instance}}": f"process_resident_memory_bytes{ON}"},
    ),
    Panel(
        title="Processor",
        words="Seconds of processor time a second, for each process.",
        unit="percentunit",
        queries={"{{instance}}": f"rate(process_cpu_seconds_total{ON}{PER})"},
    ),
    Panel(
        title="Files open",
        words="Files and sockets that each process has open, of those that it may.",
        unit="percentunit",
        queries={"{{instance}}": f"process_open_fds{ON} / process_max_fds{ON}"},
    ),
    Panel(
        title="Log lines",
        words="written to files; spared: to stderr alone, while files cannot be written; dropped: "
        "lost, since more came than any disk takes.",
        unit="ops",
        queries={"{{fate}}": rate("kitrader_log_lines_total", "fate")},
        width=12,
    ),
    Panel(
        title="Traces",
        words="Of updates, where OTEL_ENDPOINT is set: told to the collector, or dropped.",
        unit="ops",
        queries={"{{fate}}": rate("kitrader_traces_total", "fate")},
        width=12,
    ),
)
ROWS: Mapping[str, tuple[Panel, ...]] = {
    "At a glance": GLANCE,
    "What people ask for": PEOPLE,
    "How long it takes": LATENCY,
    "Prices, endpoints and sources": PRICES,
    "Inbox and outbox": MAIL,
    "Money": MONEY,
    "The works": WORKS,
}
