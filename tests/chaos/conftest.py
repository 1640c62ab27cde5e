"""What chaos tests may ask for: a printed seed, and whatever journeys may."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest

from tests.chaos.live_kills import live_children
from tests.journeys.conftest import empty_town, plain_logs, quick_messages

__all__ = ["empty_town", "plain_logs", "quick_messages", "seed", "warm_children"]


@pytest.fixture
def seed() -> int:
    """A new seed; a failure is reported with it, so that it can be played again."""
    drawn = secrets.randbelow(10**6)
    print(f"seed {drawn}")  # noqa: T201 (pytest shows it where the test fails)
    return drawn


@pytest.fixture(scope="session")
async def warm_children() -> AsyncIterator[asyncio.subprocess.Process]:
    """A parent that forks what places live orders, one for all tests that kill those."""
    async with live_children() as parent:
        yield parent
