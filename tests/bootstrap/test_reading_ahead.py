"""What is slow to read on first use is read ahead, and the loop goes on meanwhile."""

import asyncio

from bot.bootstrap.reading_ahead import read_words_ahead
from bot.words.catalogues import catalogue


async def test_every_language_is_read_ahead_while_the_loop_goes_on() -> None:
    catalogue.cache_clear()
    is_ready = asyncio.Event()
    turns = 0
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(read_words_ahead(is_ready, quiet_seconds=0))
        await asyncio.sleep(0)
        assert catalogue.cache_info().currsize == 0, "not before the start is over"
        is_ready.set()
        while not reading.done():
            await asyncio.sleep(0.001)
            turns += 1
    assert catalogue.cache_info().currsize == 3
    assert turns > 20, "the loop went on meanwhile"
