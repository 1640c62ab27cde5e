"""Reads, off the loop and once nobody waits for the start, what is slow to read on first use."""

import asyncio
import sys

from bot.domain.languages import Language
from bot.words.catalogues import catalogue

_QUIET_SECONDS = 10.0
_SHORT_TURN_SECONDS = 0.001


async def read_words_ahead(is_ready: asyncio.Event, *, quiet_seconds: float | None = None) -> None:
    """Read every language's texts in a thread, some time after the start is over.

    The first text of a language costs a seventh of a second, the first of all also the import of
    Babel: long enough for everybody else to notice. While the thread reads, turns are shorter, so
    that the loop has its own back within a millisecond.
    """
    await is_ready.wait()
    await asyncio.sleep(_QUIET_SECONDS if quiet_seconds is None else quiet_seconds)
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SHORT_TURN_SECONDS)
    try:
        for language in Language:
            if language is not Language.ENGLISH:
                await asyncio.to_thread(catalogue, language)
    finally:
        sys.setswitchinterval(usual)
