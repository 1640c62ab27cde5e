"""The check tells for how many roles of our processes the database has room."""

from urllib.parse import urlsplit

import asyncpg

from bot.bootstrap.settings import Settings
from bot.cli.check_room import room_findings


def settings_with(dsn: str) -> Settings:
    return Settings(_env_file=None, database_url=dsn)  # type: ignore[call-arg, arg-type]


async def test_the_narrowest_limit_says_how_many_roles_fit(database_dsn: str) -> None:
    (server,) = await room_findings(settings_with(database_dsn))
    assert server.state == "ok"
    assert server.detail == "57, and each role of a process opens 15 at most: room for 3"
    name = urlsplit(database_dsn).path.removeprefix("/")
    connection = await asyncpg.connect(database_dsn)
    await connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 14")
    await connection.close()
    (narrow,) = await room_findings(settings_with(database_dsn))
    assert narrow.state == "warn"
    assert narrow.detail == "14, and each role of a process opens 15 at most: room for 0"
    assert "max_connections" in narrow.cure


async def test_without_a_database_of_ones_own_there_is_nothing_to_tell() -> None:
    assert await room_findings(settings_with("")) == []
    assert await room_findings(settings_with("postgresql://u:canary@127.0.0.1:1/x")) == []
