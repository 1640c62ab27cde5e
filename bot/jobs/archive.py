"""The clock's door to the archive: it is looked after every few seconds, from the start on."""

import asyncio

from bot.jobs.schedule import guarded
from bot.services.archive import Archive

_SECONDS = 5.0


async def look_after_archive(archive: Archive) -> None:
    """Run for ever; a base copy that takes long holds nothing else up."""
    look_after = guarded("look_after_archive", archive.look_after)
    while True:
        await look_after()
        await asyncio.sleep(_SECONDS)
