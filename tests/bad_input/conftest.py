"""One town with the whole bot for all bad input: what is harmless to it leaves it as it was."""

from collections.abc import AsyncIterator, Iterator
from functools import partial

import asyncpg
import pytest
from structlog.testing import capture_logs

from bot.telegram.limits import FloodLimits
from tests.bad_input.quarter import Quarter, let_hostile_tokens_in
from tests.fixtures import other_database
from tests.journeys.town import open_town


@pytest.fixture(scope="package")
async def settled_quarter(postgres_dsn: str) -> AsyncIterator[Quarter]:
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("CREATE DATABASE bad_input TEMPLATE template_kitrader")
    dsn = other_database(postgres_dsn, "bad_input")
    quick = partial(FloodLimits, per_second=10_000, chat_burst=10_000, group_per_minute=10_000)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.bootstrap.post_office.FloodLimits", quick)
            let_hostile_tokens_in(patch)
            async with open_town(dsn) as town, town.bot() as running:
                # Both were taken up at the start; other tests want the world as it is.
                patch.undo()
                yield Quarter(town=town, running=running)
    finally:
        await connection.execute("DROP DATABASE bad_input WITH (FORCE)")
        await connection.close()


@pytest.fixture(scope="package")
async def settler(settled_quarter: Quarter) -> int:
    """Somebody with a wallet and no position, for what must not give them one."""
    return await settled_quarter.settler()


@pytest.fixture
def quarter(settled_quarter: Quarter) -> Iterator[Quarter]:
    """The quarter, listening to what the bot logs in this test."""
    with capture_logs() as logs:
        settled_quarter.logs = logs
        yield settled_quarter
