"""The night's backup is taken once, a failure is told once, and so is its end."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.adapters.backups.restoring import NewKey
from bot.adapters.backups.sealed_dumps import SealedDumps
from bot.adapters.database.connection import Pool
from bot.adapters.database.mail import PostgresOutbox
from bot.bootstrap.news import Newsroom
from bot.domain.errors import Unavailable
from bot.services.backups import Backups
from bot.telegram.backup_news import BackupNews
from bot.telegram.private_news import in_english
from tests.fakes.hand_clock import HandClock


async def told(database: Pool) -> list[str]:
    rows = await database.fetch("SELECT payload ->> 'text' AS text FROM outbox ORDER BY notice_id")
    return [row["text"] for row in rows]


async def test_it_is_taken_once_a_night_and_a_failure_is_told_once_with_its_end(
    database: Pool, database_dsn: str, tmp_path: Path
) -> None:
    clock = HandClock()
    folder = tmp_path / "backups"
    folder.write_text("somebody's file lies where the folder should be")
    shelf = SealedDumps(dsn=database_dsn, folder=folder, recipients=[NewKey().public])
    newsroom = Newsroom(clock=clock, bot_name="kitrader", language_of=in_english)
    backups = Backups(
        shelf=shelf,
        outbox=PostgresOutbox(database),
        clock=clock,
        notices=newsroom(BackupNews, admin_ids=[1]),
        hour=3,
        days=14,
    )
    for _ in range(2):
        with pytest.raises(Unavailable):
            await backups.take_due()
    assert [text.splitlines()[0] for text in await told(database)] == [
        "⚠️ Last night's backup could not be taken."
    ]
    folder.unlink()
    await backups.take_due()
    await backups.take_due()
    assert len(await shelf.kept()) == 1
    assert (await told(database))[1].startswith("✅ The backup works again.")
    assert len(await told(database)) == 2
    clock.advance(timedelta(days=1).total_seconds())
    await backups.take_due()
    assert len(await shelf.kept()) == 2
