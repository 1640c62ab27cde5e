"""What every journey may ask for: a town without a bot, which the test starts and stops."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
import structlog

from bot.telegram.limits import FloodLimits
from tests.fixtures import log_plainly
from tests.journeys.town import Town, open_town


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Leave no journey's way of logging to the next one."""
    yield
    structlog.reset_defaults()
    log_plainly()


@pytest.fixture
def quick_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chat have its messages at once: Telegram's limits are proved elsewhere."""
    quick = partial(FloodLimits, per_second=1000, chat_burst=100, group_per_minute=100)
    monkeypatch.setattr("bot.bootstrap.post_office.FloodLimits", quick)


@pytest.fixture
async def empty_town(
    database_dsn: str,
    quick_messages: None,  # noqa: ARG001 (asked for what it does)
) -> AsyncIterator[Town]:
    """A town without a bot: the test starts it, and may start it again."""
    async with open_town(database_dsn) as town:
        yield town
