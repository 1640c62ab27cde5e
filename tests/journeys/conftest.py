"""What every journey may ask for: a town without a bot, which the test starts and stops."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
import structlog

from bot.telegram.limits import FloodLimits
from tests.journeys.processes import Forks, open_forks
from tests.journeys.town import Town, open_town


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Log as JSON: the pretty printer draws an exception's locals for seconds, in the loop."""
    format_exception = structlog.processors.format_exc_info
    structlog.configure(processors=[format_exception, structlog.processors.JSONRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
def quick_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chat have its messages at once: Telegram's limits are proved elsewhere."""
    quick = partial(FloodLimits, per_second=1000, chat_burst=100, group_per_minute=100)
    monkeypatch.setattr("bot.bootstrap.running.FloodLimits", quick)


@pytest.fixture
async def empty_town(
    database_dsn: str,
    quick_messages: None,  # noqa: ARG001 (asked for what it does)
) -> AsyncIterator[Town]:
    """A town without a bot: the test starts it, and may start it again."""
    async with open_town(database_dsn) as town:
        yield town


@pytest.fixture(scope="session")
async def forks(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Forks]:
    """A warm parent of the product's processes."""
    async with open_forks(tmp_path_factory.mktemp("forks")) as parent:
        yield parent
