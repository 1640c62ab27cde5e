"""What chaos tests may ask for: a printed seed, and whatever journeys may."""

import secrets

import pytest

from tests.journeys.conftest import empty_town, plain_logs, quick_messages

__all__ = ["empty_town", "plain_logs", "quick_messages", "seed"]


@pytest.fixture
def seed() -> int:
    """A new seed; a failure is reported with it, so that it can be played again."""
    drawn = secrets.randbelow(10**6)
    print(f"seed {drawn}")  # noqa: T201 (pytest shows it where the test fails)
    return drawn
