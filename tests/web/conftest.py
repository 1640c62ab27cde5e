"""What every test of the public door may ask for."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.database.connection import Pool
from tests.web.doors import OpenDoor, opened


@pytest.fixture
async def open_door(database: Pool) -> AsyncIterator[OpenDoor]:
    """A door over https as it seems, whose Ann, Bob and Ada (an admin) are known."""
    async with opened(database) as door:
        yield door
