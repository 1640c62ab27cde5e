"""What closes an update looks for it alone, however many are open."""

from bot.adapters.clock import SystemClock
from bot.adapters.database.connection import Pool, connected
from bot.adapters.database.mail import PostgresInbox
from bot.ports.mail import StoredUpdate

_CLOSE = """
    SELECT is_closed FROM close_updates(jsonb_build_array(
      jsonb_build_object('update_id', $1::bigint, 'failure', '', 'notices', '[]'::jsonb)))
"""
_OPEN = "SELECT count(*) FROM inbox WHERE closed_at IS NULL"
_FLUSH = "SELECT pg_stat_force_next_flush()"
_READ = "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'ix_inbox_open'"


async def test_closing_an_update_reads_no_list_of_those_that_are_open(database: Pool) -> None:
    now = SystemClock().now()
    await PostgresInbox(database).store(
        [StoredUpdate(update_id=n, lane=n, raw={}, received_at=now) for n in range(200)]
    )
    async with connected(database) as connection:
        await connection.execute(_FLUSH)
        before = await connection.fetchval(_READ)
        for update_id in range(100):
            assert await connection.fetchval(_CLOSE, update_id) == [True]
        await connection.execute(_FLUSH)
        # Of 100, one may be planned before more is known of the table than that it is small.
        assert await connection.fetchval(_READ) - before < 10 * 200
        assert await connection.fetchval(_OPEN) == 100
