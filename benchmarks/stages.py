"""Reads from our bot's database how long each stage of an answer took."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import asyncpg

from benchmarks.people import Asked

Stages = dict[str, list[float]]

# The booking closes the inbox row and queues the answer in one transaction: it begins at the
# row's `created_at` and its commit is the last change of the inbox row.
_TIMES = """
    SELECT DISTINCT ON (i.update_id) i.update_id, i.received_at, r.decided_at,
           o.created_at AS booking_at, pg_xact_commit_timestamp(i.xmin) AS committed_at, o.sent_at
    FROM inbox i
    JOIN outbox o USING (update_id)
    LEFT JOIN orders r ON r.request_id = 'tg:' || i.update_id
    WHERE i.update_id = ANY($1::bigint[])
    ORDER BY i.update_id, o.notice_id
"""
_SAID, _SEEN = "said_at", "seen_at"
_WORDS = {
    "received_at": "said -> received",
    "decided_at": "received -> decided",
    "booking_at": "decided -> booking",
    "committed_at": "booking -> committed",
    _SEEN: "committed -> seen",
}


async def read_stages(dsn: str, asked: Sequence[Asked]) -> Stages:
    """Give milliseconds by stage; where nothing is decided, `received -> booking` is one.

    `received -> created` and `received -> sent` leave out both the way of the message to the
    bot and, the first, every wait of the sender.
    """
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(_TIMES, [one.update_id for one in asked])
    finally:
        await connection.close()
    by_update = {row["update_id"]: row for row in rows}
    stages: Stages = {}
    for one in asked:
        row = by_update[one.update_id]
        moments = {_SAID: one.said_at, **row, _SEEN: one.seen_at}
        known = [(name, moments[name]) for name in (_SAID, *_WORDS) if moments[name] is not None]
        for (before, began), (name, ended) in pairwise(known):
            skipped = name == "booking_at" and before != "decided_at"
            words = "received -> booking" if skipped else _WORDS[name]
            _note(stages, words, began, ended)
        _note(stages, "= received -> created", row["received_at"], row["booking_at"])
        _note(stages, "= received -> sent", row["received_at"], row["sent_at"])
        _note(stages, "= said -> seen", one.said_at, one.seen_at)
    return stages


def _note(stages: Stages, words: str, began: datetime, ended: datetime) -> None:
    stages.setdefault(words, []).append((ended - began) / timedelta(milliseconds=1))
