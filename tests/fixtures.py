"""What every test may ask for: a real PostgreSQL, migrated once, cloned for each that writes.

`conftest.py` has the processes load it that run tests: the one that only shares them out needs
nothing of the bot, and seconds less to begin.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import structlog
from hypothesis import HealthCheck, settings

import bot.telegram.dispatching  # noqa: F401 (before a test imports aiogram with all its models)
from bot.adapters.database.connection import Pool, open_pool
from bot.adapters.database.embedded import EmbeddedServer, embedded_postgres
from bot.adapters.database.migrate import migrate
from tests.builders import canaries
from tests.builders.examples import examples
from tests.builders.memory_folder import folder_in_memory
from tests.builders.ports import free_port
from tests.journeys.processes import Forks, open_forks

_numbers = itertools.count(1)
_QUICK_AND_SMALL = {
    "fsync": "off",
    "full_page_writes": "off",
    # Its worker is the superuser's: a database that it looks into cannot be dropped by force.
    "autovacuum": "off",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}

SHARED = Path(__file__).parents[2] / "shared"
GENUINE_ACCOUNTS = SHARED / "data" / "solana_accounts"

# No deadline, and no fault in slow drawing: two cores may have to do the work of eight.
settings.register_profile(
    "suite",
    settings(),
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")


def log_plainly() -> None:
    """Log as JSON: the pretty printer draws an exception's locals for a second, in the loop."""
    format_exception = structlog.processors.format_exc_info
    structlog.configure(processors=[format_exception, structlog.processors.JSONRenderer()])


log_plainly()


def other_database(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    """A PostgreSQL whose database `template_kitrader` has the newest schema."""
    with folder_in_memory(otherwise=tmp_path_factory.mktemp("postgres")) as folder:
        async with embedded_postgres(folder, settings=_QUICK_AND_SMALL) as server:
            connection = await asyncpg.connect(server.dsn)
            await connection.execute("CREATE DATABASE template_kitrader")
            await connection.close()
            await migrate(other_database(server.dsn, "template_kitrader"))
            yield server


@pytest.fixture(scope="session")
def postgres_dsn(postgres: EmbeddedServer) -> str:
    """The address of that PostgreSQL."""
    return postgres.dsn


async def _listen_in(dsn: str) -> None:
    """Fail where a canary lies in a database that a test leaves behind."""
    connection = await asyncpg.connect(dsn)
    try:
        assert await canaries.heard_in_database(connection) == set()
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def database_maker(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection for what makes and drops databases: to open one for each takes a tenth of it."""
    connection = await asyncpg.connect(postgres_dsn)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture
async def database_dsn(postgres_dsn: str, database_maker: asyncpg.Connection) -> AsyncIterator[str]:
    """The address of a fresh database with the newest schema, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    # Its files are copied: to write each block to the log too takes twice as long.
    await database_maker.execute(
        f"CREATE DATABASE {name} TEMPLATE template_kitrader STRATEGY FILE_COPY"
    )
    try:
        yield other_database(postgres_dsn, name)
        if canaries.ARE_OUT:
            await _listen_in(other_database(postgres_dsn, name))
    finally:
        await database_maker.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_dsn: str) -> AsyncIterator[Pool]:
    """A pool on a fresh database."""
    async with open_pool(database_dsn, size=20) as pool:
        yield pool


@pytest.fixture(scope="session")
async def forks(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Forks]:
    """A warm parent of the product's processes."""
    folder = tmp_path_factory.mktemp("forks")
    async with open_forks(folder) as parent:
        yield parent
    if canaries.ARE_OUT:
        written = (file.read_text("utf-8", errors="replace") for file in folder.iterdir())
        assert canaries.heard_in(written) == set()


@pytest.fixture
def unused_tcp_port() -> int:
    """A port that no test beside this one is lent; in place of pytest-asyncio's."""
    return free_port()


@pytest.fixture
def genuine_accounts() -> Path:
    """The folder of genuine account dumps; the test is skipped where it is absent."""
    if not GENUINE_ACCOUNTS.is_dir():
        pytest.skip("the genuine account dumps are not beside this checkout")
    return GENUINE_ACCOUNTS


@contextlib.asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Fail rather than hang."""
    async with asyncio.timeout(seconds):
        yield
