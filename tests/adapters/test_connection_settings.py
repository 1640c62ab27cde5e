"""What every connection of the bot asks of the database."""

from bot.adapters.database.connection import Pool
from bot.adapters.database.embedded_cluster import _SETTINGS


async def test_a_commit_is_on_the_disk_before_anybody_is_told(database: Pool) -> None:
    # Whatever the server or the role would do by itself.
    assert await database.fetchval("SHOW synchronous_commit") == "on"
    assert {_SETTINGS[name] for name in ("fsync", "full_page_writes", "synchronous_commit")} == {
        "on"
    }


async def test_a_session_is_known_by_its_name(database: Pool) -> None:
    assert await database.fetchval("SHOW application_name") == "kitrader"
