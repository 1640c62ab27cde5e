"""What the database tells of health in one round trip, and what proofs came to."""

from collections.abc import Collection

import asyncpg

from bot.adapters.database.connection import Connection, Pool, connected
from bot.domain.health import Proof, Proved, StoredSeen
from bot.domain.notices import Priority
from bot.ports.clock import Clock

_LOOK = """
    SELECT i.waiting AS inbox_waiting, i.oldest_at AS inbox_oldest_at,
           o.waiting AS outbox_waiting, o.oldest_at AS outbox_oldest_at,
           p.paused AS paused_wallets, p.since AS paused_since,
           l.open AS live_orders, l.since AS live_order_since
    FROM (SELECT count(*) AS waiting, min(received_at) AS oldest_at
          FROM inbox WHERE closed_at IS NULL) i,
         (SELECT count(*) AS waiting, min(due_at) AS oldest_at FROM outbox
          WHERE state = 'waiting' AND due_at <= now() AND priority < $1) o,
         (SELECT count(*) AS paused, min(paused_at) AS since FROM live_pauses) p,
         (SELECT count(*) AS open, min(decided_at) AS since
          FROM live_intents WHERE state = 'held') l
"""
_PROOFS = "SELECT proof, checked_at, took_ms, wrong, first_wrong, counts FROM health_proofs"
_UNHELD = """
    SELECT w.name FROM unnest($1::text[]) w(name)
    WHERE NOT EXISTS (SELECT FROM leases l WHERE l.name = w.name AND l.holder <> ''
                      AND l.until > clock_timestamp())
"""
_KEEP = """
    INSERT INTO health_proofs (proof, checked_at, took_ms, wrong, first_wrong, counts)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (proof) DO UPDATE SET checked_at = excluded.checked_at,
      took_ms = excluded.took_ms, wrong = excluded.wrong, first_wrong = excluded.first_wrong,
      counts = excluded.counts
    WHERE health_proofs.checked_at <= excluded.checked_at
"""


class PostgresHealth:
    """Implements `bot.ports.health.HealthBook`; it waits `most_seconds` for an answer at most."""

    def __init__(self, pool: Pool, clock: Clock, *, most_seconds: float) -> None:
        self._pool = pool
        self._clock = clock
        self._most_seconds = most_seconds

    async def look(self) -> StoredSeen:
        """Give queues, live orders and proofs; their time is that of one statement."""
        async with connected(self._pool) as connection:
            began = self._clock.monotonic()
            row = await connection.fetchrow(
                _LOOK, int(Priority.BROADCAST), timeout=self._most_seconds
            )
            took_ms = 1000 * (self._clock.monotonic() - began)
            proved = await proofs_of(connection, most_seconds=self._most_seconds)
        assert row is not None, "a query of sums always answers"  # noqa: S101
        return StoredSeen(took_ms=took_ms, proved=proved, **row)

    async def unheld(self, names: Collection[str]) -> list[str]:
        """Give what has no holder, one who lapsed and one who was never there alike."""
        async with connected(self._pool) as connection:
            rows = await connection.fetch(_UNHELD, list(names), timeout=self._most_seconds)
        return [row["name"] for row in rows]

    async def keep(self, proved: Proved) -> None:
        """Keep what a proof came to; an older one never takes the place of a newer."""
        async with connected(self._pool) as connection:
            await connection.execute(
                _KEEP,
                proved.proof.value,
                proved.checked_at,
                proved.took_ms,
                proved.wrong,
                proved.first_wrong,
                dict(proved.counts),
            )


async def proofs_of(
    connection: Connection, *, most_seconds: float | None = None
) -> dict[Proof, Proved]:
    """Give what the last proofs came to; one that a newer version makes is left out."""
    known = set(Proof)
    rows = await connection.fetch(_PROOFS, timeout=most_seconds)
    return {Proof(row["proof"]): _proved(row) for row in rows if row["proof"] in known}


def _proved(row: asyncpg.Record) -> Proved:
    return Proved(
        proof=Proof(row["proof"]),
        checked_at=row["checked_at"],
        took_ms=row["took_ms"],
        wrong=row["wrong"],
        first_wrong=row["first_wrong"],
        counts=row["counts"],
    )
