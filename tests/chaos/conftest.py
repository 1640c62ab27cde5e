"""What chaos tests may ask for: a printed seed, and whatever journeys may."""

import secrets

import pytest

from tests.journeys.conftest import empty_town, forks, plain_logs, quick_messages

__all__ = ["empty_town", "forks", "plain_logs", "quick_messages", "seed"]


@pytest.fixture
def seed(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> int:
    """A new seed, printed so that a failure can be played again."""
    drawn = secrets.randbelow(10**6)
    with capsys.disabled():
        print(f" [{request.node.name} seed {drawn}]", end="")  # noqa: T201 (to play it again)
    return drawn
